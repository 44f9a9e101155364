import type { APIResponse, Route } from '@playwright/test';

import { choose, download, expect, fillSignIn, lookAgain, newEmail, PASSWORD, row, sha256, signIn, signUp, test, transfers, upload } from '../support/journey';
import { makeFolder, openFolder } from '../support/folders';
import { noise, sample } from '../support/samples';

/**
 * Tricks of a lying server, as the person meets them: what the page says, that nothing
 * of the lie is shown or saved, and that all is well again once the server is honest.
 */

const MIB = 1024 * 1024;
const SEGMENT = 512 * 1024;
const BLAME = /wrong with what the server sent/;

interface Node {
  id: string;
  parent_id: string;
  kind: string;
  wrapped_key: string;
  metadata: { rev: number; sealed: string };
}

interface Listing {
  data: { folder: Node; head: { node: string; seq: number; sealed: string }; children: Node[] };
}

type Lie = (answer: { response: APIResponse; body: Buffer; range: string }) => { body: Buffer; range?: string };

/** Each of them is told about every range of the file's content. */
const LIES: Record<string, { lie: Lie; words: string }> = {
  'ends too early': { lie: ({ body, range }) => ({ body, range: range.replace(/\/(\d+)$/, (_, total: string) => `/${Number(total) - 1}`) }), words: 'The content ends too early.' },
  'has something after its end': { lie: ({ body, range }) => ({ body, range: range.replace(/\/(\d+)$/, (_, total: string) => `/${Number(total) + 1}`) }), words: 'The server sent more than belongs to this file.' },
  'comes from another place than it was asked for': { lie: ({ body, range }) => ({ body, range: range.replace(/^bytes (\d+)/, (_, start: string) => `bytes ${Number(start) + 1}`) }), words: 'The server gave an answer that makes no sense.' },
  'has a bit that is not as it was, near its end': {
    lie: ({ body }) => {
      const changed = Buffer.from(body);
      if (body.length > SEGMENT) changed[body.length - 40_000] = (changed[body.length - 40_000] ?? 0) ^ 4;
      return { body: changed };
    },
    words: 'What the server sent is not what was stored.',
  },
  'has two of its segments exchanged': {
    lie: ({ body }) => {
      if (body.length < 3 * SEGMENT) return { body };
      const [one, other] = [body.subarray(SEGMENT, 2 * SEGMENT), body.subarray(2 * SEGMENT, 3 * SEGMENT)];
      return { body: Buffer.concat([body.subarray(0, SEGMENT), other, one, body.subarray(3 * SEGMENT)]) };
    },
    words: 'What the server sent is not what was stored.',
  },
};

test('content that is not the file’s own is never saved, and the person reads why', async ({ page, server, folder }) => {
  test.setTimeout(180_000);
  await signUp(page, server, newEmail());
  const path = await noise(folder, 'contract.bin', 9 * MIB + 11);
  await upload(page, [path]);
  let downloads = 0;
  page.on('download', () => downloads++);
  for (const [name, { lie, words }] of Object.entries(LIES)) {
    await test.step(name, async () => {
      await page.getByRole('button', { name: 'Clear', exact: true }).click();
      await page.context().route(/\/files\/[^/]+\/content/, async (route: Route) => {
        const response = await route.fetch();
        const told = lie({ response, body: await response.body(), range: response.headers()['content-range'] ?? '' });
        const headers = { ...response.headers(), ...(told.range === undefined ? {} : { 'content-range': told.range }) };
        await route.fulfill({ status: response.status(), headers, body: told.body });
      });
      await choose(page, 'contract.bin', 'Download');
      await expect(transfers(page).getByText('Download failed')).toBeVisible();
      await expect(transfers(page).getByText(words, { exact: false })).toBeVisible();
      expect(downloads).toBe(0);
      await page.context().unrouteAll({ behavior: 'ignoreErrors' });
    });
  }
  expect(await sha256(await download(page, 'contract.bin', folder))).toBe(await sha256(path));
});

test('the content of another file does not come under this one’s name', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  const [mine, other] = [await noise(folder, 'mine.bin', 3 * MIB), await noise(folder, 'other.bin', 3 * MIB)];
  await upload(page, [mine, other]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  // What the server says about one file, versions and all, for the other.
  const details = new Map<string, string>();
  await page.route(/\/files\/[0-9a-f-]{36}$/, async (route) => {
    const response = await route.fetch();
    details.set(new URL(route.request().url()).pathname, await response.text());
    await route.fulfill({ response });
  });
  await download(page, 'other.bin', folder);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  const [theirs] = [...details.values()];
  await page.unrouteAll();
  await page.route(/\/files\/[0-9a-f-]{36}$/, (route) => route.fulfill({ contentType: 'application/json', body: theirs ?? '' }));
  await choose(page, 'mine.bin', 'Download');
  await expect(transfers(page).getByText('Download failed')).toBeVisible();
  await expect(transfers(page).getByText(/left out something that belongs here|does not belong here|is not what was stored/)).toBeVisible();
  await page.unrouteAll();
  expect(await sha256(await download(page, 'mine.bin', folder))).toBe(await sha256(mine));
});

test('what the server puts among the files is named, and is not among them', async ({ page, browser, server, folder }) => {
  // Somebody else's file, made by the real client.
  const stranger = await (await browser.newContext()).newPage();
  await signUp(stranger, server, newEmail());
  await upload(stranger, [await sample(folder, 'Invoice.pdf', Buffer.from('pay here'))]);
  const served = stranger.waitForResponse('**/folders/*/children*');
  await lookAgain(stranger);
  const [planted] = ((await (await served).json()) as Listing).data.children;
  if (planted === undefined) throw new Error('nothing is listed');
  await stranger.context().close();

  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'mine.txt', Buffer.from('mine'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await page.route('**/folders/*/children*', async (route) => {
    const response = await route.fetch();
    const listing = (await response.json()) as Listing;
    listing.data.children.push({ ...planted, parent_id: listing.data.folder.id });
    await route.fulfill({ response, json: listing });
  });
  await lookAgain(page, page.getByText(BLAME));
  await expect(page.getByText('Put there by someone else')).toBeVisible();
  await expect(row(page, 'mine.txt')).toBeVisible();
  await expect(page.getByText('Invoice.pdf')).toHaveCount(0);
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(2);
});

test('a folder that the server puts into another is not found there', async ({ page, server }) => {
  await signUp(page, server, newEmail());
  await makeFolder(page, 'Private');
  await makeFolder(page, 'Public');
  const served = page.waitForResponse('**/folders/*/children*');
  await lookAgain(page);
  const { data } = (await (await served).json()) as Listing;
  await openFolder(page, 'Public');
  const publicId = new URL(page.url()).pathname.split('/').pop() ?? '';
  const hidden = data.children.find(({ id }) => id !== publicId);
  if (hidden === undefined) throw new Error('nothing is listed');
  await page.route(`**/folders/${publicId}/children*`, async (route) => {
    const response = await route.fetch();
    const listing = (await response.json()) as Listing;
    listing.data.children.push({ ...hidden, parent_id: publicId });
    await route.fulfill({ response, json: listing });
  });
  await lookAgain(page, page.getByText(BLAME));
  // Named as what does not belong here, and nowhere else.
  await expect(page.getByText('This folder is empty')).toBeVisible();
  await expect(page.getByRole('row', { name: 'Private' })).toHaveCount(0);
  await page.unrouteAll();
  await page.keyboard.press('Backspace');
  await expect(row(page, 'Private')).toBeVisible();
});

test('a change feed that goes back, or says what no head proves, changes nothing', async ({ page, browser, server, folder }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await upload(page, [await sample(folder, 'kept.txt', Buffer.from('kept'))]);
  const fresh = await browser.newContext();
  const other = await fresh.newPage();
  // The server says that everything which changes from now on is gone.
  let isLying = false;
  let lies = 0;
  await other.route('**/api/v1/changes*', async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as { data: { changes: { node: unknown }[] } };
    if (isLying && answer.data.changes.length > 0) {
      for (const change of answer.data.changes) change.node = null;
      lies += 1;
    }
    await route.fulfill({ response, json: answer });
  });
  await signIn(other, server, email);
  await expect(row(other, 'kept.txt')).toBeVisible();
  isLying = true;
  await choose(page, 'kept.txt', 'Rename');
  await expect(page.getByRole('grid').getByRole('textbox')).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('renamed.txt');
  await page.keyboard.press('Enter');
  await expect(row(page, 'renamed.txt')).toBeVisible();
  // Not believed: the folder is looked at, and found as it is.
  await expect(row(other, 'renamed.txt')).toBeVisible();
  expect(lies).toBeGreaterThan(0);
  await expect(other.getByRole('grid').getByRole('row')).toHaveCount(2);
  // One is being held back for news.
  await other.unrouteAll({ behavior: 'ignoreErrors' });
  await fresh.close();
});

test('keys that are not the account’s open nothing, and the person is told what to do', async ({ page, browser, server }) => {
  const [mine, theirs] = [newEmail(), newEmail()];
  const stranger = await (await browser.newContext()).newPage();
  let keys: Record<string, unknown> = {};
  await stranger.route('**/auth/login', async (route) => {
    const response = await route.fetch();
    keys = ((await response.json()) as { data: { keys: Record<string, unknown> } }).data.keys;
    await route.fulfill({ response });
  });
  await signUp(stranger, server, theirs);
  await stranger.context().close();

  await signUp(page, server, mine);
  await page.context().clearCookies();
  const written: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET' && !request.url().includes('/auth/')) written.push(request.url());
  });
  const replaced: [part: string, heading: string][] = [
    ['wrapped_key', 'Your account was not opened'],
    ['identity', 'Your account was not opened'],
    ['account_state', 'Your account was not opened'],
  ];
  for (const [part, heading] of replaced) {
    await test.step(part, async () => {
      await page.route('**/auth/login', async (route) => {
        const response = await route.fetch();
        const answer = (await response.json()) as { data: { keys: Record<string, unknown> } };
        answer.data.keys[part] = keys[part];
        await route.fulfill({ response, json: answer });
      });
      await page.goto(`${server.url}/sign-in`);
      await fillSignIn(page, mine, PASSWORD);
      await expect(page.getByRole('heading', { name: heading })).toBeVisible();
      await page.unrouteAll();
    });
  }
  expect(written).toEqual([]);
  await page.goto(`${server.url}/sign-in`);
  await signIn(page, server, mine);
});
