import type { Page } from '@playwright/test';

import { expect, newEmail, row, signIn, signUp, test, upload } from '../support/journey';
import { sample } from '../support/samples';

const BLAME = /wrong with what the server sent/;

async function rename(page: Page, from: string, to: string): Promise<void> {
  await row(page, from).click();
  await page.keyboard.press('F2');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(to);
  await page.keyboard.press('Enter');
  await expect(row(page, to)).toBeVisible();
}

test('a slow answer that a commit has overtaken is nobody’s lie', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'one.txt', Buffer.from('1'))]);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const asked = new Promise<void>((resolve) => {
    void page.route('**/folders/*/children*', async (route) => {
      const response = await route.fetch();
      resolve();
      await held;
      await route.fulfill({ response });
    }, { times: 1 });
  });
  await page.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
  await asked;
  await rename(page, 'one.txt', 'two.txt');
  let answers = 0;
  page.on('requestfinished', (request) => {
    if (/\/folders\/[^/]+\/children/.test(request.url())) answers += 1;
  });
  release();
  // The first of these answers is the one that was held back; it is asked for again.
  await expect.poll(() => answers).toBeGreaterThanOrEqual(2);
  await rename(page, 'two.txt', 'three.txt');
  await expect(page.getByText(BLAME)).toHaveCount(0);
});

test('a device that is a version behind catches up when the file is opened', async ({ page, browser, server }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await page.getByRole('button', { name: 'New note' }).click();
  const editor = page.getByRole('dialog', { name: 'Editing Untitled.md' });
  await expect(editor.getByRole('textbox')).toBeFocused();
  await page.keyboard.type('bread');
  await expect(editor.getByRole('status')).toHaveText('Saved');

  const fresh = await browser.newContext();
  const other = await fresh.newPage();
  let isHeld = false;
  await other.route('**/api/v1/changes*', async (route) => {
    const response = await route.fetch();
    await (isHeld ? route.abort() : route.fulfill({ response }));
  });
  await signIn(other, server, email);
  await expect(row(other, 'Untitled.md')).toBeVisible();
  // From now on it hears of nothing.
  isHeld = true;
  await page.keyboard.type(' and milk');
  await expect(editor.getByRole('status')).toHaveText('Saved');
  await row(other, 'Untitled.md').dblclick();
  await expect(other.getByText('bread and milk')).toBeVisible();
  await expect(other.getByText(BLAME)).toHaveCount(0);
  await fresh.close();
});
