import { choosePassword, expect, expectFiles, fillSignIn, newEmail, NEXT, PASSWORD, row, shownPhrase, signIn, signUp, test, upload } from '../support/journey';
import { answerQuiz, openSettings } from '../support/settings';
import { sample } from '../support/samples';

test('the phrase opens the same files in another browser, with a new password', async ({ page, browser, server, folder }) => {
  const email = newEmail();
  let phrase: readonly string[] = [];
  await signUp(page, server, email, PASSWORD, (words) => (phrase = words));
  await upload(page, [await sample(folder, 'kept.txt', Buffer.from('kept'))]);

  const fresh = await browser.newContext();
  const elsewhere = await fresh.newPage();
  await elsewhere.goto(`${server.url}/sign-in`);
  await elsewhere.getByRole('link', { name: 'Forgot your password?' }).click();
  await elsewhere.getByLabel('Email').fill(email);
  const field = elsewhere.getByLabel('Your recovery phrase');
  const next = elsewhere.getByRole('button', { name: 'Continue' });

  // Each thing that can be wrong with the words is named.
  await field.fill(phrase.slice(0, 23).join(' '));
  await next.click();
  await expect(elsewhere.getByText('There are 23 words here; a phrase has 24.')).toBeVisible();
  await field.fill([...phrase.slice(0, 6), 'strongrom', ...phrase.slice(7)].join(' '));
  await next.click();
  await expect(elsewhere.getByText('Word 7, “strongrom”, is not a word of any phrase.', { exact: false })).toBeVisible();
  await field.fill('abandon '.repeat(24));
  await next.click();
  await expect(elsewhere.getByText('Every word exists, but together they are no phrase.', { exact: false })).toBeVisible();
  // A phrase, but nobody's.
  await field.fill(`${'abandon '.repeat(23)}art`);
  await next.click();
  await expect(elsewhere.getByText('These words do not open an account with this email.', { exact: false })).toBeVisible();

  // As it stands on the printed page.
  await field.fill(phrase.map((word, index) => `${index + 1}. ${word.toUpperCase()}`).join('\n'));
  await next.click();
  await expect(elsewhere.getByRole('heading', { name: 'Choose a new password' })).toBeVisible();
  await elsewhere.getByLabel('New password', { exact: true }).fill(NEXT);
  await elsewhere.getByLabel('Repeat the new password').fill(NEXT);
  await elsewhere.getByRole('button', { name: 'Set password and open' }).click();
  await expect(row(elsewhere, 'kept.txt')).toBeVisible();

  // Where one was signed in, one is not any more, and the old password opens nothing.
  await page.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
  await expect(page.getByText('Your session has ended', { exact: false })).toBeVisible();
  await fillSignIn(page, email, PASSWORD);
  await expect(page.getByRole('alert')).toBeVisible();
  await fillSignIn(page, email, NEXT);
  await expect(row(page, 'kept.txt')).toBeVisible();
  await fresh.close();
});

test('a forgotten password is recovered where it is asked: at unlocking', async ({ page, server }) => {
  const email = newEmail();
  let phrase: readonly string[] = [];
  await signUp(page, server, email, PASSWORD, (words) => (phrase = words));
  await page.reload();
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await expect(page.getByLabel('Email')).toHaveValue(email);
  await page.getByLabel('Your recovery phrase').fill(phrase.join(' '));
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('New password', { exact: true }).fill(NEXT);
  await page.getByLabel('Repeat the new password').fill(NEXT);
  await page.getByRole('button', { name: 'Set password and open' }).click();
  await expectFiles(page);
  await page.reload();
  await page.getByLabel('Password', { exact: true }).fill(NEXT);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expectFiles(page);
});

test('a new phrase replaces the old one, once it was asked back', async ({ page, browser, server }) => {
  const email = newEmail();
  let old: readonly string[] = [];
  await signUp(page, server, email, PASSWORD, (words) => (old = words));
  await openSettings(page);
  const section = page.getByRole('region', { name: 'Recovery phrase' });
  await section.getByRole('button', { name: 'Make a new phrase' }).click();
  await expect(section.getByLabel('Current password')).toBeFocused();
  await page.keyboard.type('not the password');
  await page.keyboard.press('Enter');
  await expect(section.getByText('This password is not right.')).toBeVisible();
  await section.getByLabel('Current password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  const phrase = await shownPhrase(section);
  expect(phrase).not.toEqual(old);
  // On paper: all the words, and nothing else of the settings.
  await page.emulateMedia({ media: 'print' });
  const words = section.getByRole('list', { name: 'Recovery phrase' }).getByRole('listitem');
  for (const word of await words.all()) await expect(word).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('heading', { name: 'Sessions' })).toBeHidden();
  await page.emulateMedia({ media: null });
  await section.getByRole('button', { name: 'I have kept them' }).click();
  await answerQuiz(section, phrase);
  await section.getByRole('button', { name: 'Use the new phrase' }).click();
  await expect(section.getByText('The new phrase is in force.', { exact: false })).toBeVisible();

  const fresh = await browser.newContext();
  const elsewhere = await fresh.newPage();
  await elsewhere.goto(`${server.url}/recover`);
  await elsewhere.getByLabel('Email').fill(email);
  await elsewhere.getByLabel('Your recovery phrase').fill(old.join(' '));
  await elsewhere.getByRole('button', { name: 'Continue' }).click();
  await expect(elsewhere.getByText('These words do not open an account', { exact: false })).toBeVisible();
  await elsewhere.getByLabel('Your recovery phrase').fill(phrase.join(' '));
  await elsewhere.getByRole('button', { name: 'Continue' }).click();
  await expect(elsewhere.getByRole('heading', { name: 'Choose a new password' })).toBeVisible();
  await fresh.close();
  // The password was not touched by any of this.
  await page.context().clearCookies();
  await signIn(page, server, email);
});

test('an account that another program made is explained, not refused', async ({ page, server }) => {
  const email = newEmail();
  const made = await page.request.post(`${server.url}/api/v1/auth/register`, {
    data: { email, password_hash: Buffer.alloc(32, 7).toString('base64'), salt: Buffer.alloc(16, 9).toString('base64') },
  });
  expect(made.status()).toBe(201);
  await page.goto(`${server.url}/sign-in`);
  await fillSignIn(page, email, PASSWORD);
  await expect(page.getByRole('heading', { name: 'This account was made by another program' })).toBeVisible();
  await expect(page.getByText(email, { exact: false })).toBeVisible();
  await page.getByRole('button', { name: 'Use another account' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.goto(`${server.url}/sign-up`);
  await page.getByLabel('Email').fill(newEmail());
  await choosePassword(page, PASSWORD);
});
