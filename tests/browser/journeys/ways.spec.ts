import { deflateSync, crc32 } from 'node:zlib';

import type { Page } from '@playwright/test';

import { expect, expectFiles, fillSignIn, newEmail, PASSWORD, row, signUp, test, upload } from '../support/journey';
import { sample } from '../support/samples';

const NEW_PASSWORD = 'violin pepper orbit 42 lantern';

async function openSettings(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
}

test('the recovery phrase brings back the files under a new password', async ({ page, server, folder }) => {
  const email = newEmail();
  let words: readonly string[] = [];
  await signUp(page, server, email, PASSWORD, (shown) => (words = shown));
  await upload(page, [await sample(folder, 'kept.txt', Buffer.from('kept'))]);
  await page.context().clearCookies();
  await page.goto(`${server.url}/sign-in`);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('Email').fill(email);
  const phrase = page.getByRole('textbox', { name: /phrase/i });
  await phrase.fill([...words.slice(0, 2), 'strongroom', ...words.slice(3)].join(' '));
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('Word 3', { exact: false }).first()).toBeVisible();
  await phrase.fill(words.map((word) => word.toUpperCase()).join('\n'));
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('The phrase is right')).toBeVisible();
  const fields = page.locator('input[type=password]');
  await fields.nth(0).fill(NEW_PASSWORD);
  await fields.nth(1).fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Set password and open' }).click();
  await expectFiles(page);
  await expect(row(page, 'kept.txt')).toBeVisible();

  await page.context().clearCookies();
  await page.goto(`${server.url}/sign-in`);
  await fillSignIn(page, email, PASSWORD);
  await expect(page.getByRole('alert').first()).toBeVisible();
  await fillSignIn(page, email, NEW_PASSWORD);
  await expectFiles(page);
});

test('a device that is kept unlocked opens by itself until it is locked', async ({ page, server }) => {
  await signUp(page, server, newEmail());
  await openSettings(page);
  const keep = page.getByRole('checkbox', { name: /keep this device unlocked/i });
  await expect(keep).not.toBeChecked();
  await page.getByText(/^Keep this device unlocked/i).click();
  await expect(keep).toBeChecked();
  await page.goto(server.url);
  await expectFiles(page);
  // No script can read the key, and no key is in any place but its own.
  const stored = await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const asked = indexedDB.open('strongroom');
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error ?? new Error('not opened'));
    });
    const all = database.transaction('kept').objectStore('kept').getAll() as IDBRequest<{ secret: { key: CryptoKey } | null }[]>;
    await new Promise((resolve) => (all.onsuccess = resolve));
    const key = all.result[0]?.secret?.key;
    return { extractable: key?.extractable, local: JSON.stringify(localStorage), session: sessionStorage.length };
  });
  expect(stored.extractable).toBe(false);
  expect(stored.session).toBe(0);
  expect(stored.local).not.toMatch(/[\w+/]{40}/);

  await openSettings(page);
  await page.getByRole('button', { name: 'Lock now' }).click();
  await expect(page.getByRole('button', { name: 'Unlock' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Unlock' })).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  await page.goto(server.url);
  await expectFiles(page);
});

test('a picture is made small, sealed, and shown again after a reload', async ({ page, server, folder }) => {
  const secret = 'taken at 48.858370, 2.294481';
  await signUp(page, server, newEmail());
  await openSettings(page);
  const sent = page.waitForResponse((answer) => answer.request().method() === 'PATCH' && answer.url().endsWith('/user/profile'));
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a picture' }).click();
  await (await chooser).setFiles(await sample(folder, 'me.png', noisyPng(900, 700, secret)));
  const { data } = (await (await sent).json()) as { data: { avatar: string } };
  const sealed = Buffer.from(data.avatar, 'base64');
  expect(sealed.length).toBeLessThanOrEqual(65_536);
  for (const telltale of ['RIFF', 'WEBP', 'JFIF', 'PNG', secret]) expect(sealed.includes(telltale)).toBe(false);
  const picture = page.locator('img[src^="blob:"]').first();
  await expect(picture).toBeVisible();
  const shown = await picture.evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  });
  expect(shown).toEqual([256, 256]);

  await page.reload();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(picture).toBeVisible();

  const drawing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Change' }).first().click();
  await (await drawing).setFiles(await sample(folder, 'me.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')));
  await expect(page.getByRole('alert').first()).toBeVisible();
});

/** A picture that does not compress, with a remark in it, as cameras leave places. */
function noisyPng(width: number, height: number, remark: string): Buffer {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  let state = 1;
  for (let at = 0; at < rows.length; at++) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    rows[at] = at % (1 + 3 * width) === 0 ? 0 : state >> 16;
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const piece = (kind: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  return Buffer.concat([signature, piece('IHDR', head), piece('tEXt', Buffer.from(`Comment\0${remark}`)), piece('IDAT', deflateSync(rows)), piece('IEND', Buffer.alloc(0))]);
}
