import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Page } from '@playwright/test';
import type { AxeResults, RunOptions } from 'axe-core';

import { expect, newEmail, signIn, signUp, test, transfers, upload } from '../support/journey';
import { noise, pdf, photo, sample } from '../support/samples';

const SHOTS = join(__dirname, '../../../web/test-results/looks');
const AXE = join(__dirname, '../../../web/node_modules/axe-core/axe.min.js');
const WIDTHS = [1440, 768, 360] as const;
const THEMES = ['light', 'dark'] as const;

/** WCAG 2.2 AA, as far as a program can tell. */
async function violations(page: Page): Promise<string[]> {
  // Evaluated by the debugger, so that the page's own policy stays in force.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const options: RunOptions = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
  const results = await page.evaluate((chosen) => (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(chosen), options);
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** Takes a picture at each width in each theme, and checks what can be checked by a program. */
async function look(page: Page, name: string): Promise<void> {
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      await page.waitForTimeout(100);
      await page.screenshot({ path: `${SHOTS}/${name}-${width}-${theme}.png` });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, `${name} scrolls sideways at ${width}`).toBe(0);
    }
    expect(await violations(page), `${name}, ${theme}`).toEqual([]);
  }
}

test('every page, at every width, light and dark', async ({ page, server, folder }) => {
  test.setTimeout(240_000);
  await page.goto(`${server.url}/sign-in`);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await look(page, 'sign-in');
  await page.getByRole('link', { name: 'Create one' }).click();
  await expect(page.getByRole('heading', { name: 'Create an account' })).toBeVisible();
  await look(page, 'sign-up');

  const email = newEmail();
  await page.setViewportSize({ width: 1280, height: 800 });
  await signUp(page, server, email);
  await look(page, 'files-empty');
  await upload(page, [
    await sample(folder, 'Rental agreement 2026.pdf', pdf('Agreement')),
    await sample(folder, 'Holiday at the sea.png', photo(320, 240)),
    await sample(folder, '家族の写真 春节 🎉.txt', Buffer.from('x')),
    await sample(folder, 'a very long name that does not fit into any column of this list, however wide the window may be, and goes on.txt', Buffer.from('x')),
    await noise(folder, 'backup.bin', 3_000_000),
  ]);
  await look(page, 'files-transfers');
  await page.setViewportSize({ width: 1280, height: 800 });
  await transfers(page).getByRole('button', { name: 'Clear' }).click();
  await look(page, 'files');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('row').nth(1).getByRole('checkbox').check({ force: true });
  await look(page, 'files-selected');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('row').nth(2).getByRole('checkbox').check({ force: true });
  await page.getByRole('button', { name: 'Move to trash' }).click();
  await page.getByRole('link', { name: 'Trash' }).first().click();
  await expect(page.getByRole('row')).toHaveCount(3);
  await look(page, 'trash');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Empty trash' }).click();
  await look(page, 'trash-question');
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await look(page, 'settings');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Unlock' })).toBeVisible();
  await look(page, 'unlock');
});

test('pages for when nothing works', async ({ page, server }) => {
  await page.goto(`http://strongroom.lan:${server.port}/`);
  await expect(page.getByRole('heading', { name: 'This browser cannot open Strongroom' })).toBeVisible();
  await look(page, 'unsupported');
  const email = newEmail();
  await signUp(page, server, email);
  await page.goto(`${server.url}/no-such-page`);
  await expect(page.getByRole('heading', { name: 'There is no page here' })).toBeVisible();
  await look(page, 'not-found');
  await page.context().clearCookies();
  await signIn(page, server, email);
});
