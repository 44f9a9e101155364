import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { choose, expect, goTo, newEmail, row, signIn, signUp, test, upload } from '../support/journey';
import { makeFolder, openFolder } from '../support/folders';
import { sample } from '../support/samples';

test('stars, tags and the rest of what is noted are on every device', async ({ page, browser, server, folder }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  const email = newEmail();
  await signUp(page, server, email);
  await makeFolder(page, 'Deep');
  await openFolder(page, 'Deep');
  await upload(page, [await sample(folder, 'lease.txt', Buffer.from('lease'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await choose(page, 'lease.txt', 'Details');
  const pane = page.getByRole('complementary', { name: 'Details' });
  await pane.getByRole('button', { name: 'Add a star' }).click();
  await expect(pane.getByRole('button', { name: 'Remove the star' })).toBeVisible();
  for (const tag of ['home', 'paper']) {
    await pane.getByLabel('Add a tag').fill(tag);
    // The second while the first is on its way.
    await page.keyboard.press('Enter');
  }
  for (const tag of ['home', 'paper']) await expect(pane.getByRole('list', { name: 'Tags' }).getByText(tag)).toBeVisible();
  await pane.getByLabel('Category').fill('Contracts');
  await pane.getByRole('button', { name: 'Remove the tag paper' }).click();
  await expect(pane.getByText('paper')).toHaveCount(0);
  // What cannot be stored stays, also when one goes elsewhere, until it can.
  await page.route('**/api/v1/commits', (route) => route.fulfill({ status: 507, contentType: 'application/json', body: '{"error":{"code":"STORAGE_QUOTA_EXCEEDED","message":"full"}}' }));
  await pane.getByLabel('Description').fill('With the landlord, until 2030.');
  await pane.getByLabel('Category').focus();
  await expect(pane.getByText(/^Not saved: /)).toBeVisible();
  await page.keyboard.press('Escape');
  await goTo(page, 'Starred');
  await choose(page, 'lease.txt', 'Details');
  await expect(pane.getByLabel('Description')).toHaveValue('With the landlord, until 2030.');
  await page.unroute('**/api/v1/commits');
  await pane.getByRole('button', { name: 'Try again' }).click();
  await expect(pane.getByText(/^Not saved: /)).toHaveCount(0);

  const fresh = await browser.newContext();
  const elsewhere = await fresh.newPage();
  await elsewhere.setViewportSize({ width: 1440, height: 900 });
  await signIn(elsewhere, server, email);
  await goTo(elsewhere, 'Starred');
  await choose(elsewhere, 'lease.txt', 'Details');
  const there = elsewhere.getByRole('complementary', { name: 'Details' });
  await expect(there.getByText('home')).toBeVisible();
  await expect(there.getByLabel('Category')).toHaveValue('Contracts');
  await expect(there.getByLabel('Description')).toHaveValue('With the landlord, until 2030.');

  // What was changed last, and the way to its folder.
  await goTo(elsewhere, 'Recent');
  await row(elsewhere, 'lease.txt').getByRole('link', { name: 'Deep' }).click();
  await expect(elsewhere.getByRole('heading', { level: 1, name: 'Deep' })).toBeVisible();
  await row(elsewhere, 'lease.txt').hover();
  await row(elsewhere, 'lease.txt').getByRole('button', { name: 'Star of lease.txt' }).click();
  await goTo(page, 'Starred');
  await expect(page.getByText('Nothing has a star yet')).toBeVisible();
  await fresh.close();
});

test('the trash tells where things were, and brings them back there', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await makeFolder(page, 'Place');
  await openFolder(page, 'Place');
  await upload(page, [await sample(folder, 'note.txt', Buffer.from('n'))]);
  await choose(page, 'note.txt', 'Move to trash');
  await expect(page.getByText('“note.txt” is in the trash')).toBeVisible();
  await goTo(page, 'Trash');
  await expect(row(page, 'note.txt').getByRole('link', { name: 'Place' })).toBeVisible();
  await choose(page, 'note.txt', 'Restore');
  await expect(page.getByText('The trash is empty')).toBeVisible();
  await goTo(page, 'My files');
  await openFolder(page, 'Place');
  await expect(row(page, 'note.txt')).toBeVisible();
});

test('a whole folder goes up with the folders in it', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await mkdir(join(folder, 'Photos', 'Sea'), { recursive: true });
  await writeFile(join(folder, 'Photos', 'one.txt'), '1');
  await writeFile(join(folder, 'Photos', 'Sea', 'two.txt'), '2');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'More for this folder' }).click();
  await page.getByRole('menuitem', { name: 'Upload folder' }).click();
  await (await chooser).setFiles(join(folder, 'Photos'));
  await openFolder(page, 'Photos');
  await expect(row(page, 'one.txt')).toBeVisible();
  await openFolder(page, 'Sea');
  await expect(row(page, 'two.txt')).toBeVisible();
});

test('two devices show the same digits until one of them has seen less', async ({ page, browser, server }) => {
  const email = newEmail();
  await signUp(page, server, email);
  const fresh = await browser.newContext();
  const elsewhere = await fresh.newPage();
  let isHeld = false;
  await elsewhere.route('**/api/v1/changes*', async (route) => {
    const response = await route.fetch();
    await (isHeld ? route.abort() : route.fulfill({ response }));
  });
  await signIn(elsewhere, server, email);
  await makeFolder(page, 'Seen by both');
  await expect(row(elsewhere, 'Seen by both')).toBeVisible();
  const digits = async (device: typeof page) => {
    await device.getByRole('link', { name: 'Settings' }).click();
    await device.getByRole('button', { name: 'Show the digits' }).click();
    const groups = device.getByRole('list', { name: 'Digits to compare' }).getByRole('listitem');
    await expect(groups).toHaveCount(8);
    return groups.allInnerTexts();
  };
  expect(await digits(page)).toEqual(await digits(elsewhere));
  // The server keeps the next change from one of them.
  isHeld = true;
  await goTo(page, 'My files');
  await makeFolder(page, 'Seen by one');
  const here = await digits(page);
  await elsewhere.getByRole('button', { name: 'Look again' }).click();
  await expect.poll(() => elsewhere.getByRole('list', { name: 'Digits to compare' }).getByRole('listitem').allInnerTexts()).not.toEqual(here);
  await elsewhere.unrouteAll({ behavior: 'ignoreErrors' });
  await fresh.close();
});

test('finding as one types, and by filters', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await makeFolder(page, 'Household');
  await openFolder(page, 'Household');
  await upload(page, [await sample(folder, 'water bill.txt', Buffer.from('w')), await sample(folder, 'holiday.png', Buffer.from('h'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await choose(page, 'holiday.png', 'Add a star');
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('/');
  const field = page.getByRole('textbox', { name: 'Search' });
  await expect(field).toBeFocused();
  await page.keyboard.type('wat');
  await expect(page.getByRole('heading', { level: 1, name: 'Search' })).toBeVisible();
  await expect(row(page, 'water bill.txt')).toBeVisible();
  await expect(row(page, 'holiday.png')).toHaveCount(0);
  // What is looked for is nobody else's business.
  expect(page.url()).not.toContain('wat');
  await page.keyboard.type('erfall');
  await expect(page.getByText('Nothing was found')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('group', { name: 'Filters' }).getByRole('button', { name: 'Starred' }).click();
  await expect(row(page, 'holiday.png')).toBeVisible();
  await page.getByRole('group', { name: 'Filters' }).getByRole('button', { name: 'Type' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Folder' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByText('Nothing was found')).toBeVisible();
  await page.getByRole('group', { name: 'Filters' }).getByRole('button', { name: 'Starred' }).click();
  await expect(row(page, 'Household')).toBeVisible();
});
