import { expect, expectTransfers, newEmail, PASSWORD, row, signUp, test } from '../support/journey';
import { tabTo } from '../support/hands';
import { sample } from '../support/samples';

test('the keyboard alone suffices', async ({ page, server, folder }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Unlock' })).toBeVisible();
  await tabTo(page, page.getByLabel('Password', { exact: true }));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'My files' })).toBeVisible();

  // Before the button is reached: the browser needs a moment until it hands its dialog over, and a key takes none.
  const chooser = page.waitForEvent('filechooser');
  await tabTo(page, page.getByRole('button', { name: 'Upload', exact: true }));
  await page.keyboard.press('Enter');
  await (await chooser).setFiles([
    await sample(folder, 'alpha.txt', Buffer.from('a')),
    await sample(folder, 'beta.txt', Buffer.from('b')),
    await sample(folder, 'gamma.txt', Buffer.from('c')),
  ]);
  await expectTransfers(page, /3 transfers finished/);

  const table = page.getByRole('grid', { name: 'Files' });
  await tabTo(page, table.getByRole('row'));
  await page.keyboard.type('be');
  await page.keyboard.press('F2');
  await expect(page.getByRole('textbox', { name: 'New name for beta.txt' })).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('delta.txt');
  await page.keyboard.press('Enter');
  await expect(row(page, 'delta.txt')).toBeVisible();

  await tabTo(page, table.getByRole('row'));
  await page.keyboard.press('ControlOrMeta+a');
  await expect(page.getByText('3 selected')).toBeVisible();
  await page.keyboard.press('Delete');
  await expect(page.getByText('No files yet')).toBeVisible();

  await tabTo(page, page.getByRole('link', { name: 'Trash' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Trash' })).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: 'Empty trash' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Empty trash' })).toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('alertdialog').getByRole('button', { name: 'Empty trash' }));
  await page.keyboard.press('Enter');
  await expect(page.getByText('The trash is empty')).toBeVisible();
});
