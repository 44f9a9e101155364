import { askForAccount, expect, expectFiles, fillSignIn, goTo, newEmail, NEXT, PASSWORD, row, signIn, signUp, test, upload } from '../support/journey';
import { sample } from '../support/samples';

test('a wrong password is refused, and so is an unknown email, in the same words', async ({ page, server }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await page.context().clearCookies();
  for (const who of [email, newEmail()]) {
    await page.goto(`${server.url}/sign-in`);
    await fillSignIn(page, who, 'not the password at all');
    await expect(page.getByRole('alert')).toBeVisible();
    await expect(page).toHaveURL(/sign-in/);
  }
});

test('a taken email loses nothing of the sign-up', async ({ page, browser, server }) => {
  const email = newEmail();
  await signUp(page, server, email);
  const fresh = await browser.newContext();
  const elsewhere = await fresh.newPage();
  await askForAccount(elsewhere, server, email);
  await expect(elsewhere.getByRole('alert')).toBeVisible();
  const other = newEmail();
  await elsewhere.getByLabel('Email').fill(other);
  await elsewhere.getByRole('button', { name: 'Create account' }).click();
  await expectFiles(elsewhere);
  await fresh.close();
});

test('a reload locks, the password unlocks, and locking forgets', async ({ page, server, folder }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await upload(page, [await sample(folder, 'private.txt', Buffer.from('mine'))]);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Unlock' })).toBeVisible();
  await expect(page.getByText('private.txt')).toHaveCount(0);
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(row(page, 'private.txt')).toBeVisible();

  // Another tab of the same browser follows.
  const tab = await page.context().newPage();
  await tab.goto(server.url);
  await tab.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await tab.getByRole('button', { name: 'Unlock' }).click();
  await expectFiles(tab);
  await page.getByRole('button', { name: email }).first().click();
  await page.getByRole('menuitem', { name: 'Lock' }).click();
  await expect(page.getByRole('heading', { name: 'Unlock' })).toBeVisible();
  await expect(tab.getByRole('heading', { name: 'Unlock' })).toBeVisible();
  await tab.getByRole('button', { name: /Sign out/ }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('a new password replaces the old one and opens the same files', async ({ page, browser, server, folder }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await upload(page, [await sample(folder, 'before.txt', Buffer.from('before'))]);

  const fresh = await browser.newContext();
  const elsewhere = await fresh.newPage();
  await signIn(elsewhere, server, email);

  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByLabel('Current password').fill('wrong');
  await page.getByLabel('New password', { exact: true }).fill(NEXT);
  await page.getByLabel('Repeat the new password').fill(NEXT);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('This password is not right.')).toBeVisible();
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Your password is changed.', { exact: false })).toBeVisible();

  // This session goes on; the other one has ended.
  await goTo(page, 'My files');
  await upload(page, [await sample(folder, 'after.txt', Buffer.from('after'))]);
  await elsewhere.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
  await expect(elsewhere.getByText('Your session has ended', { exact: false })).toBeVisible();

  await fillSignIn(elsewhere, email, PASSWORD);
  await expect(elsewhere.getByRole('alert')).toBeVisible();
  await fillSignIn(elsewhere, email, NEXT);
  await expectFiles(elsewhere);
  await expect(row(elsewhere, 'before.txt')).toBeVisible();
  await expect(row(elsewhere, 'after.txt')).toBeVisible();
  await fresh.close();
});
