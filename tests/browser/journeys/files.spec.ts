import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { download, expect, newEmail, row, sha256, signIn, signUp, test, upload } from '../support/journey';
import { noise, pdf, photo, sample } from '../support/samples';

const MIB = 1024 * 1024;
/** 255 bytes in UTF-8, the longest name that file systems take. */
const LONGEST = `${'ü'.repeat(125)}a.txt`;

test('files come back byte for byte in a browser that never saw them', async ({ page, browser, server, folder }) => {
  const email = newEmail();
  await signUp(page, server, email);
  const paths = [
    await sample(folder, 'letter.pdf', pdf('Strongroom')),
    await sample(folder, 'holiday.png', photo(640, 480)),
    await sample(folder, 'empty', new Uint8Array()),
    await sample(folder, '家族の写真 2026 – 春节快乐 🎉.txt', Buffer.from('新年快乐 🧧\n')),
    await sample(folder, LONGEST, Buffer.from('a long name')),
    await noise(folder, 'one byte short of a part.bin', 8 * MIB - 1),
  ];
  await upload(page, paths);
  for (const path of paths) await expect(row(page, basename(path))).toBeVisible();
  expect(Buffer.byteLength(LONGEST)).toBe(255);

  const fresh = await browser.newContext();
  const elsewhere = await fresh.newPage();
  await signIn(elsewhere, server, email);
  for (const path of paths) {
    const name = basename(path);
    expect(await sha256(await download(elsewhere, name, folder)), name).toBe(await sha256(path));
  }
  await fresh.close();
});

test('the same name twice makes two files', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  const path = await sample(folder, 'notes.txt', Buffer.from('first'));
  await upload(page, [path]);
  await page.getByRole('button', { name: 'Clear' }).click();
  await upload(page, [await sample(folder, 'notes.txt', Buffer.from('second'))]);
  await expect(row(page, 'notes.txt')).toBeVisible();
  await expect(row(page, 'notes (1).txt')).toBeVisible();
  expect(await readFile(await download(page, 'notes.txt', folder), 'utf8')).toBe('first');
  expect(await readFile(await download(page, 'notes (1).txt', folder), 'utf8')).toBe('second');
});

test('many small files at once arrive in few commits', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  const commits: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/commits')) commits.push(request.url());
  });
  const paths = await Promise.all(Array.from({ length: 60 }, (_, index) => sample(folder, `small ${index}.txt`, Buffer.from(`content ${index}`))));
  await upload(page, paths);
  expect(commits.length).toBeLessThan(20);
  await expect(page.getByText('60 files', { exact: true })).toBeVisible();
  expect(await readFile(await download(page, 'small 3.txt', folder), 'utf8')).toBe('content 3');
});

test('large files come back byte for byte', async ({ page, browser, server, folder }) => {
  test.setTimeout(300_000);
  const email = newEmail();
  await signUp(page, server, email);
  const paths = [await noise(folder, 'video 45.bin', 45 * MIB), await noise(folder, 'video 300.bin', 300 * MIB + 12_345)];
  await upload(page, paths, 240_000);

  const fresh = await browser.newContext();
  const elsewhere = await fresh.newPage();
  await signIn(elsewhere, server, email);
  for (const path of paths) {
    const saved = elsewhere.waitForEvent('download', { timeout: 120_000 });
    await row(elsewhere, basename(path)).getByRole('button', { name: /^More for/ }).click();
    await elsewhere.getByRole('menuitem', { name: 'Download' }).click();
    const copy = `${folder}/copy`;
    await (await saved).saveAs(copy);
    expect(await sha256(copy)).toBe(await sha256(path));
  }
  await fresh.close();
});
