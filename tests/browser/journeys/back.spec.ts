import { expect, newEmail, row, signUp, test, upload } from '../support/journey';
import { makeFolder, openFolder } from '../support/folders';
import { sample } from '../support/samples';

test('Back closes what is looked at, and only then leaves the folder', async ({ page, server, folder }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await signUp(page, server, newEmail());
  await makeFolder(page, 'Letters');
  await openFolder(page, 'Letters');
  await upload(page, [await sample(folder, 'one.txt', Buffer.from('one')), await sample(folder, 'two.txt', Buffer.from('two'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();

  // However many files were turned to.
  await row(page, 'one.txt').dblclick();
  const preview = page.getByRole('dialog', { name: /^Preview/ });
  await expect(preview.getByText('one', { exact: true })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(preview.getByText('two', { exact: true })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page).toHaveTitle(/^Letters/);

  // Closed with its own button, it leaves nothing to go back through.
  await row(page, 'one.txt').dblclick();
  await preview.getByRole('button', { name: 'Close the preview' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);

  // An editor in the place of the preview stores what was typed.
  await row(page, 'one.txt').dblclick();
  await preview.getByRole('button', { name: 'Edit', exact: true }).click();
  const editor = page.getByRole('dialog', { name: 'Editing one.txt' });
  await expect(editor.getByRole('textbox')).toBeFocused();
  await page.keyboard.type('more of ');
  await page.goBack();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await row(page, 'one.txt').dblclick();
  await expect(preview.getByText('more of one')).toBeVisible();
  await page.goBack();

  // An older version over the details.
  await row(page, 'one.txt').click();
  await page.getByRole('button', { name: 'Details', exact: true }).first().click();
  await page.getByRole('button', { name: 'Show versions' }).click();
  await page.getByRole('region', { name: 'Versions' }).getByRole('listitem').last().getByRole('button').first().click();
  await expect(page.getByRole('dialog').getByText('This is an older version, not the current one')).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page).toHaveTitle(/^Letters/);

  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: 'My files' })).toBeVisible();
});
