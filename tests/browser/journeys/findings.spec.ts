import type { Page, Route } from '@playwright/test';

import { expect, newEmail, signUp, test, upload } from '../support/journey';
import { sample } from '../support/samples';

interface Listing {
  data: { children: { id: string; metadata: { rev: number; sealed: string } }[] };
}

async function tamper(page: Page, change: (listing: Listing) => void): Promise<void> {
  await page.route('**/folders/*/children*', async (route: Route) => {
    const response = await route.fetch();
    const listing = (await response.json()) as Listing;
    change(listing);
    await route.fulfill({ response, json: listing });
  });
  await page.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
}

test('what the server leaves out can be left, or given up', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'one.txt', Buffer.from('1')), await sample(folder, 'two.txt', Buffer.from('2'))]);
  await page.getByRole('button', { name: 'Clear' }).click();
  // The same one each time, whatever order they come in.
  let held: string | undefined;
  await tamper(page, ({ data }) => {
    held ??= data.children[0]?.id;
    data.children = data.children.filter(({ id }) => id !== held);
  });
  await page.getByRole('link', { name: 'See what can be done' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Findings' })).toBeVisible();
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Left out by the server' }) });
  await expect(card.getByText(/“(one|two)\.txt”/)).toBeVisible();
  await expect(card.getByRole('link', { name: 'My files' })).toBeVisible();
  await expect(card.getByText('Noticed')).toBeVisible();

  // Leaving it is a way as well.
  await card.getByRole('button', { name: 'Accept what the server shows' }).click();
  const question = page.getByRole('alertdialog');
  await expect(question.getByText('What it left out or changed is given up here.')).toBeVisible();
  await question.getByRole('button', { name: 'Leave it' }).click();
  await expect(question).toHaveCount(0);
  await expect(card).toBeVisible();

  await card.getByRole('button', { name: 'Accept what the server shows' }).click();
  await question.getByRole('button', { name: 'Accept what the server shows' }).click();
  await expect(page.getByText('Nothing is wrong')).toBeVisible();
  await page.getByRole('button', { name: 'Go to My files' }).click();
  await expect(page.getByText('1 file', { exact: true })).toBeVisible();
  await expect(page.getByText(/wrong with what the server sent/)).toHaveCount(0);
});
