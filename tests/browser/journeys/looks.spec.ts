import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Page } from '@playwright/test';
import type { AxeResults, RunOptions } from 'axe-core';

import { askForAccount, choose, choosePassword, expect, newEmail, PASSWORD, row, signIn, signUp, test, transfers, upload } from '../support/journey';
import { answerQuiz } from '../support/settings';
import { noise, pdf, photo, sample } from '../support/samples';

const SHOTS = join(__dirname, '../../../web/test-results/looks');
const AXE = join(__dirname, '../../../web/node_modules/axe-core/axe.min.js');
const WIDTHS = [1440, 768, 360] as const;
const THEMES = ['light', 'dark'] as const;
const WIDE = { width: 1440, height: 900 };

/** WCAG 2.2 AA, as far as a program can tell. */
async function violations(page: Page): Promise<string[]> {
  // Evaluated by the debugger, so that the page's own policy stays in force.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const options: RunOptions = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
  const results = await page.evaluate((chosen) => (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(chosen), options);
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 300)).join(', ')}`);
}

interface Shot {
  widths?: readonly (typeof WIDTHS)[number][];
}

/** Takes a picture at each width in each theme, and checks what can be checked by a program. */
async function look(page: Page, name: string, { widths = WIDTHS }: Shot = {}): Promise<void> {
  const before = page.viewportSize() ?? WIDE;
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const width of widths) {
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      await page.waitForTimeout(100);
      await page.screenshot({ path: `${SHOTS}/${name}-${width}-${theme}.png` });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, `${name} scrolls sideways at ${width}`).toBe(0);
      expect(await cutOff(page), `${name} at ${width}: words that do not fit`).toEqual([]);
      expect(await violations(page), `${name}, ${theme} at ${width}`).toEqual([]);
    }
  }
  await page.setViewportSize(before);
}

/** The buttons, links and headings whose words do not fit into them. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, a, h1, h2, [role="menuitem"], [role="menuitemcheckbox"]')]
      .filter((element) => element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1 && element.querySelector('[title]') === null)
      .map((element) => element.textContent),
  );
}

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
  await expect(page.getByRole('textbox')).toBeFocused();
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
  await look(page, 'phone-sheet', { widths: [360] });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('menuitem', { name: 'Details' }).click();
  await look(page, 'phone-details', { widths: [360] });
  await page.keyboard.press('Escape');
  await page.setViewportSize(WIDE);

  await page.getByRole('link', { name: 'Trash' }).click();
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

test('pages for when nothing works', async ({ page, server, launch, folder }) => {
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
  await page.goto(`${small.url}/files`);
  await page.route('**/api/v1/folders/**', (route) => route.abort());
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByText('Your files could not be loaded')).toBeVisible();
  await look(page, 'files-failed');
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
  fr: { trash: 'Corbeille', settings: 'Réglages', grid: 'Afficher en grille', more: /backup\.bin/, device: 'Cet appareil' },
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
