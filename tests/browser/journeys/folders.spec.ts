import { choose, expect, goTo, newEmail, row, signIn, signUp, test, upload } from '../support/journey';
import { makeFolder, openFolder } from '../support/folders';
import { tabTo } from '../support/hands';
import { sample } from '../support/samples';

test('folders in folders, and the ways between them', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await makeFolder(page, 'Letters');
  await expect(page.getByText('1 selected')).toBeVisible();
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await upload(page, [await sample(folder, 'a first file.txt', Buffer.from('a'))]);
  // Folders come first, whatever their names.
  await expect(page.getByRole('grid').getByRole('row').locator('[dir="auto"]')).toHaveText(['Letters', 'a first file.txt']);

  await openFolder(page, 'Letters');
  await expect(page).toHaveTitle(/^Letters/);
  await expect(page.getByText('This folder is empty')).toBeVisible();
  await makeFolder(page, 'Landlord');
  await openFolder(page, 'Landlord');
  await upload(page, [await sample(folder, 'lease.txt', Buffer.from('lease'))]);
  await expect(row(page, 'lease.txt')).toBeVisible();

  // Back and forth with the browser's own buttons.
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: 'Letters' })).toBeVisible();
  await page.goForward();
  await expect(row(page, 'lease.txt')).toBeVisible();

  // The path, and the keys for it.
  const path = page.getByRole('navigation', { name: 'Folders above' });
  await expect(path.getByRole('link')).toHaveText(['My files', 'Letters']);
  await page.keyboard.press('Backspace');
  await expect(page.getByRole('heading', { level: 1, name: 'Letters' })).toBeVisible();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(page.getByRole('heading', { level: 1, name: 'My files' })).toBeVisible();
  await openFolder(page, 'Letters');
  await openFolder(page, 'Landlord');
  await path.getByRole('link', { name: 'My files' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'My files' })).toBeVisible();

  // Renamed, put away, brought back: a folder like a file.
  await choose(page, 'Letters', 'Rename');
  await page.getByRole('textbox', { name: 'New name for Letters' }).fill('Post');
  await page.keyboard.press('Enter');
  await expect(row(page, 'Post')).toBeVisible();
  await choose(page, 'Post', 'Move to trash');
  await expect(page.getByText('“Post” is in the trash')).toBeVisible();
  await expect(row(page, 'Post')).toHaveCount(0);
  await page.keyboard.press('ControlOrMeta+z');
  await expect(page.getByText('“Post” is back')).toBeVisible();
  await openFolder(page, 'Post');
  await openFolder(page, 'Landlord');
  await expect(row(page, 'lease.txt')).toBeVisible();
});

test('a folder that is not there says so', async ({ page, server }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await makeFolder(page, 'Gone');
  await openFolder(page, 'Gone');
  const address = page.url();
  await page.keyboard.press('Backspace');
  await choose(page, 'Gone', 'Move to trash');
  await expect(page.getByText('“Gone” is in the trash')).toBeVisible();
  await page.goto(address);
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple 47');
  await page.keyboard.press('Enter');
  await expect(page.getByText('This folder is in the trash')).toBeVisible();
  await goTo(page, 'Trash');
  await choose(page, 'Gone', 'Delete for good');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete for good' }).click();
  await expect(page.getByText('The trash is empty')).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('heading', { level: 2, name: 'This folder is not here' })).toBeVisible();
  await page.getByRole('button', { name: 'Go to My files' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'My files' })).toBeVisible();
});

test('two devices see each other’s folders without reloading', async ({ page, browser, server, folder }) => {
  const email = newEmail();
  await signUp(page, server, email);
  const fresh = await browser.newContext();
  const elsewhere = await fresh.newPage();
  await signIn(elsewhere, server, email);

  await makeFolder(page, 'Shared place');
  await expect(row(elsewhere, 'Shared place')).toBeVisible();
  await openFolder(elsewhere, 'Shared place');
  await makeFolder(elsewhere, 'From there');
  await openFolder(page, 'Shared place');
  await expect(row(page, 'From there')).toBeVisible();
  await openFolder(elsewhere, 'From there');
  await upload(elsewhere, [await sample(folder, 'hello.txt', Buffer.from('hello'))]);
  await openFolder(page, 'From there');
  await expect(row(page, 'hello.txt')).toBeVisible();
  // Both write into the same folder.
  await makeFolder(page, 'One');
  await makeFolder(elsewhere, 'Two');
  for (const device of [page, elsewhere]) {
    await expect(row(device, 'One')).toBeVisible();
    await expect(row(device, 'Two')).toBeVisible();
  }
  await fresh.close();
});

test('a folder is made and opened with the keyboard alone', async ({ page, server }) => {
  await signUp(page, server, newEmail());
  await tabTo(page, page.getByRole('button', { name: 'New folder' }));
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Name of the folder')).toBeFocused();
  await page.keyboard.type('a/b');
  await expect(page.getByText('A name cannot contain “/”.')).toBeVisible();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('Keys');
  await page.keyboard.press('Enter');
  await expect(row(page, 'Keys')).toBeVisible();
  await tabTo(page, page.getByRole('grid').getByRole('row'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Keys' })).toBeVisible();
});
