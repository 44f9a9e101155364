import type { Locator, Page } from '@playwright/test';
import { expect, newEmail, row, signIn, signUp, test } from '../support/journey';

const editorOf = (page: Page, name: string): Locator => page.getByRole('dialog', { name: `Editing ${name}` });

test('a note is stored as it is typed, and another device goes on with it', async ({ page, server, browser }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await page.getByRole('button', { name: 'New note' }).dblclick();
  const editor = editorOf(page, 'Untitled.md');
  await expect(editor.getByRole('textbox')).toBeFocused();
  await page.keyboard.type('# Shopping\n\nmilk');
  await expect(editor.getByRole('status')).toHaveText('Saved');
  await page.keyboard.press('Escape');
  await expect(editor).toHaveCount(0);

  const fresh = await browser.newContext();
  const other = await fresh.newPage();
  await signIn(other, server, email);
  await row(other, 'Untitled.md').dblclick();
  await expect(other.getByRole('heading', { name: 'Shopping' })).toBeVisible();
  await other.getByRole('button', { name: 'Edit' }).click();
  const theirs = editorOf(other, 'Untitled.md');
  await theirs.getByRole('textbox').press('ControlOrMeta+End');
  await other.keyboard.type(' and bread');
  await expect(theirs.getByRole('status')).toHaveText('Saved');

  // Both write at once: whoever comes second is asked, and nothing is lost.
  await row(page, 'Untitled.md').dblclick();
  await page.getByRole('button', { name: 'Edit' }).click();
  await expect(editor.getByRole('textbox')).toContainText('milk and bread');
  await theirs.getByRole('textbox').press('ControlOrMeta+End');
  await other.keyboard.type(' and jam');
  await expect(theirs.getByRole('status')).toHaveText('Saved');
  await editor.getByRole('textbox').press('ControlOrMeta+End');
  await page.keyboard.type(' and honey');
  const ask = page.getByRole('alertdialog', { name: 'Changed on another device' });
  await ask.getByRole('button', { name: 'Keep the other, copy mine' }).click();
  await expect(editor.getByRole('textbox')).toContainText('and jam');
  await editor.getByRole('textbox').press('Escape');
  await expect(page.getByRole('row').filter({ hasText: 'Untitled' })).toHaveCount(2);

  // Closing waits until it is known whether the last words were stored, and keeps them when they were not.
  await other.route('**/api/v1/commits', async (route) => {
    await expect(theirs.getByRole('status')).toHaveText('Saving…');
    await route.fulfill({ status: 507, contentType: 'application/json', body: '{"error":{"code":"STORAGE_QUOTA_EXCEEDED","message":"full"}}' });
  });
  await other.keyboard.type(' and tea');
  await theirs.getByRole('button', { name: 'Close the editor' }).click();
  await other.getByRole('alertdialog').getByRole('button', { name: 'Keep editing' }).click();
  await expect(theirs.getByRole('textbox')).toContainText('and tea');
  await other.unroute('**/api/v1/commits');
  await theirs.getByRole('button', { name: 'Close the editor' }).click();
  await expect(theirs).toHaveCount(0);
  await fresh.close();
});
