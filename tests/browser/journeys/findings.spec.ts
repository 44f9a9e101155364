import { readFile } from 'node:fs/promises';

import type { BrowserContext, Page, Route } from '@playwright/test';

import { choose, download, expect, lookAgain, newEmail, row, signIn, signUp, test, upload } from '../support/journey';
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

/** One record is damaged on the server, for whoever asks for it, until it is written anew. */
async function damage(context: BrowserContext, damaged: { id: string; rev: number }): Promise<void> {
  await context.route('**/folders/*/children*', async (route: Route) => {
    const response = await route.fetch();
    const listing = (await response.json()) as Listing;
    for (const { id, metadata } of listing.data.children) {
      if (id !== damaged.id || metadata.rev !== damaged.rev) continue;
      const sealed = Buffer.from(metadata.sealed, 'base64');
      sealed[40] = (sealed[40] ?? 0) ^ 1;
      metadata.sealed = sealed.toString('base64');
    }
    await route.fulfill({ response, json: listing });
  });
}

test('what the server has damaged is put back from what this device kept, for all devices', async ({ page, server, browser, folder }) => {
  const email = newEmail();
  await signUp(page, server, email);
  await upload(page, [await sample(folder, 'one.txt', Buffer.from('1')), await sample(folder, 'two.txt', Buffer.from('2'))]);
  await page.getByRole('button', { name: 'Clear' }).click();
  const answer = page.waitForResponse(/\/children/);
  await lookAgain(page);
  const [first] = ((await (await answer).json()) as Listing).data.children;
  if (first === undefined) throw new Error('nothing is listed');
  await damage(page.context(), { id: first.id, rev: first.metadata.rev });
  await lookAgain(page, page.getByText('Changed or exchanged'));
  await expect(page.getByRole('grid').getByRole('row').filter({ hasText: '.txt' })).toHaveCount(1);

  await page.getByRole('link', { name: 'See what can be done' }).click();
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Changed or exchanged' }) });
  const name = /(one|two)\.txt/.exec(await card.innerText())?.[0] ?? '';
  await card.getByRole('button', { name: 'Put back what this device kept' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Put back what this device kept' }).click();
  await expect(page.getByText(`What this device kept is back: “${name}”`)).toBeVisible();
  await expect(page.getByText('Nothing is wrong')).toBeVisible();
  await page.getByRole('button', { name: 'Go to My files' }).click();
  await expect(row(page, name)).toBeVisible();

  // A browser that never kept anything, and asks the same server, sees it right and opens it.
  const other = await browser.newContext();
  await damage(other, { id: first.id, rev: first.metadata.rev });
  const theirs = await other.newPage();
  await signIn(theirs, server, email);
  await expect(row(theirs, name)).toBeVisible();
  expect(await readFile(await download(theirs, name, folder), 'utf8')).toBe(name === 'one.txt' ? '1' : '2');
  await expect(theirs.getByText(/wrong with what the server sent/)).toHaveCount(0);
  await other.close();
});

test('a server that shows something older than it holds gets nothing put back, and is told of once it shows it right', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'draft.txt', Buffer.from('1'))]);
  await page.getByRole('button', { name: 'Clear' }).click();
  const answer = page.waitForResponse(/\/children/);
  await lookAgain(page);
  const [old] = ((await (await answer).json()) as Listing).data.children;
  if (old === undefined) throw new Error('nothing is listed');
  await choose(page, 'draft.txt', 'Rename');
  await expect(page.getByRole('grid').getByRole('textbox')).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('final.txt');
  await page.keyboard.press('Enter');
  await expect(row(page, 'final.txt')).toBeVisible();
  await tamper(page, ({ data }) => {
    data.children = data.children.map((child) => (child.id === old.id ? old : child));
  });
  await page.getByRole('link', { name: 'See what can be done' }).click();
  await expect(page.getByRole('heading', { name: 'Older than what you saw before' })).toBeVisible();
  await page.getByRole('button', { name: 'Put back what this device kept' }).click();
  const question = page.getByRole('alertdialog');
  await question.getByRole('button', { name: 'Put back what this device kept' }).click();
  await expect(question.getByText('what it holds is not what it shows')).toBeVisible();

  await page.unrouteAll();
  await question.getByRole('button', { name: 'Put back what this device kept' }).click();
  await expect(page.getByText('The server shows it right again, so there is nothing to be done: “final.txt”')).toBeVisible();
  await expect(page.getByText('Nothing is wrong')).toBeVisible();
});
