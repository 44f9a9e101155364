import type { Page } from '@playwright/test';

import { choose, expect, goTo, newEmail, NEXT, PASSWORD, row, signIn, signUp, test, upload } from '../support/journey';
import { makeFolder, openFolder } from '../support/folders';
import { sample } from '../support/samples';
import { openSettings } from '../support/settings';

test.use({ serviceWorkers: 'allow' });

const OFFLINE = 'This device is offline.';

/** What the device keeps in one of its stores. */
function kept(page: Page, database: string, store: string): Promise<number> {
  return page.evaluate(
    ([name, place]) =>
      new Promise<number>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onerror = () => reject(request.error ?? new Error('cannot open'));
        request.onsuccess = () => {
          const opened = request.result;
          if (!opened.objectStoreNames.contains(place)) {
            opened.close();
            resolve(0);
            return;
          }
          const count = opened.transaction(place).objectStore(place).count();
          count.onsuccess = () => {
            opened.close();
            resolve(count.result);
          };
        };
      }),
    [database, store] as const,
  );
}

/** The shell answers without a server, and the tree has been written down. */
async function expectKept(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await expect.poll(() => kept(page, 'strongroom-cache', 'pieces')).toBeGreaterThan(1);
  // Written once nothing has happened for a while.
  await page.waitForTimeout(4000);
}

async function unlock(page: Page, password: string): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Unlock' }).click();
}

async function read(page: Page, name: string, text: string): Promise<void> {
  await row(page, name).dblclick();
  await expect(page.getByText(text)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText(text)).toHaveCount(0);
}

test('without a network what was kept is read, and with it all goes on', async ({ page, context, server, folder }) => {
  test.setTimeout(120_000);
  await signUp(page, server, newEmail());
  await makeFolder(page, 'Trip');
  await openFolder(page, 'Trip');
  await upload(page, [await sample(folder, 'ticket.txt', Buffer.from('seat 14 C')), await sample(folder, 'unread.txt', Buffer.from('never opened'))]);
  await read(page, 'ticket.txt', 'seat 14 C');
  await expectKept(page);

  await context.setOffline(true);
  await page.reload();
  await unlock(page, NEXT);
  await expect(page.getByText('This password is not right.')).toBeVisible();
  await unlock(page, PASSWORD);
  await expect(page.getByText('You are offline')).toBeVisible();
  await expect(row(page, 'ticket.txt')).toBeVisible();
  await read(page, 'ticket.txt', 'seat 14 C');
  await row(page, 'unread.txt').dblclick();
  await expect(page.getByText(OFFLINE, { exact: false }).first()).toBeVisible({ timeout: 30_000 });
  await page.keyboard.press('Escape');
  await page.getByRole('searchbox').or(page.getByRole('textbox', { name: 'Search' })).first().fill('tick');
  await expect(row(page, 'ticket.txt')).toBeVisible();

  await context.setOffline(false);
  await goTo(page, 'My files');
  await expect(page.getByText('You are offline')).toHaveCount(0);
  await openFolder(page, 'Trip');
  await read(page, 'unread.txt', 'never opened');
  await choose(page, 'ticket.txt', 'Move to trash');
  await expect(row(page, 'ticket.txt')).toHaveCount(0);
});

test('without the server the same, and what happened meanwhile is caught up with', async ({ page, browser, launch, folder }) => {
  test.setTimeout(120_000);
  const server = await launch();
  const email = newEmail();
  await signUp(page, server, email);
  await upload(page, [await sample(folder, 'plan.txt', Buffer.from('first plan'))]);
  await expectKept(page);
  await server.end();
  await page.reload();
  await unlock(page, PASSWORD);
  await expect(page.getByText('The server cannot be reached').first()).toBeVisible();
  await expect(row(page, 'plan.txt')).toBeVisible();
  await choose(page, 'plan.txt', 'Move to trash');
  await expect(page.getByText('The server does not answer.', { exact: false }).first()).toBeVisible({ timeout: 30_000 });
  await expect(row(page, 'plan.txt')).toBeVisible();
  await server.restart();
  await expect(page.getByText('The server cannot be reached')).toHaveCount(0, { timeout: 90_000 });

  const fresh = await browser.newContext();
  const other = await fresh.newPage();
  await signIn(other, server, email);
  await makeFolder(other, 'From elsewhere');
  await expect(row(page, 'From elsewhere')).toBeVisible();
  await expect(page.getByText(/wrong with what the server sent/)).toHaveCount(0);
  await fresh.close();
});

test('a changed password opens what was kept, and signing out forgets it', async ({ page, context, server, folder }) => {
  test.setTimeout(120_000);
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'a.txt', Buffer.from('kept words'))]);
  await read(page, 'a.txt', 'kept words');
  await openSettings(page);
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByLabel('New password', { exact: true }).fill(NEXT);
  await page.getByLabel('Repeat the new password').fill(NEXT);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Your password is changed.', { exact: false })).toBeVisible();
  await expectKept(page);
  await context.setOffline(true);
  await page.reload();
  await unlock(page, PASSWORD);
  await expect(page.getByText('This password is not right.')).toBeVisible();
  await unlock(page, NEXT);
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText('You are offline')).toHaveCount(0);

  await page.getByRole('button', { name: 'Sign out' }).first().click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  for (const [database, store] of [['strongroom', 'offline'], ['strongroom-cache', 'pieces'], ['strongroom-contents', 'blocks'], ['strongroom-contents', 'details']] as const) {
    await expect.poll(() => kept(page, database, store)).toBe(0);
  }
});

test('who does not want it keeps nothing to try passwords on', async ({ page, context, server }) => {
  await signUp(page, server, newEmail());
  await openSettings(page);
  await page.getByRole('checkbox', { name: 'Open without a connection' }).click({ force: true });
  await expect.poll(() => kept(page, 'strongroom', 'offline')).toBe(0);
  await expectKept(page);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByText(OFFLINE, { exact: false })).toBeVisible();
  await context.setOffline(false);
  await unlock(page, PASSWORD);
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
});
