import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { download, expect, expectTransfers, newEmail, sha256, signUp, test, transfers } from '../support/journey';
import { openFolder } from '../support/folders';
import { noise } from '../support/samples';
import { reload, slow } from '../support/unfinished';

const MIB = 1024 * 1024;

// The other journeys do without, as most browsers do.
test.use({
  launchOptions: [
    async ({ launchOptions }, use) => {
      await use({ ...launchOptions, args: (launchOptions.args ?? []).filter((arg) => !arg.includes('FileSystemAccessLocal')) });
    },
    { scope: 'worker' },
  ],
});

/** A browser that gives handles of the files that are chosen, and asks once more after a reload. The file is one of its own. */
async function withHandles(page: Page, answer: PermissionState): Promise<void> {
  await page.addInitScript((answered) => {
    let state: PermissionState = sessionStorage.getItem('chosen') === null ? 'granted' : 'prompt';
    Object.assign(globalThis, {
      async showOpenFilePicker() {
        const root = await navigator.storage.getDirectory();
        sessionStorage.setItem('chosen', 'yes');
        return [await root.getFileHandle('film.bin')];
      },
    });
    Object.assign(FileSystemHandle.prototype, {
      queryPermission: () => Promise.resolve(state),
      // A browser asks only in answer to somebody who does something.
      requestPermission: () => Promise.resolve((state = navigator.userActivation.isActive ? answered : 'denied')),
    });
  }, answer);
}

/** Puts a file where the picker finds it. */
async function fill(page: Page, length: number): Promise<string> {
  return page.evaluate(async (size) => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle('film.bin', { create: true });
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    const writing = await handle.createWritable();
    await writing.write(bytes);
    await writing.close();
    return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }, length);
}

test('a file that was chosen is read again after a reload with one click', async ({ page, server, folder }) => {
  test.setTimeout(180_000);
  await withHandles(page, 'granted');
  await signUp(page, server, newEmail());
  const hash = await fill(page, 110 * MIB + 5);
  const { watched } = await slow(page, 1);
  await page.getByRole('button', { name: /^Upload/ }).first().click();
  await expect.poll(() => watched.patches).toBe(1);
  await reload(page);
  await expect(transfers(page).getByText('The browser has to be allowed to read the file again.')).toBeVisible();
  await page.getByRole('button', { name: 'Go on with film.bin' }).click();
  await expectTransfers(page, /^1 transfer finished$/, 90_000);
  expect(watched.created).toBe(1);
  expect(await sha256(await download(page, 'film.bin', folder))).toBe(hash);
});

test('without the permission the file can be chosen again', async ({ page, server }) => {
  test.setTimeout(180_000);
  await withHandles(page, 'denied');
  await signUp(page, server, newEmail());
  await fill(page, 60 * MIB);
  const { watched } = await slow(page, 0);
  await page.getByRole('button', { name: /^Upload/ }).first().click();
  await expect.poll(() => watched.begun).toBe(1);
  await expect(transfers(page).getByText('Encrypting and uploading')).toBeVisible();
  await reload(page);
  await page.getByRole('button', { name: 'Go on with film.bin' }).click();
  await page.getByRole('button', { name: 'Choose the file film.bin again' }).click();
  await expectTransfers(page, /^1 transfer finished$/, 90_000);
});

test('what is dropped keeps its handle, in folders too', async ({ page, server, folder }) => {
  test.setTimeout(180_000);
  await signUp(page, server, newEmail());
  await mkdir(join(folder, 'Films', 'Old'), { recursive: true });
  const path = join(folder, 'Films', 'Old', 'film.bin');
  await rename(await noise(folder, 'film.bin', 60 * MIB), path);
  const { go } = await slow(page, 0);
  const desk = await page.context().newCDPSession(page);
  const data = { items: [], files: [join(folder, 'Films')], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await desk.send('Input.dispatchDragEvent', { type, x: 700, y: 500, data });
  const kept = (): Promise<unknown> =>
    page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open('strongroom');
        request.onsuccess = () => resolve(request.result);
      });
      const records = await new Promise<{ handle?: FileSystemFileHandle }[]>((resolve) => {
        const request = database.transaction('uploads').objectStore('uploads').getAll() as IDBRequest<{ handle?: FileSystemFileHandle }[]>;
        request.onsuccess = () => resolve(request.result);
      });
      database.close();
      return Promise.all(records.map(async ({ handle }) => (await handle?.getFile())?.size));
    });
  await expect.poll(kept).toEqual([60 * MIB]);
  go();
  await expectTransfers(page, /^1 transfer finished$/, 90_000);
  await openFolder(page, 'Films');
  await openFolder(page, 'Old');
  expect(await sha256(await download(page, 'film.bin', folder))).toBe(await sha256(path));
});
