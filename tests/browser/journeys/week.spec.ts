import { readFile } from 'node:fs/promises';

import { devices, type Page } from '@playwright/test';

import { download, expect, expectFiles, expectTransfers, newEmail, NEXT, PASSWORD, row, sha256, shownPhrase, signUp, test, transfers, upload } from '../support/journey';
import { keyboard, touch, type Hands } from '../support/hands';
import { noise, photo, sample } from '../support/samples';
import type { RunningServer } from '../support/server';

async function answer(page: Page, hands: Hands, phrase: readonly string[]): Promise<void> {
  for (const field of await page.getByLabel(/^Word \d+$/).all()) {
    const label = (await field.evaluate((input) => (input as HTMLInputElement).labels?.[0]?.textContent)) ?? '';
    await hands.fill(field, phrase[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
  }
}

/** What somebody does in a week, with nothing but these hands. Gives the email and the newest phrase. */
async function week(page: Page, hands: Hands, server: RunningServer, folder: string, paths: readonly string[]): Promise<{ email: string; phrase: readonly string[] }> {
  const email = newEmail();
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const link = (name: string) => page.getByRole('link', { name });

  await page.goto(`${server.url}/sign-in`);
  await hands.press(link('Create one'));
  await hands.fill(page.getByLabel('Email'), email);
  await hands.fill(page.getByLabel('Password', { exact: true }), PASSWORD);
  await hands.fill(page.getByLabel('Repeat the password'), PASSWORD);
  await hands.press(button('Continue'));
  const first = await shownPhrase(page);
  await hands.press(button('I have kept them'));
  await answer(page, hands, first);
  await hands.press(button('Create account'));
  await expectFiles(page);

  const chooser = page.waitForEvent('filechooser');
  await hands.press(button('Upload files'));
  await (await chooser).setFiles([...paths]);
  await expectTransfers(page, /3 transfers finished/);
  await hands.press(transfers(page).getByRole('button', { name: 'Clear' }));

  await hands.choose('draft.bin', 'Rename');
  await expect(page.getByRole('textbox', { name: 'New name for draft.bin' })).toBeFocused();
  // The extension is not selected.
  await page.keyboard.type('final');
  await page.keyboard.press('Enter');
  await expect(row(page, 'final.bin')).toBeVisible();

  // With the keyboard the file is still selected.
  await page.keyboard.press('Escape');
  await hands.press(button('Show as grid'));
  await expect(row(page, 'notes.txt')).toBeVisible();
  await hands.choose('notes.txt', 'Details');
  await expect(page.getByText('Text document (TXT)')).toBeVisible();
  await hands.press(button(/^Close/));
  await hands.choose('notes.txt', 'Move to trash');
  await expect(row(page, 'notes.txt')).toHaveCount(0);
  await hands.press(page.getByRole('region', { name: 'Messages' }).getByRole('listitem').filter({ hasText: '“notes.txt” is in the trash' }).getByRole('button', { name: /^Undo/ }));
  await expect(row(page, 'notes.txt')).toBeVisible();
  await hands.choose('photo.png', 'Move to trash');
  await hands.press(link('Trash'));
  await expect(page.getByRole('heading', { level: 1, name: 'Trash' })).toBeVisible();
  await hands.choose('photo.png', 'Restore');
  await expect(page.getByText('The trash is empty')).toBeVisible();

  await hands.press(link('Settings'));
  await hands.fill(page.getByLabel('First name'), 'Ada');
  await hands.press(button('Save names'));
  await expect(page.getByText('Your names are saved')).toBeVisible();
  const pictures = page.waitForEvent('filechooser');
  await hands.press(button('Choose a picture'));
  await (await pictures).setFiles([await sample(folder, 'me.png', photo(64, 64))]);
  await expect(page.getByText('Your picture is saved')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Sessions' }).getByText('This session')).toBeVisible();
  await hands.press(button('Make a new phrase'));
  await hands.fill(page.getByRole('region', { name: 'Recovery phrase' }).getByLabel('Current password'), PASSWORD);
  await hands.press(button('Show the new words'));
  const phrase = await shownPhrase(page);
  await hands.press(button('I have kept them'));
  await answer(page, hands, phrase);
  await hands.press(button('Use the new phrase'));
  await expect(page.getByText('The new phrase is in force.', { exact: false })).toBeVisible();

  await hands.press(button('Lock now'));
  await hands.fill(page.getByLabel('Password', { exact: true }), PASSWORD);
  await hands.press(button('Unlock'));
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await hands.press(button('Sign out'));
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  return { email, phrase };
}

async function recover(page: Page, hands: Hands, server: RunningServer, email: string, phrase: readonly string[]): Promise<void> {
  await page.goto(`${server.url}/sign-in`);
  await hands.press(page.getByRole('link', { name: 'Forgot your password?' }));
  await hands.fill(page.getByLabel('Email'), email);
  await hands.fill(page.getByLabel('Your recovery phrase'), phrase.join(' '));
  await hands.press(page.getByRole('button', { name: 'Continue' }));
  await hands.fill(page.getByLabel('New password', { exact: true }), NEXT);
  await hands.fill(page.getByLabel('Repeat the new password'), NEXT);
  await hands.press(page.getByRole('button', { name: 'Set password and open' }));
  await expectFiles(page);
}

async function samples(folder: string): Promise<string[]> {
  return [await noise(folder, 'draft.bin', 3_000_000), await sample(folder, 'notes.txt', Buffer.from('notes')), await sample(folder, 'photo.png', photo(320, 200))];
}

test("a week's use with the keyboard alone, on a wide screen", async ({ browser, server, folder }) => {
  test.setTimeout(180_000);
  const paths = await samples(folder);
  const wide = { viewport: { width: 1440, height: 900 } };
  const before = await browser.newContext(wide);
  const page = await before.newPage();
  const { email, phrase } = await week(page, keyboard(page), server, folder, paths);
  await before.close();

  const after = await browser.newContext(wide);
  const elsewhere = await after.newPage();
  await recover(elsewhere, keyboard(elsewhere), server, email, phrase);
  expect(await sha256(await download(elsewhere, 'final.bin', folder))).toBe(await sha256(paths[0] ?? ''));
  await after.close();
});

test("a week's use with a finger, on a narrow screen", async ({ browser, server, folder }) => {
  test.setTimeout(180_000);
  const paths = await samples(folder);
  const phone = { ...devices['Pixel 7'], viewport: { width: 360, height: 740 }, locale: 'en-GB', timezoneId: 'UTC' };
  const before = await browser.newContext(phone);
  const page = await before.newPage();
  const { email, phrase } = await week(page, touch(page), server, folder, paths);
  await before.close();

  const after = await browser.newContext(phone);
  const elsewhere = await after.newPage();
  const hands = touch(elsewhere);
  await recover(elsewhere, hands, server, email, phrase);
  const saved = elsewhere.waitForEvent('download');
  await hands.choose('notes.txt', 'Download');
  expect(await readFile(await (await saved).path(), 'utf8')).toBe('notes');
  await after.close();
});

test('a long press selects, and what can be done stands below', async ({ browser, server, folder }) => {
  const phone = { ...devices['Pixel 7'], viewport: { width: 360, height: 740 }, locale: 'en-GB', timezoneId: 'UTC' };
  const context = await browser.newContext(phone);
  const page = await context.newPage();
  await signUp(page, server, newEmail());
  await upload(page, await samples(folder));
  await transfers(page).getByRole('button', { name: 'Clear' }).tap();
  const box = (await row(page, 'notes.txt').getByText('notes.txt').boundingBox())!;
  const client = await context.newCDPSession(page);
  const touchPoints = [{ x: box.x + 10, y: box.y + 5 }];
  await client.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
  await expect(page.getByText('1 selected')).toBeVisible();
  await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect(page.getByRole('dialog')).toHaveCount(0);
  // From now on a tap selects as well.
  await row(page, 'photo.png').getByText('photo.png').tap();
  await expect(page.getByText('2 selected')).toBeVisible();
  const bar = page.getByRole('toolbar', { name: 'Actions for the selection' });
  expect((await bar.boundingBox())!.y).toBeGreaterThan(640);
  for (const action of await bar.getByRole('button').all()) {
    const size = (await action.boundingBox())!;
    expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(44);
  }
  await bar.getByRole('button', { name: 'Move to trash' }).tap();
  await expect(row(page, 'notes.txt')).toHaveCount(0);
  await expect(row(page, 'draft.bin')).toBeVisible();
  await context.close();
});
