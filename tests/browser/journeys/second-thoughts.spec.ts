import { choosePassword, confirmPhrase, expect, expectFiles, newEmail, PASSWORD, signUp, test } from '../support/journey';

const OTHER = 'violin pepper orbit 42 lantern';

test('going back in the sign-up keeps what was typed, and another password makes another phrase', async ({ page, server }) => {
  const email = newEmail();
  await page.goto(`${server.url}/sign-up`);
  await page.getByLabel('Email').fill(email);
  const first = await choosePassword(page, PASSWORD);
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page.getByLabel('Email')).toHaveValue(email);
  expect(await choosePassword(page, PASSWORD)).toEqual(first);

  await page.getByRole('button', { name: 'Back' }).click();
  const second = await choosePassword(page, OTHER);
  expect(second).not.toEqual(first);
  await confirmPhrase(page, second);
  await expectFiles(page);
  await page.reload();
  await page.getByLabel('Password', { exact: true }).fill(OTHER);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expectFiles(page);
});

test('language and theme are chosen in the settings and remembered', async ({ page, server }) => {
  await signUp(page, server, newEmail());
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByText('Deutsch').click();
  await expect(page.getByRole('heading', { name: 'Einstellungen' })).toBeVisible();
  await page.getByText('Dunkel').click();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Entsperren' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});
