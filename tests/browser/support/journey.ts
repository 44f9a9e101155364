import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test as base, type Locator, type Page } from '@playwright/test';

import { startServer, type RunningServer } from './server';

export { expect } from '@playwright/test';

export const PASSWORD = 'correct horse battery staple 47';
/** The one that takes its place. */
export const NEXT = 'a different staple for every horse 12';

interface Fixtures {
  /** A folder for the test's own files. */
  folder: string;
  /** Starts a server for this test alone, and stops it afterwards, however the test ends. */
  launch: typeof startServer;
  /** Fails the test when the page reports an error of its own, or breaks the content security policy. */
  watched: undefined;
}

interface WorkerFixtures {
  server: RunningServer;
}

let people = 0;

/** An email that no other journey uses. */
export function newEmail(): string {
  return `person-${process.pid}-${++people}@example.org`;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  server: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of the fixtures from here
    async ({}, use) => {
      const server = await startServer();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  // eslint-disable-next-line no-empty-pattern -- as above
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'strongroom-files-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
  // eslint-disable-next-line no-empty-pattern -- as above
  launch: async ({}, use) => {
    const servers: RunningServer[] = [];
    await use(async (settings) => {
      const server = await startServer(settings);
      servers.push(server);
      return server;
    });
    await Promise.all(servers.map((server) => server.stop()));
  },
  watched: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      context.on('weberror', (error) => complaints.push(error.error().message));
      context.on('console', (message) => {
        if (message.type() === 'error' && /content security policy|trusted ?types/i.test(message.text())) complaints.push(message.text());
      });
      await use(undefined);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

/** Signs up with the recovery phrase, and ends among the files. */
export async function signUp(
  page: Page,
  server: RunningServer,
  email: string,
  password = PASSWORD,
  onPhrase: (words: readonly string[]) => void = () => undefined,
): Promise<void> {
  onPhrase(await askForAccount(page, server, email, password));
  await expectFiles(page);
}

/** Goes through the sign-up up to its last click; gives the recovery phrase. */
export async function askForAccount(page: Page, server: RunningServer, email: string, password = PASSWORD): Promise<readonly string[]> {
  await page.goto(`${server.url}/sign-up`);
  await page.getByLabel('Email').fill(email);
  const words = await choosePassword(page, password);
  await confirmPhrase(page, words);
  return words;
}

/** The first step of the sign-up; gives the recovery phrase that it leads to. */
export async function choosePassword(page: Page, password: string): Promise<readonly string[]> {
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Repeat the password').fill(password);
  await page.getByRole('button', { name: 'Continue' }).click();
  return shownPhrase(page);
}

/** The words of the phrase that is shown. */
export async function shownPhrase(place: Page | Locator): Promise<readonly string[]> {
  const words = place.getByRole('list', { name: 'Recovery phrase' }).getByRole('listitem');
  await expect(words).toHaveCount(24);
  return (await words.allInnerTexts()).map((text) => text.replace(/[^a-z]/g, ''));
}

/** The steps after it, with the words that are asked back. */
export async function confirmPhrase(page: Page, words: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'I have kept them' }).click();
  for (const field of await page.getByLabel(/^Word \d+$/).all()) {
    const label = (await field.evaluate((input) => (input as HTMLInputElement).labels?.[0]?.textContent)) ?? '';
    await field.fill(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
  }
  await page.getByRole('button', { name: 'Create account' }).click();
}

export async function signIn(page: Page, server: RunningServer, email: string, password = PASSWORD): Promise<void> {
  await page.goto(`${server.url}/sign-in`);
  await fillSignIn(page, email, password);
  await expectFiles(page);
}

export async function fillSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export async function expectFiles(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'My files' })).toBeVisible();
}

/** Goes to one of the places beside the files, and waits until it is there: the same file may be in the list that goes. */
export async function goTo(page: Page, place: 'My files' | 'Starred' | 'Recent' | 'Trash'): Promise<void> {
  await page.getByRole('link', { name: place, exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: place })).toBeVisible();
}

/** The row of a file in the list. */
export function row(page: Page, name: string): Locator {
  return page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) });
}

/** Uploads files and waits until all of them are in the folder. */
export async function upload(page: Page, paths: readonly string[], timeout = 60_000): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /^Upload/ }).first().click();
  await (await chooser).setFiles([...paths]);
  await expectTransfers(page, /^\d+ transfers? finished$/, timeout);
}

export async function expectTransfers(page: Page, headline: RegExp, timeout = 60_000): Promise<void> {
  await expect(transfers(page).getByRole('heading', { name: headline })).toBeVisible({ timeout });
}

export function transfers(page: Page): Locator {
  return page.getByRole('region', { name: 'Transfers' });
}

/**
 * Somebody comes back to the page, which looks at the folder anew: until something is seen, if it is said what,
 * as a page that is just looking does not begin once more.
 */
export async function lookAgain(page: Page, until?: Locator): Promise<void> {
  const comeBack = () => page.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
  if (until === undefined) return comeBack().then(() => undefined);
  await expect(async () => {
    await comeBack();
    await expect(until).toBeVisible({ timeout: 2000 });
  }).toPass({ timeout: 15_000 });
}

/** Downloads one file and returns where it was saved. */
export async function download(page: Page, name: string, folder: string, timeout = 60_000): Promise<string> {
  const saved = page.waitForEvent('download', { timeout });
  await choose(page, name, 'Download');
  const path = join(folder, `downloaded-${Math.random()}`);
  const arrived = await saved;
  expect(arrived.suggestedFilename()).toBe(name);
  await arrived.saveAs(path);
  return path;
}

/** Chooses from a file's own menu. */
export async function choose(page: Page, name: string, action: string): Promise<void> {
  await row(page, name).getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
