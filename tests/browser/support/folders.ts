import type { Page } from '@playwright/test';

import { expect, row } from './journey';

/** Makes a folder where the page is; it is selected then. */
export async function makeFolder(page: Page, name: string): Promise<void> {
  const clear = page.getByRole('button', { name: 'Clear selection' });
  if (await clear.isVisible()) await clear.click();
  await page.getByRole('button', { name: 'New folder' }).click();
  await page.getByLabel('Name of the folder').fill(name);
  await page.keyboard.press('Enter');
  await expect(row(page, name)).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

export async function openFolder(page: Page, name: string): Promise<void> {
  await row(page, name).dblclick();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}
