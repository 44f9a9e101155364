import { open } from 'node:fs/promises';

import { download, expect, expectTransfers, fillSignIn, newEmail, PASSWORD, sha256, signIn, signUp, test, transfers } from '../support/journey';
import { startLyingProxy } from '../support/lyingProxy';
import { noise } from '../support/samples';
import { chooseAgain, reload, slow } from '../support/unfinished';

const MIB = 1024 * 1024;
/** What every sealed message begins with. */
const SALT = 24;

for (const isChanged of [false, true]) {
  test(`a server that says it has nothing of an upload gets ${isChanged ? 'another message of a file that has changed' : 'the same bytes once more'}`, async ({ page, server, folder }) => {
    test.setTimeout(180_000);
    const proxy = await startLyingProxy(server.port);
    try {
      await signUp(page, { ...server, url: proxy.url }, newEmail());
      const path = await noise(folder, 'film.bin', 110 * MIB);
      const { watched } = await slow(page, 1);
      const chooser = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: /^Upload/ }).first().click();
      await (await chooser).setFiles([path]);
      await expect.poll(() => watched.patches).toBe(1);
      let lies = 0;
      proxy.lie = ({ method, path: asked }, headers) => {
        if (method !== 'HEAD' || !asked.includes('/uploads/')) return;
        headers['upload-offset'] = '0';
        lies += 1;
      };
      await reload(page);
      if (isChanged) {
        const file = await open(path, 'r+');
        await file.write(Buffer.from('changed'), 0, 7, 3 * MIB);
        await file.close();
      }
      await chooseAgain(page, 'film.bin', path);
      await expect.poll(() => lies).toBeGreaterThan(0);
      if (isChanged) await expect(transfers(page).getByText('The file has changed since: it begins anew.')).toBeVisible();
      const begun = () => proxy.sent.filter(({ offset, bytes }) => offset === 0 && bytes.length > 4 * MIB);
      await expect.poll(() => begun().length).toBeGreaterThan(1);
      proxy.lie = null;
      await expectTransfers(page, /^1 transfer finished$/, 90_000);
      expect(await sha256(await download(page, 'film.bin', folder))).toBe(await sha256(path));
      // Under one key and nonce there is one text.
      const messages = new Map<string, Buffer>();
      for (const { bytes } of begun()) {
        const salt = bytes.subarray(0, SALT).toString('hex');
        const before = messages.get(salt) ?? bytes;
        const length = Math.min(before.length, bytes.length);
        expect(before.subarray(0, length).equals(bytes.subarray(0, length))).toBe(true);
        messages.set(salt, bytes);
      }
      expect(messages.size).toBe(isChanged ? 2 : 1);
    } finally {
      await proxy.stop();
    }
  });
}

test('an account in a format that this release does not know is not opened, and the person reads why', async ({ page, server }) => {
  const email = newEmail();
  await signUp(page, server, email);
  const written: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET' && !request.url().includes('/auth/')) written.push(request.url());
  });
  const relabel = (pattern: string, format: number, keysOf: (data: Record<string, unknown>) => unknown) =>
    page.route(pattern, async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { data: Record<string, unknown> };
      Object.assign(keysOf(answer.data) as object, { format });
      await route.fulfill({ response, json: answer });
    });
  const refused = async (): Promise<void> => {
    await expect(page.getByRole('heading', { name: 'Your account was not opened' })).toBeVisible();
    await expect(page.getByText('Your account was written by a newer release of Strongroom', { exact: false })).toBeVisible();
  };
  for (const format of [0, 2]) {
    await test.step(`unlocking, format ${format}`, async () => {
      await relabel('**/user/keys', format, (data) => data);
      await page.reload();
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.getByRole('button', { name: 'Unlock' }).click();
      await refused();
      await page.unrouteAll();
    });
  }
  await page.context().clearCookies();
  for (const format of [0, 2]) {
    await test.step(`signing in, format ${format}`, async () => {
      await relabel('**/auth/login', format, (data) => data.keys);
      await page.goto(`${server.url}/sign-in`);
      await fillSignIn(page, email, PASSWORD);
      await refused();
      await page.unrouteAll();
      await page.context().clearCookies();
    });
  }
  expect(written).toEqual([]);
  await signIn(page, server, email);
});
