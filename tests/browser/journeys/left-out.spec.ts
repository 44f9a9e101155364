import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { expect, expectTransfers, newEmail, row, signUp, test, transfers } from '../support/journey';
import { openFolder } from '../support/folders';

/** A folder in which one file and one folder have names that cannot be stored: as other systems have them, but not this one's disk. */
async function pickOddFolder(page: Page): Promise<void> {
  await page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>('input[webkitdirectory]');
    if (input === null) throw new Error('there is no field for folders');
    const long = 'ü'.repeat(200);
    const list = new DataTransfer();
    for (const path of ['Odd/good.txt', 'Odd/Sea/two.txt', `Odd/${long}/one.txt`, `Odd/${long}/Below/two.txt`, `Odd/${long}.txt`]) {
      const file = new File([path], path.slice(path.lastIndexOf('/') + 1));
      Object.defineProperty(file, 'webkitRelativePath', { value: path });
      list.items.add(file);
    }
    Object.defineProperty(input, 'files', { value: list.files, configurable: true });
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
}

test('what has no name that can be stored is listed, and everything else goes up', async ({ page, server }) => {
  await signUp(page, server, newEmail());
  await pickOddFolder(page);
  await expectTransfers(page, /^2 transfers failed$/);
  const rows = transfers(page).getByRole('listitem');
  await expect(rows).toHaveCount(4);
  const folder = rows.filter({ hasText: 'Folder not made, 2 files in it not uploaded' });
  await expect(folder.getByText('This name is too long (more than 255 bytes).')).toBeVisible();
  const file = rows.filter({ hasText: /Not uploaded/ });
  await expect(file.getByText('This name is too long (more than 255 bytes).')).toBeVisible();
  // There is nothing to try again: they can only be taken off the list.
  await expect(transfers(page).getByRole('button', { name: /^Try/ })).toHaveCount(0);
  await folder.getByRole('button', { name: /^Remove .* from the list$/ }).click();
  await expect(rows).toHaveCount(3);
  await openFolder(page, 'Odd');
  await expect(page.getByRole('grid').getByRole('row').locator('[dir="auto"]')).toHaveText(['Sea', 'good.txt']);
  await openFolder(page, 'Sea');
  await expect(row(page, 'two.txt')).toBeVisible();
});

test('folders that are too deep keep nothing else from going up', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  const deep = join(folder, 'Deep', ...Array.from({ length: 130 }, () => 'd'));
  await mkdir(deep, { recursive: true });
  await writeFile(join(deep, 'lost.txt'), 'too deep');
  await writeFile(join(folder, 'Deep', 'top.txt'), 'top');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'More for this folder' }).click();
  await page.getByRole('menuitem', { name: 'Upload folder' }).click();
  await (await chooser).setFiles(join(folder, 'Deep'));
  await expectTransfers(page, /^1 transfer failed$/);
  const failed = transfers(page).getByRole('listitem').filter({ hasText: 'lost.txt' });
  await expect(failed.getByText('This would be too many folders inside each other.')).toBeVisible();
  await openFolder(page, 'Deep');
  await expect(row(page, 'top.txt')).toBeVisible();
});
