import { open, utimes } from 'node:fs/promises';

import type { Page } from '@playwright/test';

import { choose, download, expect, expectTransfers, newEmail, row, sha256, signUp, test, transfers, upload } from '../support/journey';
import { noise } from '../support/samples';
import { chooseAgain, reload, slow } from '../support/unfinished';

const MIB = 1024 * 1024;

async function begin(page: Page, path: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /^Upload/ }).first().click();
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

test('a new version goes on after a reload, and becomes the current one', async ({ page, server, folder }) => {
  test.setTimeout(180_000);
  await page.setViewportSize({ width: 1440, height: 900 });
  await signUp(page, server, newEmail());
  await upload(page, [await noise(folder, 'film.bin', 1000)]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  // What it is called on the disk does not matter.
  const path = await noise(folder, 'film, cut again.bin', 110 * MIB + 5);
  const { watched } = await slow(page, 1);
  await choose(page, 'film.bin', 'Details');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Upload new version' }).click();
  await (await chooser).setFiles([path]);
  await expect.poll(() => watched.patches).toBe(1);
  await reload(page);
  await chooseAgain(page, 'film.bin', path);
  await expectTransfers(page, /^1 transfer finished$/, 90_000);
  expect(watched.created).toBe(1);
  await choose(page, 'film.bin', 'Details');
  await page.getByRole('button', { name: 'Show versions' }).click();
  const versions = page.getByRole('region', { name: 'Versions' }).getByRole('listitem');
  await expect(versions).toHaveCount(2);
  await expect(versions.first()).toContainText('110 MB');
  await expect(versions.first()).toContainText('current');
  expect(await sha256(await download(page, 'film.bin', folder))).toBe(await sha256(path));
});

test('a file that changed meanwhile begins anew', async ({ page, server, folder }) => {
  test.setTimeout(180_000);
  await signUp(page, server, newEmail());
  const path = await noise(folder, 'film.bin', 60 * MIB);
  const { watched } = await slow(page, 0);
  await begin(page, path);
  await expect.poll(() => watched.begun).toBe(1);
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
