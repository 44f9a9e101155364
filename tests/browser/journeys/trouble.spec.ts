import { chromium, type Page } from '@playwright/test';

import { choose, download, expect, expectTransfers, fillSignIn, goTo, newEmail, PASSWORD, row, sha256, signUp, test, transfers, upload } from '../support/journey';
import { noise, sample } from '../support/samples';

const MIB = 1024 * 1024;

async function startUpload(page: Page, path: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: /^Upload/ }).first().click();
  await (await chooser).setFiles([path]);
}

test('offline, the page says so, and goes on by itself afterwards', async ({ page, context, server, folder }) => {
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'a.txt', Buffer.from('a'))]);
  await context.setOffline(true);
  await choose(page, 'a.txt', 'Rename');
  await page.getByRole('textbox', { name: 'New name for a.txt' }).fill('b.txt');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'This device is offline' })).toBeVisible();
  await context.setOffline(false);
  await page.getByRole('textbox', { name: 'New name for a.txt' }).press('Enter');
  await expect(row(page, 'b.txt')).toBeVisible();
});

test('a server that does not answer at the start is waited for', async ({ page, server }) => {
  await page.route('**/auth/refresh', (route) => route.abort());
  await page.goto(server.url);
  await expect(page.getByText('The server does not answer.', { exact: false })).toBeVisible();
  await page.unrouteAll();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('an upload survives the server being restarted', async ({ page, folder, launch }) => {
  test.setTimeout(120_000);
  const server = await launch();
  const path = await noise(folder, 'long.bin', 120 * MIB);
  await signUp(page, server, newEmail());
  const patched = page.waitForRequest((request) => request.method() === 'PATCH');
  await startUpload(page, path);
  await patched;
  await server.restart();
  await expectTransfers(page, /1 transfer finished/, 90_000);
  expect(await sha256(await download(page, 'long.bin', folder))).toBe(await sha256(path));
});

test('a download survives the server being restarted', async ({ page, folder, launch }) => {
  test.setTimeout(120_000);
  const server = await launch();
  const path = await noise(folder, 'long.bin', 120 * MIB);
  await signUp(page, server, newEmail());
  await upload(page, [path]);
  await page.getByRole('button', { name: 'Clear' }).click();
  const saved = page.waitForEvent('download', { timeout: 90_000 });
  const begun = page.context().waitForEvent('request', (request) => request.headers().range !== undefined);
  await choose(page, 'long.bin', 'Download');
  await begun;
  await server.restart();
  const copy = `${folder}/copy`;
  await (await saved).saveAs(copy);
  expect(await sha256(copy)).toBe(await sha256(path));
});

test('a cancelled upload leaves nothing behind', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  const meter = page.getByRole('meter', { name: 'Storage' }).first();
  const before = await meter.getAttribute('aria-valuetext');
  const removed = page.waitForRequest((request) => request.method() === 'DELETE');
  const patched = page.waitForRequest((request) => request.method() === 'PATCH');
  await startUpload(page, await noise(folder, 'regretted.bin', 200 * MIB));
  await patched;
  await transfers(page).getByRole('button', { name: 'Cancel regretted.bin' }).click();
  await expect(transfers(page).getByText('Upload cancelled')).toBeVisible();
  await removed;
  await expect(row(page, 'regretted.bin')).toHaveCount(0);
  expect(await meter.getAttribute('aria-valuetext')).toBe(before);
});

test('a cancelled download leaves nothing behind', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await upload(page, [await noise(folder, 'regretted.bin', 100 * MIB)]);
  await page.getByRole('button', { name: 'Clear' }).click();
  // From some part on there is no answer: what was opened until then is half a file.
  let parts = 0;
  await page.context().route('**/content?*', (route) => (route.request().headers().range !== undefined && ++parts > 8 ? undefined : route.continue()));
  const saved: string[] = [];
  page.on('download', (download) => saved.push(download.suggestedFilename()));
  await choose(page, 'regretted.bin', 'Download');
  await expect.poll(() => parts).toBeGreaterThan(8);
  await transfers(page).getByRole('button', { name: 'Cancel regretted.bin' }).click();
  await expect(transfers(page).getByText('Download cancelled')).toBeVisible();
  expect(saved).toEqual([]);
  // Nor does the browser keep any of it for the app.
  const kept = await page.evaluate(async () => {
    const names: string[] = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
    return names;
  });
  expect(kept).toEqual([]);
  // What is cancelled can be had after all.
  await page.context().unroute('**/content?*');
  const begun = page.waitForEvent('download');
  await transfers(page).getByRole('button', { name: 'Try regretted.bin again' }).click();
  await begun;
  expect(saved).toEqual(['regretted.bin']);
});

test('a full quota is told in words, and trying again works once there is room', async ({ page, folder, launch }) => {
  const server = await launch({ STRONGROOM_QUOTA: String(12 * MIB) });
  await signUp(page, server, newEmail());
  await upload(page, [await noise(folder, 'first.bin', 8 * MIB)]);
  await page.getByRole('button', { name: 'Clear' }).click();
  await startUpload(page, await noise(folder, 'second.bin', 6 * MIB));
  await expect(transfers(page).getByText('Upload failed')).toBeVisible();
  await expect(transfers(page).getByText(/storage|room|space|full/i).first()).toBeVisible();

  await choose(page, 'first.bin', 'Move to trash');
  await goTo(page, 'Trash');
  await choose(page, 'first.bin', 'Delete for good');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete for good' }).click();
  await expect(row(page, 'first.bin')).toHaveCount(0);
  await transfers(page).getByRole('button', { name: 'Try second.bin again' }).click();
  await expectTransfers(page, /1 transfer finished/);
});

test('a session that ended elsewhere is noticed', async ({ page, context, server }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await context.request.post(`${server.url}/api/v1/auth/logout`, { headers: { Origin: server.url } });
  await page.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
  await expect(page.getByText('Your session has ended', { exact: false })).toBeVisible();
  await fillSignIn(page, email, PASSWORD);
  await expect(page.getByRole('heading', { name: 'My files' })).toBeVisible();
});

test('over plain http in the local network it says what to do', async ({ page, server }) => {
  await page.goto(`http://strongroom.lan:${server.port}/`);
  await expect(page.getByRole('heading', { name: 'This browser cannot open Strongroom' })).toBeVisible();
  await expect(page.getByText('https', { exact: false }).first()).toBeVisible();
});

test('a browser without WebAssembly is told so', async ({ server }, info) => {
  const { launchOptions } = info.project.use;
  const browser = await chromium.launch({ ...launchOptions, args: [...(launchOptions?.args ?? []), '--js-flags=--jitless'] });
  const page = await browser.newPage();
  await page.goto(server.url);
  await expect(page.getByRole('heading', { name: 'This browser cannot open Strongroom' })).toBeVisible();
  await expect(page.getByText('WebAssembly', { exact: false }).first()).toBeVisible();
  await browser.close();
});
