import { expect, expectFiles, newEmail, NEXT, PASSWORD, row, shownPhrase, signIn, signUp, test, upload } from '../support/journey';
import { sample } from '../support/samples';
import { answerQuiz, openSettings } from '../support/settings';

test('recovering in one tab does not put out another tab of the same browser', async ({ page, context, server, folder }) => {
  const email = newEmail();
  let phrase: readonly string[] = [];
  await signUp(page, server, email, PASSWORD, (words) => (phrase = words));
  await upload(page, [await sample(folder, 'kept.txt', Buffer.from('kept'))]);
  const second = await context.newPage();
  await second.goto(`${server.url}/recover`);
  await second.getByLabel('Your recovery phrase').fill(phrase.join(' '));
  await second.getByRole('button', { name: 'Continue' }).click();
  await second.getByLabel('New password', { exact: true }).fill(NEXT);
  await second.getByLabel('Repeat the new password').fill(NEXT);
  // The first tab asks before it can have heard of anything.
  await page.evaluate(() => (BroadcastChannel.prototype.postMessage = () => undefined));
  await second.getByRole('button', { name: 'Set password and open' }).click();
  await expect(row(second, 'kept.txt')).toBeVisible();
  await page.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
  await row(page, 'kept.txt').click();
  await page.keyboard.press('Delete');
  await expect(row(page, 'kept.txt')).toHaveCount(0);
  await second.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
  await expect(row(second, 'kept.txt')).toHaveCount(0);
  await expectFiles(second);
});

test('what another device has renamed since is not renamed back', async ({ page, browser, server, folder }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await upload(page, [await sample(folder, 'one.txt', Buffer.from('1'))]);
  const other = await (await browser.newContext()).newPage();
  await signIn(other, server, email);
  const rename = async (where: typeof page, from: string, to: string): Promise<void> => {
    await row(where, from).click();
    await where.keyboard.press('F2');
    await where.keyboard.press('ControlOrMeta+a');
    await where.keyboard.type(to);
    await where.keyboard.press('Enter');
    await expect(row(where, to)).toBeVisible();
  };
  await rename(page, 'one.txt', 'two.txt');
  await other.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
  await rename(other, 'two.txt', 'theirs.txt');
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(page.getByText('This was changed since', { exact: false })).toBeVisible();
  await expect(row(page, 'theirs.txt')).toBeVisible();
  // And it is in nobody's way: the step before it can still be undone.
  await row(page, 'theirs.txt').click();
  await page.keyboard.press('Delete');
  await expect(row(page, 'theirs.txt')).toHaveCount(0);
  await page.keyboard.press('ControlOrMeta+z');
  await expect(row(page, 'theirs.txt')).toBeVisible();
  await other.context().close();
});

test('a new phrase whose answer was lost says to keep both, until it is known', async ({ page, server }) => {
  const email = newEmail();
  let old: readonly string[] = [];
  await signUp(page, server, email, PASSWORD, (words) => (old = words));
  await openSettings(page);
  const section = page.getByRole('region', { name: 'Recovery phrase' });
  await section.getByRole('button', { name: 'Make a new phrase' }).click();
  await section.getByLabel('Current password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  const phrase = await shownPhrase(section);
  expect(phrase).not.toEqual(old);
  await section.getByRole('button', { name: 'I have kept them' }).click();
  await answerQuiz(section, phrase);
  await page.route('**/api/v1/user/recovery', async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await section.getByRole('button', { name: 'Use the new phrase' }).click();
  const doubt = section.getByText('Keep both until', { exact: false });
  await expect(doubt).toBeVisible();
  await section.getByRole('button', { name: 'Show the words again' }).click();
  await expect(doubt).toBeVisible();
  await section.getByRole('button', { name: 'I have kept them' }).click();
  await answerQuiz(section, phrase);
  await section.getByRole('button', { name: 'Use the new phrase' }).click();
  await expect(section.getByText('The new phrase is in force.', { exact: false })).toBeVisible();
  await expect(doubt).toHaveCount(0);
});

test('a new password whose answer was lost is taken for changed when the same is typed again', async ({ page, server }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await openSettings(page);
  const section = page.getByRole('region', { name: 'Password' });
  const change = async (): Promise<void> => {
    await section.getByLabel('Current password').fill(PASSWORD);
    await section.getByLabel('New password', { exact: true }).fill(NEXT);
    await section.getByLabel('Repeat the new password').fill(NEXT);
    await section.getByRole('button', { name: 'Change password' }).click();
  };
  await page.route('**/api/v1/user/password', async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await change();
  await expect(section.getByRole('alert')).toBeVisible();
  await change();
  await expect(section.getByRole('alert')).toHaveCount(0);
  await expect(section.getByText('changed', { exact: false }).first()).toBeVisible();
  await page.context().clearCookies();
  await signIn(page, server, email, NEXT);
});

test('signing out without a network holds after a reload, and the server hears of it then', async ({ page, context, server }) => {
  await signUp(page, server, newEmail());
  await page.route('**/api/v1/auth/logout', (route) => route.abort());
  await openSettings(page);
  await page.getByRole('button', { name: 'Sign out' }).last().click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(await context.cookies()).not.toEqual([]);
  await page.unrouteAll();
  const told = page.waitForResponse('**/api/v1/auth/logout');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect((await told).status()).toBe(200);
  await expect.poll(() => context.cookies()).toEqual([]);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});
