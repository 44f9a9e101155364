import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { choose, expect, newEmail, row, signUp, test } from '../support/journey';

const run = promisify(execFile);

test.use({ serviceWorkers: 'allow' });

test('a folder of real files goes up and comes back as a zip, byte for byte', async ({ page, server, folder }) => {
  test.setTimeout(180_000);
  await signUp(page, server, newEmail());
  // Content goes through the service worker only once it answers for the page.
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const source = join(folder, 'sources');
  await cp(join(__dirname, '../../../vault/src'), source, { recursive: true });
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'More for this folder' }).click();
  await page.getByRole('menuitem', { name: 'Upload folder' }).click();
  await (await chooser).setFiles(source);
  await expect(row(page, 'sources')).toBeVisible();
  await expect(page.getByText(/transfers finished/).first()).toBeVisible({ timeout: 90_000 });

  const saved = page.waitForEvent('download');
  await choose(page, 'sources', 'Download');
  const arrived = await saved;
  expect(arrived.suggestedFilename()).toBe('sources.zip');
  expect(new URL(arrived.url()).pathname).toMatch(/^\/content\/[0-9a-f]{64}$/);
  const zip = join(folder, 'sources.zip');
  await arrived.saveAs(zip);
  const unpacked = join(folder, 'unpacked');
  await run('python3', ['-m', 'zipfile', '-e', zip, unpacked]);
  // Says what differs, or is missing on either side, and fails then.
  const { stdout } = await run('diff', ['-r', source, join(unpacked, 'sources')]);
  expect(stdout).toBe('');
});
