import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { choose, download, expect, expectFiles, newEmail, PASSWORD, row, sha256, signUp, test, transfers, upload } from '../support/journey';
import { noise, sample } from '../support/samples';

test.use({ serviceWorkers: 'allow' });

const MIB = 1024 * 1024;

/** Content goes through the service worker only once it answers for the page. */
async function served(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** Sound that lasts: 8,000 bytes a second. */
function longSound(bytes: number): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(8000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(bytes, 40);
  return Buffer.concat([head, Buffer.alloc(bytes, 128)]);
}

/** The largest file that the server keeps. */
async function largest(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => ({ path: join(folder, name), size: (await stat(join(folder, name))).size })));
  return sizes.reduce((a, b) => (b.size > a.size ? b : a)).path;
}

test('a download goes to the disk as it comes, byte for byte', async ({ page, server, folder }) => {
  test.setTimeout(180_000);
  await signUp(page, server, newEmail());
  await served(page);
  const names = ['large.bin', 'empty', 'a “name” with (all) sorts of; things.txt'];
  const paths = [await noise(folder, names[0]!, 100 * MIB + 77), await sample(folder, names[1]!, Buffer.alloc(0)), await sample(folder, names[2]!, Buffer.from('text'))];
  await upload(page, paths, 120_000);
  const addresses: string[] = [];
  page.on('download', (saved) => addresses.push(new URL(saved.url()).pathname));
  for (const [index, path] of paths.entries()) expect(await sha256(await download(page, names[index]!, folder))).toBe(await sha256(path));
  // Not one was put together in memory first.
  expect(addresses).toHaveLength(3);
  for (const address of addresses) expect(address).toMatch(/^\/content\/[0-9a-f]{64}$/);
});

test('what was altered in the middle fails as a download, and leaves no file that looks whole', async ({ page, launch, folder }) => {
  test.setTimeout(120_000);
  const server = await launch();
  await signUp(page, server, newEmail());
  await served(page);
  await upload(page, [await noise(folder, 'film.bin', 60 * MIB)], 90_000);
  await page.getByRole('button', { name: 'Clear' }).click();
  const blob = await open(await largest(server.dataDir), 'r+');
  await blob.write(Buffer.from([1, 2, 3, 4]), 0, 4, 40 * MIB);
  await blob.close();
  const begun = page.waitForEvent('download');
  await choose(page, 'film.bin', 'Download');
  expect(await (await begun).failure()).not.toBeNull();
  await expect(transfers(page).getByText('Download failed')).toBeVisible();
});

test('a download is paused and goes on', async ({ page, server, folder }) => {
  test.setTimeout(120_000);
  await signUp(page, server, newEmail());
  await served(page);
  const path = await noise(folder, 'film.bin', 200 * MIB);
  await upload(page, [path], 90_000);
  await page.getByRole('button', { name: 'Clear' }).click();
  // It is not over before it is paused, however fast the machine.
  let goOn: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  let ranges = 0;
  await page.context().route('**/api/v1/**', async (route) => {
    if (route.request().headers()['range'] !== undefined && ++ranges > 3) await held;
    await route.continue().catch(() => undefined);
  });
  const begun = page.waitForEvent('download');
  await choose(page, 'film.bin', 'Download');
  await page.getByRole('button', { name: 'Pause film.bin' }).click();
  await expect(transfers(page).getByText('Download paused')).toBeVisible();
  goOn();
  await page.getByRole('button', { name: 'Go on with film.bin' }).click();
  const copy = join(folder, 'copy');
  await (await begun).saveAs(copy);
  expect(await sha256(copy)).toBe(await sha256(path));
});

test('media play from where somebody seeks, and end with the lock', async ({ page, server, folder }) => {
  test.setTimeout(120_000);
  const email = newEmail();
  await signUp(page, server, email);
  await served(page);
  const size = 60 * MIB;
  await upload(page, [await sample(folder, 'long.wav', longSound(size))], 90_000);
  let fetched = 0;
  page.on('request', (request) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers()['range'] ?? '');
    if (range !== null && request.url().includes('/api/')) fetched += Number(range[2]) + 1 - Number(range[1]);
  });
  await row(page, 'long.wav').click();
  await page.keyboard.press('Enter');
  const sound = page.locator('audio');
  await expect.poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.duration)).toBeCloseTo(size / 8000, 0);
  await sound.evaluate(
    (audio: HTMLAudioElement, to) =>
      new Promise((resolve) => {
        audio.onseeked = resolve;
        audio.currentTime = to;
      }),
    (size / 8000) * 0.9,
  );
  const address = await sound.evaluate((audio: HTMLAudioElement) => audio.currentSrc);
  expect(new URL(address).pathname).toMatch(/^\/content\/[0-9a-f]{64}$/);
  expect(fetched).toBeGreaterThan(0);
  expect(fetched).toBeLessThan(0.7 * size);

  const ask = (range: string) =>
    page.evaluate(
      async ([url, wanted]) => {
        const answer = await fetch(url, { headers: { Range: wanted } });
        return { status: answer.status, bytes: [...new Uint8Array(await answer.arrayBuffer())], headers: Object.fromEntries(answer.headers) };
      },
      [address, range] as const,
    );
  const part = await ask('bytes=0-3');
  expect(part).toMatchObject({
    status: 206,
    bytes: [...Buffer.from('RIFF')],
    headers: {
      'content-range': `bytes 0-3/${size + 44}`,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'content-type': 'audio/wav',
    },
  });
  expect(part.headers['content-disposition']).toMatch(/^attachment/);
  expect((await ask(`bytes=${size + 44}-`)).status).toBe(416);

  // Locking in another tab ends it here as well.
  const tab = await page.context().newPage();
  await tab.goto(server.url);
  await tab.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await tab.getByRole('button', { name: 'Unlock' }).click();
  await expectFiles(tab);
  expect((await ask('bytes=0-3')).status).toBe(206);
  await tab.getByRole('button', { name: email }).first().click();
  await tab.getByRole('menuitem', { name: 'Lock' }).click();
  await expect(page.getByRole('heading', { name: 'Unlock' })).toBeVisible();
  expect((await ask('bytes=0-3')).status).toBe(404);
});
