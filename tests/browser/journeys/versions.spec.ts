import { readFile } from 'node:fs/promises';

import type { Locator, Page, Response } from '@playwright/test';

import { choose, expect, expectFiles, goTo, newEmail, PASSWORD, row, signUp, test, upload } from '../support/journey';
import { tabTo } from '../support/hands';
import { sample } from '../support/samples';
import { openSettings } from '../support/settings';

const DAY = 86_400_000;

/** Opens a text, replaces what is in it, and closes it again. */
async function write(page: Page, name: string, text: string, onSaved: () => void = () => undefined): Promise<void> {
  await row(page, name).dblclick();
  await page.getByRole('dialog').getByRole('button', { name: 'Edit', exact: true }).click();
  const editor = page.getByRole('dialog', { name: `Editing ${name}` });
  await expect(editor.getByRole('textbox')).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
  await expect(editor.getByRole('status')).toHaveText('Saved');
  onSaved();
  await editor.getByRole('button', { name: 'Close' }).click();
  await expect(editor).toHaveCount(0);
}

/** The list of versions in the details, newest first. */
async function showVersions(page: Page, name: string): Promise<Locator> {
  await choose(page, name, 'Details');
  const shown = page.getByRole('region', { name: 'Versions' });
  await shown.getByRole('button', { name: 'Show versions' }).click();
  await expect(shown.getByRole('listitem').first()).toBeVisible();
  return shown.getByRole('listitem');
}

async function chooseOf(page: Page, version: Locator, action: string): Promise<void> {
  await version.getByRole('button', { name: /^More for the version of/ }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

/** Goes on as many days later, with the vault opened anew. */
async function later(page: Page, days: number): Promise<void> {
  await page.clock.setSystemTime(Date.now() + days * DAY);
  await page.reload();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Unlock' }).click();
}

test('an older version is looked at, saved, brought back and deleted', async ({ page, server, folder }) => {
  test.setTimeout(120_000);
  await page.setViewportSize({ width: 1440, height: 900 });
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'plan.txt', Buffer.from('first idea'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await write(page, 'plan.txt', 'second idea');
  await write(page, 'plan.txt', 'third idea');
  const versions = await showVersions(page, 'plan.txt');
  await expect(versions).toHaveCount(3);
  await expect(versions.first()).toContainText('current');

  // With the keyboard: the oldest one, which says what it is.
  await tabTo(page, versions.nth(2).getByRole('button').first(), 150);
  await page.keyboard.press('Enter');
  const preview = page.getByRole('dialog', { name: /^plan\.txt, version of/ });
  await expect(preview.getByText('first idea')).toBeVisible();
  await expect(preview.getByText('This is an older version, not the current one')).toBeVisible();
  const saved = page.waitForEvent('download');
  await preview.getByRole('button', { name: 'Download' }).click();
  const arrived = await saved;
  expect(arrived.suggestedFilename()).toBe('plan.txt');
  await arrived.saveAs(`${folder}/older`);
  expect(await readFile(`${folder}/older`, 'utf8')).toBe('first idea');
  await page.keyboard.press('Escape');
  await expect(preview).toHaveCount(0);

  // Brought back, it is the current one; that can be undone.
  await chooseOf(page, versions.nth(2), 'Open');
  await preview.getByRole('button', { name: 'Restore' }).click();
  await expect(preview).toHaveCount(0);
  await expect(page.getByText(/“plan\.txt” is again as it was on/)).toBeVisible();
  await expect(versions.nth(2)).toContainText('current');
  await expect(versions.first()).not.toContainText('current');
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await expect(versions.first()).toContainText('current');
  await chooseOf(page, versions.nth(2), 'Restore');
  await expect(versions.nth(2)).toContainText('current');

  // One is deleted for good, then all others; the current one stays, and cannot be deleted.
  await chooseOf(page, versions.first(), 'Delete for good');
  const question = page.getByRole('alertdialog');
  await expect(question.getByText('This cannot be undone. The current version stays.')).toBeVisible();
  await question.getByRole('button', { name: 'Delete for good' }).click();
  await expect(versions).toHaveCount(2);
  await expect(page.getByRole('list', { name: 'Versions' })).toBeFocused();
  await versions.nth(1).getByRole('button', { name: /^More/ }).click();
  await expect(page.getByRole('menuitem', { name: 'Download' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'Delete for good' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await write(page, 'plan.txt', 'fourth idea');
  await expect(versions).toHaveCount(3);
  await page.getByRole('button', { name: 'Delete all older versions' }).click();
  await expect(question.getByText(/^All versions of “plan\.txt” but the current one/)).toBeVisible();
  await question.getByRole('button', { name: 'Delete for good' }).click();
  await expect(versions).toHaveCount(1);
  await versions.first().getByRole('button').first().click();
  await expect(preview.getByText('fourth idea')).toBeVisible();
  await expect(preview.getByText('This is an older version')).toHaveCount(0);
});

test('versions that were replaced long enough ago go, when a file is saved and when they are looked at', async ({ page, server, folder }) => {
  test.setTimeout(120_000);
  await page.setViewportSize({ width: 1440, height: 900 });
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'plan.txt', Buffer.from('first')), await sample(folder, 'other.txt', Buffer.from('one'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await write(page, 'plan.txt', 'second');
  await write(page, 'other.txt', 'two');
  await openSettings(page);
  await page.getByText('Those replaced within 30 days').click();
  await expect(page.getByRole('radio', { name: 'Those replaced within 30 days' })).toBeChecked();

  // Nothing goes before its time.
  await later(page, 29);
  await goTo(page, 'My files');
  await expectFiles(page);
  await expect(await showVersions(page, 'other.txt')).toHaveCount(2);

  await later(page, 31);
  await expectFiles(page);
  let tidied: Promise<Response> | undefined;
  await write(page, 'plan.txt', 'third', () => {
    tidied = page.waitForResponse((answer) => answer.url().endsWith('/commits'));
  });
  expect((await tidied)?.status()).toBe(200);
  const versions = await showVersions(page, 'plan.txt');
  // What was replaced just now stays, however old it is.
  await expect(versions).toHaveCount(2);
  await versions.nth(1).getByRole('button').first().click();
  await expect(page.getByRole('dialog', { name: /^plan\.txt, version of/ }).getByText('second')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(await showVersions(page, 'other.txt')).toHaveCount(1);
});

test('what has been in the trash for as long as its owner chose is deleted at the next opening', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'gone.txt', Buffer.from('1')), await sample(folder, 'kept.txt', Buffer.from('2'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await openSettings(page);
  const trash = page.getByRole('radiogroup', { name: 'Delete for good what has been in the trash for' });
  await trash.getByText('7 days').click();
  await expect(trash.getByRole('radio', { name: '7 days' })).toBeChecked();
  await goTo(page, 'My files');
  await choose(page, 'gone.txt', 'Move to trash');
  await expect(row(page, 'gone.txt')).toHaveCount(0);

  await later(page, 6);
  await goTo(page, 'Trash');
  await expect(row(page, 'gone.txt')).toBeVisible();

  // What was put there only then has its own time.
  await goTo(page, 'My files');
  await choose(page, 'kept.txt', 'Move to trash');
  await expect(row(page, 'kept.txt')).toHaveCount(0);
  await later(page, 8);
  await goTo(page, 'Trash');
  await expect(row(page, 'kept.txt')).toBeVisible();
  await expect(row(page, 'gone.txt')).toHaveCount(0);
});
