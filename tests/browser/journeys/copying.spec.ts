import { readFile } from 'node:fs/promises';

import type { Page, Route } from '@playwright/test';

import { choose, download, expect, goTo, newEmail, row, signUp, test, upload } from '../support/journey';
import { makeFolder, openFolder } from '../support/folders';
import { keyboard, tabTo } from '../support/hands';
import { noise, sample } from '../support/samples';

async function startWith(page: Page, folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await upload(page, await Promise.all(Object.entries(files).map(([name, text]) => sample(folder, name, Buffer.from(text)))));
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
}

/** Puts something into the trash and deletes it there for good. */
async function purge(page: Page, name: string): Promise<void> {
  await choose(page, name, 'Move to trash');
  await goTo(page, 'Trash');
  await choose(page, name, 'Delete for good');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete for good' }).click();
  await expect(row(page, name)).toHaveCount(0);
  await goTo(page, 'My files');
}

async function textOf(page: Page, name: string, folder: string): Promise<string> {
  return readFile(await download(page, name, folder), 'utf8');
}

test('a file is copied with the keyboard, beside itself and elsewhere, and outlives its original', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await makeFolder(page, 'Beta');
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await startWith(page, folder, { 'letter.txt': 'dear' });

  await tabTo(page, page.getByRole('grid').getByRole('row'));
  await page.keyboard.type('let');
  await page.keyboard.press('ControlOrMeta+c');
  await expect(page.getByText('“letter.txt” is ready to be pasted.')).toBeVisible();
  // It is not shown as cut, and where it is it becomes a second one.
  await expect(row(page, 'letter.txt').getByText('Cut: will be moved')).toHaveCount(0);
  await page.keyboard.press('ControlOrMeta+v');
  await expect(row(page, 'letter (1).txt')).toBeVisible();
  await expect(page.getByText('“letter.txt” was copied to “My files”')).toBeVisible();
  // What was copied can be pasted again.
  await page.keyboard.press('ControlOrMeta+v');
  await expect(row(page, 'letter (2).txt')).toBeVisible();
  await openFolder(page, 'Beta');
  await page.keyboard.press('ControlOrMeta+v');
  await expect(row(page, 'letter.txt')).toBeVisible();
  await page.keyboard.press('Backspace');
  await expect(page.getByRole('heading', { level: 1, name: 'My files' })).toBeVisible();

  await purge(page, 'letter.txt');
  expect(await textOf(page, 'letter (1).txt', folder)).toBe('dear');
  await openFolder(page, 'Beta');
  expect(await textOf(page, 'letter.txt', folder)).toBe('dear');
});

test('a folder is copied in the dialog, with everything in it', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await makeFolder(page, 'Archive');
  await makeFolder(page, 'Trip');
  await openFolder(page, 'Trip');
  await makeFolder(page, 'Photos');
  await openFolder(page, 'Photos');
  await startWith(page, folder, { 'sea.txt': 'blue', 'hill.txt': 'green' });
  await page.keyboard.press('Backspace');
  await expect(page.getByRole('heading', { level: 1, name: 'Trip' })).toBeVisible();
  await page.keyboard.press('Backspace');
  await expect(row(page, 'Trip')).toBeVisible();

  await keyboard(page).choose('Trip', 'Copy to…');
  const dialog = page.getByRole('dialog', { name: 'Copy “Trip” to…' });
  // Here too: a copy beside the original is what some people want.
  await expect(dialog.getByText('the copy gets another name')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Copy here' })).toBeEnabled();
  await tabTo(page, dialog.getByRole('row'));
  await page.keyboard.type('arch');
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('No folders in here')).toBeVisible();
  await tabTo(page, dialog.getByRole('button', { name: 'Copy here' }));
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('“Trip” was copied to “Archive”')).toBeVisible();

  await purge(page, 'Trip');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Archive' })).toBeVisible();
  await openFolder(page, 'Trip');
  await openFolder(page, 'Photos');
  expect(await textOf(page, 'sea.txt', folder)).toBe('blue');
  expect(await textOf(page, 'hill.txt', folder)).toBe('green');
});

test('a long copy says how far it is, and stops when it is told to', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await makeFolder(page, 'Trip');
  await openFolder(page, 'Trip');
  await makeFolder(page, 'Photos');
  await openFolder(page, 'Photos');
  await startWith(page, folder, { 'sea.txt': 'blue' });
  await goTo(page, 'My files');
  await expect(row(page, 'Trip')).toBeVisible();

  // The first step does not end before the person has seen enough.
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/commits', async (route: Route) => {
    await held;
    await route.continue();
  });
  await choose(page, 'Trip', 'Copy to…');
  await page.getByRole('button', { name: 'Copy here' }).click();
  await expect(page.getByText('Copying “Trip” to “My files”')).toBeVisible();
  await expect(page.getByRole('progressbar', { name: 'Copying “Trip” to “My files”' })).toBeVisible();
  // Whoever goes elsewhere takes it along.
  await goTo(page, 'Starred');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  release();
  await expect(page.getByText('Copying was stopped')).toBeVisible();
  await expect(page.getByText('Copying “Trip” to “My files”')).toHaveCount(0);
  // What was made by then is there, and nothing comes after it.
  await goTo(page, 'My files');
  await openFolder(page, 'Trip (1)');
  await expect(page.getByText('This folder is empty')).toBeVisible();
});

test('a copy for which there is no room says so', async ({ page, launch, folder }) => {
  const small = await launch({ STRONGROOM_QUOTA: '1000000' });
  await signUp(page, small, newEmail());
  await upload(page, [await noise(folder, 'large.bin', 700_000)]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await row(page, 'large.bin').click();
  await page.keyboard.press('ControlOrMeta+c');
  await page.keyboard.press('ControlOrMeta+v');
  await expect(page.getByText(/There is not enough room in your storage/)).toBeVisible();
  await expect(page.getByText('0 of 1 file was copied and stays.')).toBeVisible();
  await expect(row(page, 'large (1).bin')).toHaveCount(0);
});
