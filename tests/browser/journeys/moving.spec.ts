import { readFile } from 'node:fs/promises';

import { choose, download, expect, newEmail, row, signUp, test, upload } from '../support/journey';
import { makeFolder, openFolder } from '../support/folders';
import { keyboard, tabTo } from '../support/hands';
import { sample } from '../support/samples';

test('moving with the keyboard: the dialog, and cutting and pasting', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await makeFolder(page, 'Alpha');
  await makeFolder(page, 'Beta');
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await upload(page, [await sample(folder, 'letter.txt', Buffer.from('dear'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();

  // The dialog: a folder in a folder, and a new one on the way.
  await keyboard(page).choose('letter.txt', 'Move to…');
  const dialog = page.getByRole('dialog', { name: 'Move “letter.txt” to…' });
  await expect(dialog.getByRole('button', { name: 'Move here' })).toBeDisabled();
  await expect(dialog.getByText('This is where it is now.')).toBeVisible();
  await tabTo(page, dialog.getByRole('row'));
  await page.keyboard.type('be');
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('No folders in here')).toBeVisible();
  await page.keyboard.press('Backspace');
  await expect(dialog.getByRole('row', { name: 'Alpha' })).toBeVisible();
  await tabTo(page, dialog.getByRole('row'));
  await page.keyboard.press('Enter');
  await tabTo(page, dialog.getByRole('button', { name: 'New folder' }));
  await page.keyboard.press('Enter');
  await expect(dialog.getByLabel('Name of the folder')).toBeFocused();
  await page.keyboard.type('Inside');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('button', { name: 'Inside' })).toBeVisible();
  await tabTo(page, dialog.getByRole('button', { name: 'Move here' }));
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('“letter.txt” was moved to “Inside”')).toBeVisible();
  await expect(row(page, 'letter.txt')).toHaveCount(0);
  await page.keyboard.press('ControlOrMeta+z');
  await expect(row(page, 'letter.txt')).toBeVisible();

  // Cut here, paste there.
  await tabTo(page, page.getByRole('grid').getByRole('row'));
  await page.keyboard.type('let');
  await page.keyboard.press('ControlOrMeta+x');
  await expect(row(page, 'letter.txt').getByText('Cut: will be moved')).toBeAttached();
  await openFolder(page, 'Beta');
  await page.keyboard.press('ControlOrMeta+v');
  await expect(row(page, 'letter.txt')).toBeVisible();
  expect(await readFile(await download(page, 'letter.txt', folder), 'utf8')).toBe('dear');

  // A folder cannot go into itself.
  await page.keyboard.press('Backspace');
  await choose(page, 'Alpha', 'Cut');
  await openFolder(page, 'Alpha');
  await page.keyboard.press('ControlOrMeta+v');
  await expect(page.getByText('A folder cannot be moved into itself.')).toBeVisible();

  // A folder that was made in the dialog leads nobody there who has gone elsewhere by then.
  await page.keyboard.press('Backspace');
  await openFolder(page, 'Beta');
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/api/v1/commits', async (route) => {
    await answered;
    await route.continue();
  });
  await choose(page, 'letter.txt', 'Move to…');
  await dialog.getByRole('button', { name: 'New folder' }).click();
  await dialog.getByLabel('Name of the folder').fill('Late');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'My files' }).click();
  answer();
  await expect(page.getByRole('main').getByText('Late', { exact: true })).toBeAttached();
  await dialog.getByRole('button', { name: 'Move here' }).click();
  await expect(page.getByText('“letter.txt” was moved to “My files”')).toBeVisible();
});

test('moving with the mouse: onto a folder, and onto one above', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await makeFolder(page, 'Target');
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await upload(page, [await sample(folder, 'one.txt', Buffer.from('1')), await sample(folder, 'two.txt', Buffer.from('2'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();

  // The selected ones go together.
  await row(page, 'one.txt').click();
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByText('2 selected')).toBeVisible();
  await row(page, 'one.txt').getByText('one.txt').dragTo(row(page, 'Target').getByText('Target'));
  await expect(page.getByText('2 items were moved to “Target”')).toBeVisible();
  await expect(row(page, 'two.txt')).toHaveCount(0);

  await openFolder(page, 'Target');
  await expect(row(page, 'two.txt')).toBeVisible();
  await row(page, 'one.txt').getByText('one.txt').dragTo(page.getByRole('navigation', { name: 'Folders above' }).getByRole('link', { name: 'My files' }));
  await expect(page.getByText('“one.txt” was moved to “My files”')).toBeVisible();
  await expect(row(page, 'one.txt')).toHaveCount(0);
  await page.keyboard.press('Backspace');
  await expect(row(page, 'one.txt')).toBeVisible();
});
