import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Page } from '@playwright/test';

import { expect, goTo, newEmail, signUp, test, upload } from '../support/journey';
import { noise } from '../support/samples';
import type { RunningServer } from '../support/server';

test.use({ serviceWorkers: 'allow' });

/** Until the service worker has kept the shell and answers for this page. */
async function expectKept(page: Page): Promise<void> {
  await page.waitForFunction(async () => {
    const { active } = await navigator.serviceWorker.ready;
    return active?.state === 'activated' && navigator.serviceWorker.controller !== null;
  });
}

function keptPaths(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
}

test('without a server the app shows itself and says so, and goes on when it is back', async ({ page, context, launch }) => {
  const server = await launch();
  await page.goto(`${server.url}/sign-in`);
  await expectKept(page);
  await server.end();
  for (const leave of [() => page.reload(), () => page.goto(`${server.url}/files`)]) {
    await leave();
    await expect(page.getByText('The server does not answer.', { exact: false })).toBeVisible();
  }
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByText('This device is offline.', { exact: false })).toBeVisible();
  await context.setOffline(false);
  await server.restart();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible({ timeout: 30_000 });
});

test('nothing but the shell is kept, and every file of it is as the build left it', async ({ page, server }) => {
  await signUp(page, server, newEmail());
  await expectKept(page);
  await goTo(page, 'Trash');
  await page.reload();
  const paths = await keptPaths(page);
  expect(paths).toContain('/');
  const strange = paths.filter((path) => !/^\/$|^\/assets\/[\w.-]+$|^\/(?:favicon\.svg|icon-[\w-]+\.png|manifest\.webmanifest)$/.test(path));
  expect(strange).toEqual([]);
  const policies = await page.evaluate(async () => (await caches.match('/'))?.headers.get('Content-Security-Policy'));
  expect(policies).toContain("require-trusted-types-for 'script'");
});

test('what is sent does not come by the service worker that answers for the page', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await expectKept(page);
  await upload(page, [await noise(folder, 'holiday.bin', 9_000_000)]);
  const sender = page.workers().find((worker) => worker.url().includes('sender'));
  if (sender === undefined) throw new Error('nothing was sent from a thread of its own');
  const responsible = await page.evaluate(async (url) => {
    const registration = await navigator.serviceWorker.getRegistration(url);
    return registration?.active?.scriptURL;
  }, sender.url());
  expect(responsible).toBe(`${server.url}/direct.js`);
});

test('a newer version waits until the person agrees', async ({ page, server }) => {
  const front = await inFrontOf(server);
  try {
    await signUp(page, { ...server, url: front.url }, newEmail());
    await expectKept(page);
    front.isNewer = true;
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    const load = page.getByRole('button', { name: 'Reload now' });
    await expect(load).toBeVisible();
    const states = (): Promise<boolean[]> =>
      page.evaluate(async () => {
        const { active, waiting } = await navigator.serviceWorker.ready;
        return [active !== null, waiting !== null];
      });
    expect(await states()).toEqual([true, true]);
    // Also offered where an older version may not get any further.
    await page.reload();
    await expect(page.getByRole('button', { name: 'Unlock' })).toBeVisible();
    const loaded = page.waitForEvent('load');
    await load.click();
    await loaded;
    await expect(page.getByRole('button', { name: 'Unlock' })).toBeVisible();
    expect(await states()).toEqual([true, false]);
    await expect(load).toHaveCount(0);
  } finally {
    front.server.close();
    front.server.closeAllConnections();
  }
});

test('a version whose files are not what it was built with is not taken', async ({ page, server }) => {
  const front = await inFrontOf(server);
  try {
    front.isAltered = true;
    const installing = page.context().waitForEvent('request', (asked) => asked.serviceWorker() !== null);
    await page.goto(`${front.url}/sign-in`);
    await installing;
    // The registration of a worker that could not be installed goes away.
    const found = (): Promise<string> => page.evaluate(async () => ((await navigator.serviceWorker.getRegistration()) === undefined ? 'gone' : 'there'));
    await expect.poll(found).toBe('gone');
    expect(await page.evaluate(() => caches.keys())).toEqual([]);
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  } finally {
    front.server.close();
    front.server.closeAllConnections();
  }
});

/** The same server at another address, with another `sw.js` if so told. */
async function inFrontOf(behind: RunningServer): Promise<{ url: string; server: Server; isNewer: boolean; isAltered: boolean }> {
  const front = { url: '', isNewer: false, isAltered: false };
  const server = createServer((asked, answer) => {
    const headers = without(asked.headers, 'accept-encoding');
    const forwarded = request({ host: '127.0.0.1', port: behind.port, path: asked.url, method: asked.method, headers }, (given) => {
      const pieces: Buffer[] = [];
      given.on('data', (piece: Buffer) => pieces.push(piece));
      given.on('end', () => {
        let body = Buffer.concat(pieces);
        if (asked.url === '/sw.js' && front.isNewer) body = Buffer.concat([body, Buffer.from('\n// newer\n')]);
        if (asked.url === '/manifest.webmanifest' && front.isAltered) body = Buffer.concat([body, Buffer.from(' ')]);
        answer.writeHead(given.statusCode ?? 502, { ...without(given.headers, 'content-length', 'etag'), 'content-length': body.length });
        answer.end(body);
      });
    });
    asked.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  front.url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return Object.assign(front, { server });
}

function without(headers: IncomingHttpHeaders, ...names: string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
