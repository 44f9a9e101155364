import { readFile } from 'node:fs/promises';

import type { Page } from '@playwright/test';

import { choose, download, expect, goTo, newEmail, row, signIn, signUp, test, upload } from '../support/journey';
import { noise, sample } from '../support/samples';

const MIB = 1024 * 1024;

async function storage(page: Page): Promise<string> {
  return (await page.getByRole('meter', { name: 'Storage' }).first().getAttribute('aria-valuetext')) ?? '';
}

test('a file can be renamed, trashed, restored and deleted for good, and every device sees it', async ({ page, browser, server, folder }) => {
  const email = newEmail();
  await signUp(page, server, email);
  const before = await storage(page);
  await upload(page, [await noise(folder, 'draft.bin', 20 * MIB), await sample(folder, 'keep.txt', Buffer.from('kept'))]);
  await expect.poll(() => storage(page)).not.toBe(before);
  const full = await storage(page);

  await choose(page, 'draft.bin', 'Rename');
  await page.getByRole('textbox', { name: 'New name for draft.bin' }).fill('final 最终.bin');
  await page.keyboard.press('Enter');
  await expect(row(page, 'final 最终.bin')).toBeVisible();

  const fresh = await browser.newContext();
  const elsewhere = await fresh.newPage();
  await signIn(elsewhere, server, email);
  await expect(row(elsewhere, 'final 最终.bin')).toBeVisible();
  await expect(row(elsewhere, 'draft.bin')).toHaveCount(0);

  await choose(page, 'final 最终.bin', 'Move to trash');
  await expect(row(page, 'final 最终.bin')).toHaveCount(0);
  await goTo(page, 'Trash');
  await expect(row(page, 'final 最终.bin')).toBeVisible();
  await choose(page, 'final 最终.bin', 'Restore');
  await expect(row(page, 'final 最终.bin')).toHaveCount(0);
  await goTo(page, 'My files');
  await expect(row(page, 'final 最终.bin')).toBeVisible();

  // The other device is told when it is looked at again, and goes on from there.
  await elsewhere.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
  await choose(elsewhere, 'final 最终.bin', 'Move to trash');
  await goTo(elsewhere, 'Trash');
  await choose(elsewhere, 'final 最终.bin', 'Delete for good');
  await elsewhere.getByRole('alertdialog').getByRole('button', { name: 'Delete for good' }).click();
  await expect(row(elsewhere, 'final 最终.bin')).toHaveCount(0);
  await expect.poll(() => storage(elsewhere)).not.toBe(full);

  await page.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
  await expect(row(page, 'final 最终.bin')).toHaveCount(0);
  expect(await readFile(await download(page, 'keep.txt', folder), 'utf8')).toBe('kept');
  await fresh.close();
});

test('two devices that write at the same time both get through', async ({ page, browser, server, folder }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await upload(page, [await sample(folder, 'a.txt', Buffer.from('a')), await sample(folder, 'b.txt', Buffer.from('b'))]);
  const fresh = await browser.newContext();
  const elsewhere = await fresh.newPage();
  await signIn(elsewhere, server, email);
  await expect(row(elsewhere, 'b.txt')).toBeVisible();

  await choose(page, 'a.txt', 'Move to trash');
  await expect(row(page, 'a.txt')).toHaveCount(0);
  // This one still believes in the old head.
  await choose(elsewhere, 'b.txt', 'Rename');
  await elsewhere.getByRole('textbox', { name: 'New name for b.txt' }).fill('c.txt');
  await elsewhere.keyboard.press('Enter');
  await expect(row(elsewhere, 'c.txt')).toBeVisible();
  await expect(row(elsewhere, 'a.txt')).toHaveCount(0);
  await fresh.close();
});
