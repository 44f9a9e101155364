import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { choose, download, expect, newEmail, row, sha256, signIn, signUp, test, upload } from '../support/journey';
import { forms, record } from '../support/recorder';
import { sample } from '../support/samples';
import { startServer } from '../support/server';

const PASSWORD = 'Canary password 7Qw8zXr2 é';
const NEW_PASSWORD = 'Canary replaced 9Lm4vTn6 ß';
const NAME = 'Canary Kündigung 5Hj3.txt';
const NEW_NAME = 'Canary Zeugnis 2Fd8.txt';
const CONTENT = 'Canary content 6Yb1nKs0. ';

test('the server never sees a name, a byte of content, a password or a phrase', async ({ browser, folder }) => {
  const server = await startServer();
  const recorder = await record(server.url);
  const shown = { ...server, url: recorder.url };
  const email = newEmail();
  const context = await browser.newContext();
  const page = await context.newPage();
  let phrase = '';
  await signUp(page, shown, email, PASSWORD, (words) => (phrase = words.join(' ')));
  const path = await sample(folder, NAME, Buffer.from(CONTENT.repeat(40_000)));
  await upload(page, [path]);
  await page.getByRole('button', { name: 'Clear' }).click();
  await choose(page, NAME, 'Rename');
  await expect(page.getByRole('grid').getByRole('textbox')).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(NEW_NAME);
  await page.keyboard.press('Enter');
  await expect(row(page, NEW_NAME)).toBeVisible();
  expect(await sha256(await download(page, NEW_NAME, folder))).toBe(await sha256(path));

  await page.goto(`${recorder.url}/settings`);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel('Repeat the new password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText(/password (was|has been|is) changed/i).first()).toBeVisible();
  await context.close();

  const fresh = await browser.newContext();
  const again = await fresh.newPage();
  await signIn(again, shown, email, NEW_PASSWORD);
  await expect(row(again, NEW_NAME)).toBeVisible();
  await fresh.close();
  await recorder.stop();
  await server.end();

  const secrets = [PASSWORD, NEW_PASSWORD, NAME, NEW_NAME, CONTENT.trim(), phrase, ...phrase.split(' ').slice(0, -1).map((word, at) => `${word} ${phrase.split(' ')[at + 1] ?? ''}`)];
  const places = new Map([['the traffic', recorder.traffic()], ['the log', Buffer.from(server.log())]]);
  for (const [name, bytes] of await stored(server.dataDir)) places.set(name, bytes);
  expect(phrase.split(' ')).toHaveLength(24);
  expect(recorder.traffic().length).toBeGreaterThan(2 * 40_000 * CONTENT.length);
  expect([...places.keys()].some((name) => name.endsWith('.db') || name.includes('sqlite'))).toBe(true);
  for (const [place, bytes] of places) {
    for (const secret of secrets) {
      for (const form of forms(secret)) expect(bytes.includes(form) || place.includes(form), `${secret} in ${place}`).toBe(false);
    }
  }
  // The search itself finds what is there.
  expect(recorder.traffic().includes(email)).toBe(true);
  await server.stop();
});

/** Every file below a folder, with its name. */
async function stored(folder: string): Promise<[string, Buffer][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (path): Promise<[string, Buffer]> => [path, await readFile(path)]));
}
