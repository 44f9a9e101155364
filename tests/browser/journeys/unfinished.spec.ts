import { open, utimes } from 'node:fs/promises';

import type { Page } from '@playwright/test';

import { download, expect, expectTransfers, newEmail, PASSWORD, row, sha256, signUp, test, transfers, upload } from '../support/journey';
import { noise } from '../support/samples';

const MIB = 1024 * 1024;

interface Watched {
  /** Uploads that the server began, and that it was told to forget. */
  created: number;
  removed: number;
  /** Requests that brought bytes of one that was begun. */
  patches: number;
}

/** Lets so many requests with bytes through, and holds up the ones after them until `go`. */
async function slow(page: Page, most: number): Promise<{ watched: Watched; go: () => void }> {
  const watched: Watched = { created: 0, removed: 0, patches: 0 };
  let go: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (go = resolve));
  page.on('response', (response) => {
    const method = response.request().method();
    if (!response.ok() || !response.url().includes('/uploads')) return;
    if (method === 'POST') watched.created += 1;
    if (method === 'DELETE') watched.removed += 1;
    if (method === 'PATCH') watched.patches += 1;
  });
  let begun = 0;
  await page.context().route('**/api/v1/uploads/*', async (route) => {
    if (route.request().method() === 'PATCH' && ++begun > most) await held;
    await route.continue().catch(() => undefined);
  });
  return { watched, go };
}

async function begin(page: Page, path: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /^Upload/ }).first().click();
  await (await chooser).setFiles([path]);
}

/** Leaves the page in the middle, and comes back. */
async function reload(page: Page): Promise<void> {
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  // Not before: what is still being sealed would get through.
  await page.context().unroute('**/api/v1/uploads/*');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Unlock' }).click();
}

async function chooseAgain(page: Page, name: string, path: string): Promise<void> {
  await expect(transfers(page).getByText('Choose the file again to go on.')).toBeVisible();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: `Choose the file ${name} again` }).click();
  await (await chooser).setFiles([path]);
}

test('an upload goes on after a reload with what the server has', async ({ page, server, folder }) => {
  test.setTimeout(180_000);
  await signUp(page, server, newEmail());
  const path = await noise(folder, 'film.bin', 110 * MIB + 5);
  const { watched } = await slow(page, 1);
  await begin(page, path);
  await expect.poll(() => watched.patches).toBe(1);
  await reload(page);
  await chooseAgain(page, 'film.bin', path);
  await expectTransfers(page, /^1 transfer finished$/, 90_000);
  // It was not begun a second time.
  expect(watched.created).toBe(1);
  expect(await sha256(await download(page, 'film.bin', folder))).toBe(await sha256(path));
});

test('a file that changed meanwhile begins anew', async ({ page, server, folder }) => {
  test.setTimeout(180_000);
  await signUp(page, server, newEmail());
  const path = await noise(folder, 'film.bin', 60 * MIB);
  const { watched } = await slow(page, 0);
  await begin(page, path);
  await expect.poll(() => watched.created).toBe(1);
  await expect(transfers(page).getByText('Encrypting and uploading')).toBeVisible();
  await reload(page);
  const file = await open(path, 'r+');
  await file.write(Buffer.from('changed'), 0, 7, 3 * MIB);
  await file.close();
  await utimes(path, new Date(0), new Date(0));
  await chooseAgain(page, 'film.bin', path);
  await expectTransfers(page, /^1 transfer finished$/, 90_000);
  expect(watched.created).toBe(2);
  expect(await sha256(await download(page, 'film.bin', folder))).toBe(await sha256(path));
});

test('an upload outlives the server', async ({ page, launch, folder }) => {
  test.setTimeout(180_000);
  const server = await launch();
  await signUp(page, server, newEmail());
  const path = await noise(folder, 'film.bin', 110 * MIB);
  const { watched, go } = await slow(page, 1);
  await begin(page, path);
  await expect.poll(() => watched.patches).toBe(1);
  await server.crash();
  go();
  await expectTransfers(page, /^1 transfer finished$/, 120_000);
  expect(watched.created).toBe(1);
  expect(await sha256(await download(page, 'film.bin', folder))).toBe(await sha256(path));
});

test('an upload is paused, goes on, and leaves nothing when it is cancelled', async ({ page, server, folder }) => {
  test.setTimeout(180_000);
  await signUp(page, server, newEmail());
  const path = await noise(folder, 'film.bin', 110 * MIB);
  const { watched, go } = await slow(page, 1);
  await begin(page, path);
  await expect.poll(() => watched.patches).toBe(1);
  await page.getByRole('button', { name: 'Pause film.bin' }).click();
  await expect(transfers(page).getByText('Upload paused')).toBeVisible();
  go();
  await page.getByRole('button', { name: 'Go on with film.bin' }).click();
  await expectTransfers(page, /^1 transfer finished$/, 90_000);
  expect(watched.created).toBe(1);
  await page.getByRole('button', { name: 'Clear' }).click();
  await upload(page, [await noise(folder, 'small.bin', 1000)]);
  await page.getByRole('button', { name: 'Clear' }).click();

  await page.context().unroute('**/api/v1/uploads/*');
  await page.context().route('**/api/v1/uploads/*', async (route) => {
    if (route.request().method() === 'PATCH') await new Promise((resolve) => setTimeout(resolve, 60_000));
    await route.continue().catch(() => undefined);
  });
  await begin(page, await noise(folder, 'other.bin', 60 * MIB));
  await expect.poll(() => watched.created).toBe(3);
  await page.getByRole('button', { name: 'Cancel other.bin' }).click();
  await expect(transfers(page).getByText('Upload cancelled')).toBeVisible();
  await expect.poll(() => watched.removed).toBe(1);
  await expect(row(page, 'other.bin')).toHaveCount(0);
});
