import { expect, expectFiles, goTo, newEmail, PASSWORD, row, signIn, signUp, test, upload } from '../support/journey';
import { openSettings } from '../support/settings';
import { photo, sample } from '../support/samples';

test('names and a picture are kept, and the picture is sealed', async ({ page, browser, server, folder }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await openSettings(page);
  const profile = page.getByRole('region', { name: 'Profile' });
  await profile.getByLabel('First name').fill('Ada');
  await profile.getByLabel('Last name').fill('Lovelace');
  await profile.getByRole('button', { name: 'Save names' }).click();
  await expect(page.getByText('Your names are saved')).toBeVisible();

  const answered = page.waitForResponse((response) => response.request().method() === 'PATCH' && response.url().endsWith('/user/profile'));
  const chooser = page.waitForEvent('filechooser');
  await profile.getByRole('button', { name: 'Choose a picture' }).click();
  await (await chooser).setFiles([await sample(folder, 'me.png', photo(300, 200))]);
  await expect(page.getByText('Your picture is saved')).toBeVisible();
  const { avatar } = ((await (await answered).json()) as { data: { avatar: string } }).data;
  // No picture format begins like what was sent.
  expect(Buffer.from(avatar, 'base64').toString('latin1')).not.toMatch(/PNG|JFIF|RIFF|WEBP|Exif/);
  await expect(profile.getByRole('button', { name: 'Remove' })).toBeVisible();

  const fresh = await browser.newContext();
  const elsewhere = await fresh.newPage();
  await signIn(elsewhere, server, email);
  await expect(elsewhere.getByRole('button', { name: /Ada Lovelace/ })).toBeVisible();
  await expect.poll(() => elsewhere.locator('header img').evaluateAll((images) => images.some((image) => (image as HTMLImageElement).naturalWidth > 0))).toBe(true);
  await fresh.close();

  await profile.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('Your picture is removed')).toBeVisible();
  await profile.getByRole('button', { name: 'Choose a picture' }).click();
});

test('what is no picture is refused in words', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await openSettings(page);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a picture' }).click();
  await (await chooser).setFiles([await sample(folder, 'me.png', Buffer.from('no picture at all'))]);
  await expect(page.getByText('cannot read the file as a picture', { exact: false })).toBeVisible();
});

test('sessions are listed and ended, one and all', async ({ page, browser, server }) => {
  const email = newEmail();
  await signUp(page, server, email);
  const contexts = await Promise.all([browser.newContext(), browser.newContext(), browser.newContext()]);
  const others = await Promise.all(contexts.map((context) => context.newPage()));
  for (const other of others) await signIn(other, server, email);

  await openSettings(page);
  const sessions = page.getByRole('region', { name: 'Sessions' });
  await expect(sessions.getByRole('listitem')).toHaveCount(4);
  await expect(sessions.getByRole('listitem').first()).toContainText('This session');
  await expect(sessions.getByText('Chrome on Linux').first()).toBeVisible();
  await sessions.getByRole('button', { name: /^End the session/ }).first().click();
  await expect(sessions.getByRole('listitem')).toHaveCount(3);
  await sessions.getByRole('button', { name: 'End all others' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'End them' }).click();
  await expect(sessions.getByRole('listitem')).toHaveCount(1);
  for (const other of others) {
    await other.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
    await expect(other.getByText('Your session has ended', { exact: false })).toBeVisible();
  }
  await Promise.all(contexts.map((context) => context.close()));
});

test('a device that is kept unlocked opens without the password, until it is locked', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'mine.txt', Buffer.from('mine'))]);
  await page.reload();
  const keep = page.getByRole('checkbox', { name: 'Keep this device unlocked' });
  await expect(keep).not.toBeChecked();
  await page.getByText('Keep this device unlocked').click();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expectFiles(page);
  await openSettings(page);
  await expect(page.getByRole('checkbox', { name: 'Keep this device unlocked' })).toBeChecked();
  await goTo(page, 'My files');
  await page.reload();
  await expect(row(page, 'mine.txt')).toBeVisible();

  await openSettings(page);
  await page.getByRole('button', { name: 'Lock now' }).click();
  await expect(page.getByRole('heading', { name: 'Unlock' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Unlock' })).toBeVisible();
});

test('when this device locks itself is chosen and remembered', async ({ page, server }) => {
  await signUp(page, server, newEmail());
  await openSettings(page);
  const choice = page.getByRole('radiogroup', { name: 'Lock by itself when nobody has used it for' });
  await expect(choice.getByRole('radio', { name: '15 minutes' })).toBeChecked();
  await choice.getByText('1 hour').click();
  await page.reload();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await openSettings(page);
  await expect(choice.getByRole('radio', { name: '1 hour' })).toBeChecked();
});
