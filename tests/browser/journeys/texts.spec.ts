import type { Page } from '@playwright/test';

import { choose, expect, newEmail, PASSWORD, row, signUp, test, upload } from '../support/journey';
import { docx, paragraph, xlsx } from '../support/documents';
import { look, WIDE } from '../support/look';
import { forms } from '../support/recorder';
import { pdf, sample } from '../support/samples';

/** Words that stand in the text of a file and nowhere else. */
const HIDDEN = {
  'plain.txt': 'Quittenmarmelade',
  'note.md': 'Sauerkirschen',
  'letter.docx': 'Zwetschgenkuchen',
  'table.xlsx': 'Stachelbeeren',
  'paper.pdf': 'Johannisbeeren',
} as const;

test('what stands in notes and documents is found, today and tomorrow, and is nowhere in clear', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  const fetched: string[] = [];
  page.context().on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (/\/(?:content|download)s?(?:\/|$)/.test(pathname)) fetched.push(pathname);
  });
  await upload(page, [
    await sample(folder, 'plain.txt', Buffer.from(`Two jars of ${HIDDEN['plain.txt']} are left.`)),
    await sample(folder, 'note.md', Buffer.from(`# Shopping\n\n* **${HIDDEN['note.md']}**, fresh\n`)),
    await sample(folder, 'letter.docx', docx(paragraph(`Thank you for the ${HIDDEN['letter.docx']}!`))),
    await sample(folder, 'table.xlsx', xlsx('Garden', [['What', 'How many'], [HIDDEN['table.xlsx'], 12]])),
    await sample(folder, 'paper.pdf', pdf(`About ${HIDDEN['paper.pdf']} in June`)),
    // Neither of these has a text.
    await sample(folder, 'broken.docx', Buffer.from('not a letter')),
    await sample(folder, 'picture.png', Buffer.from('none')),
  ]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await finds(page, 'quittenm', ['plain.txt']);
  for (const [name, word] of Object.entries(HIDDEN)) await finds(page, word, [name]);
  await expect(page.getByText('notes and documents read')).toHaveCount(0);

  // Tomorrow they are found without being fetched again.
  expect(fetched.length).toBeGreaterThan(0);
  fetched.length = 0;
  await page.reload();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Unlock' }).click();
  for (const [name, word] of Object.entries(HIDDEN)) await finds(page, word, [name]);
  expect(fetched).toEqual([]);

  const kept = await stored(page);
  expect(kept.filter(({ place }) => place.includes('texts'))).toHaveLength(6);
  for (const word of Object.values(HIDDEN)) {
    for (const form of forms(word)) expect(kept.filter(({ bytes }) => bytes.includes(Buffer.from(form).toString('latin1'))).map(({ place }) => place)).toEqual([]);
  }

  // What is written anew is found at once, what it replaces is not any more.
  await openFiles(page);
  await row(page, 'note.md').dblclick();
  await page.getByRole('button', { name: 'Edit' }).click();
  const editor = page.getByRole('dialog', { name: 'Editing note.md' });
  await editor.getByRole('textbox').press('ControlOrMeta+a');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('Only Brombeeren now');
  await expect(editor.getByRole('status')).toHaveText('Saved');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await finds(page, 'Brombeeren', ['note.md']);
  await finds(page, HIDDEN['note.md'], []);

  // What is gone for good takes its piece with it.
  await openFiles(page);
  await choose(page, 'plain.txt', 'Move to trash');
  await finds(page, HIDDEN['plain.txt'], []);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Trash' }).click();
  await choose(page, 'plain.txt', 'Delete for good');
  await page.getByRole('alertdialog').getByRole('button', { name: /^Delete/ }).click();
  await expect.poll(async () => (await stored(page)).filter(({ place }) => place.includes('texts')).length).toBe(5);

  // And nothing of them stays where somebody has signed out.
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Sign out' }).last().click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect.poll(async () => (await stored(page)).filter(({ place }) => place.includes('texts')).length).toBe(0);
});

test('what was found in texts at every width, and that not all of them were read', async ({ page, server, folder }) => {
  test.setTimeout(300_000);
  await page.setViewportSize(WIDE);
  await signUp(page, server, newEmail());
  const long = 'It was agreed that the landlord pays for the heating, and the tenant for the water. ';
  await upload(page, [
    await sample(folder, 'A rather long name for the lease of the flat.md', Buffer.from(`# Lease\n\n${long.repeat(20)} The **deposit** of three rents is due in May; ${long.repeat(20)}`)),
    await sample(folder, 'notes.txt', Buffer.from('Ask about the deposit')),
  ]);
  await page.getByRole('textbox', { name: 'Search' }).fill('deposit');
  const marked = page.getByRole('grid', { name: 'What was found' }).locator('mark', { hasText: 'deposit' });
  await expect(marked).toHaveCount(2, { timeout: 30_000 });
  // From here on the server keeps the contents to itself.
  await page.context().route(/\/api\/v1\/files\/(?:contents|[^/]+\/download)/, (route) => route.abort());
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'My files' }).click();
  await upload(page, [await sample(folder, 'deposit.txt', Buffer.from('nothing')), await sample(folder, 'last.txt', Buffer.from('the deposit'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await page.getByRole('textbox', { name: 'Search' }).press('Enter');
  await expect(page.getByText('2 of 4 notes and documents read. Words in the others are not found yet.')).toBeVisible({ timeout: 30_000 });
  await expect(row(page, 'last.txt')).toHaveCount(0);
  await expect(marked.first()).toBeVisible();
  await look(page, 'search-texts');
  await page.getByRole('button', { name: 'Show as grid' }).click();
  await expect(marked.first()).toBeVisible();
  await look(page, 'search-texts-grid', { widths: [1440, 360] });
});

async function openFiles(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'My files' }).click();
}

/** Looks for a word until exactly these files are found by it. */
async function finds(page: Page, word: string, names: readonly string[]): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Search' });
  await field.fill(word);
  if (names.length === 0) await expect(page.getByText('Nothing was found')).toBeVisible({ timeout: 30_000 });
  for (const name of names) await expect(row(page, name)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('grid', { name: 'What was found' }).getByRole('row').filter({ has: page.getByRole('checkbox') })).toHaveCount(names.length === 0 ? 0 : names.length + 1);
}

/** Everything that the browser keeps of the page, as bytes. */
async function stored(page: Page): Promise<{ place: string; bytes: string }[]> {
  return page.evaluate(async () => {
    const settled = <Result>(request: IDBRequest<Result>) =>
      new Promise<Result>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('failed'));
      });
    const latin1 = (value: unknown): string => (value instanceof Uint8Array ? Array.from(value, (byte) => String.fromCharCode(byte)).join('') : JSON.stringify(value));
    const all: { place: string; bytes: string }[] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await settled(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const objects = database.transaction(store).objectStore(store);
        const [keys, values] = await Promise.all([settled(objects.getAllKeys()), settled(objects.getAll())]);
        keys.forEach((key, at) => all.push({ place: `${name} ${store} ${JSON.stringify(key)}`, bytes: latin1(values[at]) }));
      }
      database.close();
    }
    for (const [key, value] of Object.entries(localStorage)) all.push({ place: `localStorage ${key}`, bytes: String(value) });
    return all;
  });
}
