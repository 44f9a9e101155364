import { choose, expect, newEmail, row, signUp, test, upload } from '../support/journey';
import { makeFolder, openFolder } from '../support/folders';
import { look, WIDE } from '../support/look';
import { sample } from '../support/samples';

test.use({ viewport: WIDE });

test('folders', async ({ page, server, folder }) => {
  test.setTimeout(400_000);
  await signUp(page, server, newEmail());
  for (const name of ['A rather long name for a folder with contracts', 'Second', 'Third', 'Fourth']) {
    await makeFolder(page, name);
    await openFolder(page, name);
  }
  await makeFolder(page, 'Inner');
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await upload(page, [await sample(folder, 'lease.txt', Buffer.from('x')), await sample(folder, 'plan.pdf', Buffer.from('y'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await choose(page, 'lease.txt', 'Add a star');
  await choose(page, 'plan.pdf', 'Cut');
  await look(page, 'folder');
  await page.getByRole('button', { name: 'More for this folder' }).click();
  await look(page, 'folder-menu', { widths: [1440, 360] });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New folder' }).click();
  await look(page, 'folder-new', { widths: [1440, 360] });
  await page.keyboard.press('Escape');
  await choose(page, 'lease.txt', 'Move to…');
  await look(page, 'folder-move');
  await page.keyboard.press('Escape');
  await choose(page, 'lease.txt', 'Details');
  await expect(page.getByLabel('Add a tag')).toBeVisible();
  await page.getByLabel('Add a tag').fill('home');
  await page.keyboard.press('Enter');
  await expect(page.getByText('home')).toBeVisible();
  await look(page, 'folder-details', { widths: [1440] });
  await row(page, 'lease.txt').click();
  await look(page, 'folder-selected');
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await page.getByRole('button', { name: 'Show as grid' }).click();
  await look(page, 'folder-grid', { widths: [1440, 360] });
  await page.getByRole('button', { name: 'Show as list' }).click();
  await choose(page, 'Inner', 'Move to trash');
  for (const [link, name] of [['Starred', 'starred'], ['Recent', 'recent'], ['Trash', 'trash-places']] as const) {
    await page.getByRole('link', { name: link }).click();
    await expect(page.getByRole('heading', { level: 1, name: link })).toBeVisible();
    await look(page, name);
  }
  await page.getByRole('textbox', { name: 'Search' }).fill('lease');
  await expect(row(page, 'lease.txt')).toBeVisible();
  await look(page, 'search');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Show the digits' }).click();
  await expect(page.getByRole('list', { name: 'Digits to compare' })).toBeVisible();
  await page.getByRole('region', { name: 'Compare with another device' }).scrollIntoViewIfNeeded();
  await look(page, 'settings-compare');
});
