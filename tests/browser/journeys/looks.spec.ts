import type { Page } from '@playwright/test';

import { askForAccount, choose, choosePassword, expect, fillSignIn, goTo, newEmail, PASSWORD, row, signIn, signUp, test, transfers, upload } from '../support/journey';
import { answerQuiz } from '../support/settings';
import { look, WIDE } from '../support/look';
import { noise, pdf, photo, sample } from '../support/samples';

async function files(page: Page, folder: string): Promise<void> {
  await upload(page, [
    await sample(folder, 'Rental agreement 2026.pdf', pdf('Agreement')),
    await sample(folder, 'Holiday at the sea.png', photo(320, 240)),
    await sample(folder, '家族の写真 春节 🎉.txt', Buffer.from('x')),
    await sample(folder, 'صورة العائلة.jpg', Buffer.from('x')),
    await sample(folder, 'a very long name that does not fit into any column of this list, however wide the window may be, and goes on.txt', Buffer.from('x')),
    await noise(folder, 'backup.bin', 3_000_000),
  ]);
}

test.use({ viewport: WIDE });

test('entering', async ({ page, server }) => {
  test.setTimeout(240_000);
  await page.goto(`${server.url}/sign-in`);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await look(page, 'sign-in');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await expect(page.getByRole('heading', { name: 'Recover your account' })).toBeVisible();
  await look(page, 'recover');
  await page.getByLabel('Email').fill(newEmail());
  await page.getByLabel('Your recovery phrase').fill('1. abandon\n2. ability');
  await page.getByRole('button', { name: 'Continue' }).click();
  await look(page, 'recover-wrong', { widths: [360] });

  const bare = newEmail();
  await page.request.post(`${server.url}/api/v1/auth/register`, {
    data: { email: bare, password_hash: Buffer.alloc(32, 7).toString('base64'), salt: Buffer.alloc(16, 9).toString('base64') },
  });
  await page.goto(`${server.url}/sign-in`);
  await page.getByLabel('Email').fill(bare);
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'This account was made by another program' })).toBeVisible();
  await look(page, 'bare-account');

  await page.getByRole('link', { name: 'Create an account' }).click();
  await expect(page.getByRole('heading', { name: 'Create an account' })).toBeVisible();
  await look(page, 'sign-up');
  await page.getByLabel('Email').fill(newEmail());
  await page.getByLabel('Password', { exact: true }).fill('horse');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('This password is too easy to guess.', { exact: false })).toBeVisible();
  await look(page, 'sign-up-weak', { widths: [360] });
  const words = await choosePassword(page, PASSWORD);
  await look(page, 'phrase');
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await look(page, 'phrase-check');
  await answerQuiz(page, words);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { name: 'My files' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Unlock' })).toBeVisible();
  await look(page, 'unlock');

  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('Your recovery phrase').fill(words.join(' '));
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible();
  await look(page, 'recover-password');
});

test('files', async ({ page, server, folder }) => {
  test.setTimeout(400_000);
  await signUp(page, server, newEmail());
  await look(page, 'files-empty');
  await files(page, folder);
  await look(page, 'files-transfers');
  await transfers(page).getByRole('button', { name: 'Clear' }).click();
  await look(page, 'files');
  await row(page, 'backup.bin').click({ button: 'right' });
  await look(page, 'files-context', { widths: [1440] });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Details' }).click();
  await look(page, 'files-details', { widths: [1440] });
  await row(page, 'backup.bin').click();
  await page.keyboard.press('F2');
  await expect(page.getByRole('textbox', { name: /^New name for/ })).toBeFocused();
  await look(page, 'files-rename', { widths: [1440] });
  await page.keyboard.press('Escape');
  await expect(page.getByText('1 selected')).toBeVisible();
  await look(page, 'files-selected');
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await page.getByRole('button', { name: 'Show as grid' }).click();
  await expect(row(page, 'backup.bin')).toBeVisible();
  await look(page, 'grid');
  await row(page, 'backup.bin').click();
  await look(page, 'grid-selected');
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await page.getByRole('button', { name: 'Sort' }).click();
  await look(page, 'grid-sort', { widths: [1440] });
  await page.keyboard.press('Escape');
  await choose(page, 'backup.bin', 'Move to trash');
  await look(page, 'grid-undo', { widths: [1440, 360] });
  await choose(page, 'Holiday at the sea.png', 'Move to trash');

  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('button', { name: 'More for Rental agreement 2026.pdf' }).click();
  await expect(page.getByRole('menuitem', { name: 'Open', exact: true })).toBeVisible();
  await look(page, 'phone-sheet', { widths: [360] });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('menuitem', { name: 'Details' }).click();
  await look(page, 'phone-details', { widths: [360] });
  await page.keyboard.press('Escape');
  await page.setViewportSize(WIDE);

  await goTo(page, 'Trash');
  await look(page, 'trash-grid');
  await page.getByRole('button', { name: 'Show as list' }).click();
  await look(page, 'trash');
  await page.getByRole('button', { name: 'Empty trash' }).click();
  await look(page, 'trash-question');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Empty trash' }).click();
  await expect(page.getByText('The trash is empty')).toBeVisible();
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  // What is gone for good can no longer be taken out of the trash.
  await expect(page.getByRole('button', { name: /^Undo/ })).toHaveCount(0);
  await look(page, 'trash-empty');
});

test('settings', async ({ page, browser, server }) => {
  test.setTimeout(240_000);
  const email = newEmail();
  await signUp(page, server, email);
  const other = await browser.newContext();
  await signIn(await other.newPage(), server, email);
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('button', { name: 'End all others' })).toBeVisible();
  await look(page, 'settings');
  for (const section of ['Sessions', 'Language']) {
    await page.getByRole('region', { name: section }).scrollIntoViewIfNeeded();
    await look(page, `settings-${section.toLowerCase()}`);
  }
  await page.getByRole('button', { name: 'End all others' }).click();
  await look(page, 'settings-end-others', { widths: [360] });
  await page.keyboard.press('Escape');
  const phrase = page.getByRole('region', { name: 'Recovery phrase' });
  await phrase.getByRole('button', { name: 'Make a new phrase' }).click();
  await phrase.getByLabel('Current password').fill(PASSWORD);
  await phrase.getByRole('button', { name: 'Show the new words' }).click();
  await expect(phrase.getByRole('listitem')).toHaveCount(24);
  await phrase.scrollIntoViewIfNeeded();
  await look(page, 'settings-phrase', { widths: [1440, 360] });
  await other.close();
});

test('pages for when nothing works', async ({ page, browser, server, launch, folder }) => {
  test.setTimeout(240_000);
  await page.goto(`http://strongroom.lan:${server.port}/`);
  await expect(page.getByRole('heading', { name: 'This browser cannot open Strongroom' })).toBeVisible();
  await look(page, 'unsupported');

  // A quota that is nearly used up, then a server that is gone.
  const small = await launch({ STRONGROOM_QUOTA: '4000000', STRONGROOM_LIMIT_LOGIN: '2/15m' });
  const email = newEmail();
  await signUp(page, small, email);
  await files(page, folder);
  await transfers(page).getByRole('button', { name: 'Clear' }).click();
  await upload(page, [await noise(folder, 'more.bin', 600_000)]);
  await expect(page.getByText('Your storage is nearly full')).toBeVisible();
  await look(page, 'storage-nearly-full');
  await page.goto(`${small.url}/no-such-page`);
  await expect(page.getByRole('heading', { name: 'There is no page here' })).toBeVisible();
  await look(page, 'not-found');
  // A device that has kept nothing yet.
  const fresh = await browser.newContext({ viewport: WIDE });
  const empty = await fresh.newPage();
  await empty.route('**/api/v1/folders/**', (route) => route.abort());
  await empty.goto(`${small.url}/sign-in`);
  await fillSignIn(empty, email, PASSWORD);
  await expect(empty.getByText('Your files could not be loaded')).toBeVisible();
  await look(empty, 'files-failed');
  await fresh.close();
  await page.goto(`${small.url}/files`);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(row(page, 'backup.bin')).toBeVisible();
  await page.context().setOffline(true);
  await expect(page.getByText('You are offline')).toBeVisible();
  await look(page, 'offline');
  await page.context().setOffline(false);
  await page.context().clearCookies();
  await page.goto(`${small.url}/sign-in`);
  for (let tries = 0; tries < 4 && !(await page.getByText('Too many tries').isVisible()); tries++) {
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  }
  await expect(page.getByText('Time left', { exact: false })).toBeVisible();
  await look(page, 'rate-limited');
});

for (const [language, names] of Object.entries({
  de: { trash: 'Papierkorb', settings: 'Einstellungen', grid: 'Als Kacheln zeigen', more: /^Mehr zu backup/, device: 'Dieses Gerät' },
  fr: { trash: 'Corbeille', settings: 'Réglages', grid: 'Afficher en grille', more: /^Plus pour backup/, device: 'Cet appareil' },
})) {
  test(`in the longest words: ${language}`, async ({ page, server, folder }) => {
    test.setTimeout(400_000);
    await page.goto(`${server.url}/sign-in`);
    await page.evaluate((chosen) => localStorage.setItem('strongroom.preferences', JSON.stringify({ language: chosen })), 'en');
    await askForAccount(page, server, newEmail());
    await files(page, folder);
    await transfers(page).getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText(language === 'de' ? 'Deutsch' : 'Français').click();
    await expect(page.getByRole('heading', { name: names.settings })).toBeVisible();
    await look(page, `${language}-settings`);
    await page.getByRole('region', { name: names.device }).scrollIntoViewIfNeeded();
    await look(page, `${language}-settings-device`);
    await page.locator('a[href="/files"]').click();
    await look(page, `${language}-files`);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('row').filter({ hasText: 'backup' }).getByRole('checkbox').click({ force: true });
    await look(page, `${language}-selected`);
    await page.keyboard.press('Escape');
    await page.getByRole('row').filter({ hasText: 'backup' }).getByRole('button', { name: names.more }).click();
    await look(page, `${language}-sheet`, { widths: [360] });
    await page.keyboard.press('Escape');
    await page.setViewportSize(WIDE);
    await page.getByRole('button', { name: names.grid }).click();
    await expect(page.getByRole('row').filter({ hasText: 'backup' })).toBeVisible();
    await look(page, `${language}-grid`);
    await page.getByRole('link', { name: names.trash }).click();
    await look(page, `${language}-trash-empty`, { widths: [360] });
    await page.reload();
    await expect(page.getByLabel(/^(Passwort|Mot de passe)$/)).toBeVisible();
    await look(page, `${language}-unlock`);
    await page.locator('a[href="/recover"]').click();
    await look(page, `${language}-recover`);
  });
}
