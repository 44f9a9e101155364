import type { Page, Route } from '@playwright/test';

import { choose, download, expect, fillSignIn, lookAgain, newEmail, PASSWORD, row, sha256, signIn, signUp, test, transfers, upload } from '../support/journey';
import { noise, sample } from '../support/samples';

interface Listing {
  data: { children: { id: string; metadata: { rev: number; sealed: string } }[] };
}

/** Comes between the server and the page, and changes what folders contain. */
async function tamperWithFolders(page: Page, change: (listing: Listing) => void): Promise<void> {
  await page.route('**/folders/*/children*', async (route: Route) => {
    const response = await route.fetch();
    const listing = (await response.json()) as Listing;
    change(listing);
    await route.fulfill({ response, json: listing });
  });
}

test('content that was changed on the server is never saved', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  const path = await noise(folder, 'contract.bin', 9_000_000);
  await upload(page, [path]);
  await page.getByRole('button', { name: 'Clear' }).click();
  let downloads = 0;
  page.on('download', () => downloads++);
  // The ranges are asked for by a worker.
  await page.context().route(/\/files\/[^/]+\/content|\/blobs\//, async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    if (body.length > 1_000_000) body[500_000] = (body[500_000] ?? 0) ^ 1;
    await route.fulfill({ response, body });
  });
  await choose(page, 'contract.bin', 'Download');
  await expect(transfers(page).getByText('Download failed')).toBeVisible();
  await expect(transfers(page).getByText('What the server sent is not what was stored. Nothing of it was opened.')).toBeVisible();
  expect(downloads).toBe(0);

  await page.context().unrouteAll();
  const saved = page.waitForEvent('download');
  await transfers(page).getByRole('button', { name: 'Try contract.bin again' }).click();
  const copy = `${folder}/copy`;
  await (await saved).saveAs(copy);
  expect(await sha256(copy)).toBe(await sha256(path));
});

test('a file that the server leaves out is missed, and the others stay', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'one.txt', Buffer.from('1')), await sample(folder, 'two.txt', Buffer.from('2')), await sample(folder, 'three.txt', Buffer.from('3'))]);
  await page.getByRole('button', { name: 'Clear' }).click();
  await tamperWithFolders(page, ({ data }) => data.children.shift());
  await lookAgain(page, page.getByText(/wrong with what the server sent/));
  await expect(page.getByText('Left out by the server')).toBeVisible();
  await page.unrouteAll();
  for (const name of ['one.txt', 'two.txt', 'three.txt']) await lookAgain(page, row(page, name));
});

test('an older state is not taken for the current one', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'old.txt', Buffer.from('old'))]);
  await page.getByRole('button', { name: 'Clear' }).click();
  const listing = page.waitForResponse(/\/children/);
  await lookAgain(page);
  const before = await (await listing).body();
  await upload(page, [await sample(folder, 'new.txt', Buffer.from('new'))]);
  await page.route('**/folders/*/children*', (route) => route.fulfill({ body: before, contentType: 'application/json' }));
  await lookAgain(page, page.getByText(/older/i).first());
});

test('two files whose names the server exchanges are not confused', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'a.txt', Buffer.from('a')), await sample(folder, 'b.txt', Buffer.from('b'))]);
  await page.getByRole('button', { name: 'Clear' }).click();
  await tamperWithFolders(page, ({ data: { children } }) => {
    const [first, second] = children;
    if (first !== undefined && second !== undefined) [first.metadata, second.metadata] = [second.metadata, first.metadata];
  });
  await lookAgain(page, page.getByText(/wrong with what the server sent/));
});

test('a server that asks for a weak key gets nothing that was derived from the password', async ({ page, server }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await page.context().clearCookies();
  const logins: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/auth/login')) logins.push(request.url());
  });
  await page.route('**/auth/prelogin*', async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as { data: { kdf: string } };
    answer.data.kdf = answer.data.kdf.replace(/m=\d+/, 'm=8');
    await route.fulfill({ response, json: answer });
  });
  await page.goto(`${server.url}/sign-in`);
  await fillSignIn(page, email, PASSWORD);
  await expect(page.getByRole('heading', { name: 'Your account was not opened' })).toBeVisible();
  expect(logins).toEqual([]);

  await page.unrouteAll();
  await signIn(page, server, email);
});

test('nothing secret is kept by the browser', async ({ page, server, folder }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await upload(page, [await sample(folder, 'secret name.txt', Buffer.from('secret content'))]);
  await download(page, 'secret name.txt', folder);
  const kept = await page.evaluate(async () => {
    const values: string[] = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('cannot open'));
      });
      for (const store of database.objectStoreNames) {
        const all = await new Promise<unknown[]>((resolve) => {
          const request = database.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => resolve(request.result as unknown[]);
        });
        values.push(JSON.stringify(all), ...all.flatMap((value) => Object.values(value as object).map((field) => (field instanceof Uint8Array ? new TextDecoder().decode(field) : String(field)))));
      }
    }
    return values.join('\n');
  });
  for (const secret of [PASSWORD, 'secret name', 'secret content']) expect(kept).not.toContain(secret);
  // A token; random bytes that are written as text begin like one now and then.
  expect(kept).not.toMatch(/eyJ[\w-]+\.[\w-]+\.[\w-]+/);
});
