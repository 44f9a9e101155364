import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { makeFolder, openFolder } from '../support/folders';
import { expect, expectFiles, fillSignIn, goTo, newEmail, PASSWORD, row, signIn, signUp, test, upload } from '../support/journey';
import { look } from '../support/look';
import { sample } from '../support/samples';
import type { RunningServer } from '../support/server';
import { openSettings } from '../support/settings';

const NEW_PASSWORD = 'a brand-new password, longer';

async function backUp(server: RunningServer, folder: string): Promise<() => Promise<void>> {
  const copy = join(folder, 'backup');
  await server.end();
  await cp(server.dataDir, copy, { recursive: true });
  await server.restart();
  return async () => {
    await server.end();
    await rm(server.dataDir, { recursive: true });
    await cp(copy, server.dataDir, { recursive: true });
    await server.restart();
  };
}

/** Locks, so that what this device has seen is the account's. */
async function lock(page: Page, email: string): Promise<void> {
  await page.getByRole('button', { name: email }).first().click();
  await page.getByRole('menuitem', { name: 'Lock' }).click();
  await expect(page.getByRole('heading', { name: 'Unlock' })).toBeVisible();
}

/** Types the password wherever this browser asks for one: a session may have ended with what the backup does not know. */
async function enter(page: Page, server: RunningServer, email: string, password: string): Promise<void> {
  await page.goto(`${server.url}/files`);
  const field = page.getByLabel('Password', { exact: true });
  await expect(field).toBeVisible();
  if (await page.getByRole('heading', { name: 'Sign in' }).isVisible()) {
    await fillSignIn(page, email, password);
  } else {
    await field.fill(password);
    await page.getByRole('button', { name: 'Unlock' }).click();
  }
}

test('after a restored backup the owner goes on with it, and the other devices are told', async ({ page, browser, launch, folder }) => {
  test.setTimeout(240_000);
  const server = await launch();
  const email = newEmail();
  await signUp(page, server, email);
  await upload(page, [await sample(folder, 'before.txt', Buffer.from('before'))]);
  await makeFolder(page, 'Papers');
  await makeFolder(page, 'Letters');
  const context = await browser.newContext();
  const other = await context.newPage();
  await signIn(other, server, email);
  await lock(page, email);
  const restore = await backUp(server, folder);

  await enter(page, server, email, PASSWORD);
  await expectFiles(page);
  await upload(page, [await sample(folder, 'after.txt', Buffer.from('after'))]);
  await expect(row(other, 'after.txt')).toBeVisible();
  for (const name of ['Papers', 'Letters']) {
    await openFolder(page, name);
    await upload(page, [await sample(folder, 'inside.txt', Buffer.from('inside'))]);
    await goTo(page, 'My files');
  }
  await lock(page, email);
  await lock(other, email);
  await restore();

  await enter(page, server, email, PASSWORD);
  await expect(page.getByText('an older state of your account', { exact: false })).toBeVisible();
  await page.getByRole('button', { name: 'A backup was restored: continue with it' }).click();
  await look(page, 'older', { widths: [1440, 360] });
  await page.getByLabel('Password from that time').fill('not the password');
  await page.getByRole('button', { name: 'Look at the older state' }).click();
  await expect(page.getByRole('alert').first()).toBeVisible();
  await page.getByLabel('Password from that time').fill(PASSWORD);
  await page.getByRole('button', { name: 'Look at the older state' }).click();
  await expect(page.getByText('What your devices had noted', { exact: false })).toBeVisible();
  await look(page, 'older-difference', { widths: [1440, 360] });
  await page.getByRole('button', { name: 'Accept this older state' }).click();
  await expectFiles(page);

  // The folders are questions of their own: first the one that leads to the others, then those at once.
  await page.getByRole('link', { name: 'See what can be done' }).click();
  await page.getByRole('button', { name: 'Accept what the server shows' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Accept what the server shows' }).click();
  await expect(page.getByText('2 folders are older than what you saw before')).toBeVisible();
  await look(page, 'older-folders', { widths: [1440, 360] });
  await page.getByRole('button', { name: 'Accept all of them' }).click();
  const question = page.getByRole('alertdialog', { name: 'Accept 2 older folders?' });
  await expect(question.getByRole('listitem')).toHaveText([/^My files \/ (Papers|Letters)$/, /^My files \/ (Papers|Letters)$/]);
  await look(page, 'older-folders-question', { widths: [1440, 360] });
  await question.getByRole('button', { name: 'Accept what the server shows' }).click();
  await expect(page.getByText('2 folders accepted as the server shows them.')).toBeVisible();
  await page.getByRole('button', { name: 'Go to My files' }).click();
  await openFolder(page, 'Papers');
  await expect(page.getByText('This folder is empty')).toBeVisible();
  await goTo(page, 'My files');
  await expect(row(page, 'before.txt')).toBeVisible();
  await expect(row(page, 'after.txt')).toHaveCount(0);
  await upload(page, [await sample(folder, 'anew.txt', Buffer.from('anew'))]);
  await lock(page, email);

  await enter(other, server, email, PASSWORD);
  await expectFiles(other);
  const note = other.getByText('Another device accepted an older state of this account');
  await expect(note).toBeVisible();
  await look(other, 'older-note', { widths: [1440, 360] });
  await expect(row(other, 'anew.txt')).toBeVisible();
  // Whoever leaves the page has not read it yet.
  await enter(other, server, email, PASSWORD);
  await expectFiles(other);
  await other.getByRole('button', { name: 'Understood' }).click();
  await expect(note).toHaveCount(0);
  await enter(other, server, email, PASSWORD);
  await expectFiles(other);
  await expect(note).toHaveCount(0);
  await context.close();
});

test('an earlier password that a backup brings back is accepted with a new one only', async ({ page, launch, folder }) => {
  test.setTimeout(180_000);
  const server = await launch();
  const email = newEmail();
  await signUp(page, server, email);
  await upload(page, [await sample(folder, 'before.txt', Buffer.from('before'))]);
  await lock(page, email);
  const restore = await backUp(server, folder);

  await enter(page, server, email, PASSWORD);
  await expectFiles(page);
  await openSettings(page);
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel('Repeat the new password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Your password is changed.', { exact: false })).toBeVisible();
  await lock(page, email);
  await restore();

  await enter(page, server, email, PASSWORD);
  await page.getByRole('button', { name: 'A backup was restored: continue with it' }).click();
  await page.getByLabel('Password from that time').fill(PASSWORD);
  await page.getByRole('button', { name: 'Look at the older state' }).click();
  await expect(page.getByText('The password from that time is in force again', { exact: false })).toBeVisible();
  await look(page, 'older-password', { widths: [1440, 360] });
  const third = 'a third password, of after that';
  await page.getByLabel('New password', { exact: true }).fill(third);
  await page.getByLabel('Repeat the new password').fill(third);
  await page.getByRole('button', { name: 'Accept this older state' }).click();
  await expectFiles(page);
  await expect(row(page, 'before.txt')).toBeVisible();
  await lock(page, email);

  await enter(page, server, email, PASSWORD);
  await expect(page.getByRole('alert').first()).toBeVisible();
  await enter(page, server, email, third);
  await expectFiles(page);
});

test('a page that stayed open while a backup was restored says so, and goes on', async ({ page, launch, folder }) => {
  test.setTimeout(120_000);
  const server = await launch();
  await signUp(page, server, newEmail());
  await makeFolder(page, 'Papers');
  await makeFolder(page, 'Letters');
  const restore = await backUp(server, folder);
  await openFolder(page, 'Papers');
  // The feed has told of it when it is asked for what comes after.
  const told = page.waitForRequest(/\/changes\?.*wait=/);
  await upload(page, [await sample(folder, 'lost.txt', Buffer.from('lost'))]);
  await told;
  await goTo(page, 'My files');
  await restore();

  // Nobody opens the folder: it is compared because the server tells its history anew.
  const found = page.getByRole('link', { name: 'Findings 1' });
  await expect(found).toBeVisible({ timeout: 30_000 });
  await look(page, 'findings-elsewhere', { widths: [1440, 360] });
  await found.click();
  await expect(page.getByRole('definition').filter({ hasText: 'Papers' })).toBeVisible();
  await page.getByRole('button', { name: 'Accept what the server shows' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Accept what the server shows' }).click();
  await page.getByRole('button', { name: 'Go to My files' }).click();
  await openFolder(page, 'Letters');
  await upload(page, [await sample(folder, 'new.txt', Buffer.from('new'))]);
});
