import type { Page } from '@playwright/test';

import { choose, expect, goTo, newEmail, row, signUp, test, transfers, upload } from '../support/journey';
import { noise, pdf, photo, sample } from '../support/samples';

async function withFiles(page: Page, folder: string): Promise<void> {
  await upload(page, [
    await sample(folder, 'alpha.pdf', pdf('Alpha')),
    await sample(folder, 'beta.png', photo(40, 30)),
    await sample(folder, 'gamma.txt', Buffer.from('c')),
    await noise(folder, 'delta.bin', 50_000),
  ]);
  await transfers(page).getByRole('button', { name: 'Clear' }).click();
}

/** The names in the order in which they are shown. */
function names(page: Page): Promise<string[]> {
  return page.getByRole('grid').getByRole('row').locator('[dir="auto"]').allInnerTexts();
}

for (const view of ['list', 'grid'] as const) {
  test(`menus, keys and selection in the ${view}`, async ({ page, server, folder }) => {
    await signUp(page, server, newEmail());
    await withFiles(page, folder);
    if (view === 'grid') await page.getByRole('button', { name: 'Show as grid' }).click();
    await expect.poll(() => names(page)).toEqual(['alpha.pdf', 'beta.png', 'delta.bin', 'gamma.txt']);

    // A right click selects what it is about.
    await row(page, 'beta.png').click({ button: 'right' });
    await expect(page.getByRole('menu', { name: 'More for beta.png' })).toBeVisible();
    await expect(page.getByText('1 selected')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toHaveCount(0);
    await expect(row(page, 'beta.png')).toBeFocused();

    // Typing seeks a name, the arrows go on from there.
    await page.keyboard.type('al');
    await expect(row(page, 'alpha.pdf')).toBeFocused();
    await page.keyboard.press('End');
    await expect(row(page, 'gamma.txt')).toBeFocused();
    await page.keyboard.press('Home');
    await page.keyboard.press(view === 'list' ? 'ArrowDown' : 'ArrowRight');
    await expect(row(page, 'beta.png')).toBeFocused();
    await page.keyboard.press('Shift+F10');
    await expect(page.getByRole('menu', { name: 'More for beta.png' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(row(page, 'beta.png')).toBeFocused();

    // The extension is left alone unless one goes there.
    await page.keyboard.press('F2');
    const field = page.getByRole('textbox', { name: 'New name for beta.png' });
    await expect(field).toBeFocused();
    expect(await field.evaluate((input: HTMLInputElement) => [input.selectionStart, input.selectionEnd])).toEqual([0, 4]);
    await page.keyboard.type('best');
    await page.keyboard.press('Enter');
    await expect(row(page, 'best.png')).toBeFocused();
    await page.keyboard.press('Control+z');
    await expect(row(page, 'beta.png')).toBeVisible();

    // From a menu the field gets the focus as well, and keeps it.
    await row(page, 'beta.png').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await expect(field).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(row(page, 'beta.png')).toBeFocused();

    await page.keyboard.press('Control+a');
    await expect(page.getByText('4 selected')).toBeVisible();
    await row(page, 'gamma.txt').click({ button: 'right' });
    const menu = page.getByRole('menu', { name: 'Actions for the selection' });
    await expect(menu.getByRole('menuitem', { name: 'Rename' })).toBeDisabled();
    await menu.getByRole('menuitem', { name: 'Move to trash' }).click();
    await expect(page.getByText('No files yet')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: /Undo/ })).toBeVisible();
    await page.keyboard.press('Control+z');
    await expect.poll(() => names(page)).toEqual(['alpha.pdf', 'beta.png', 'delta.bin', 'gamma.txt']);

    await row(page, 'alpha.pdf').click();
    await expect(page.getByText('1 selected')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByText('1 selected')).toHaveCount(0);
  });
}

test('Ctrl+Z waits for what is still being done, and takes back one step after the other', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await withFiles(page, folder);
  for (const [before, after] of [['alpha.pdf', 'one.pdf'], ['one.pdf', 'two.pdf']] as const) {
    await row(page, before).click();
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: `New name for ${before}` }).fill(after);
    await page.keyboard.press('Enter');
    await expect(row(page, after)).toBeFocused();
  }

  // The server takes its time, and the keys do not wait for it.
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/api/v1/commits', async (route) => {
    await answered;
    await route.continue();
  });
  const asked = page.waitForRequest('**/api/v1/commits');
  await page.keyboard.press('Delete');
  await asked;
  for (let times = 0; times < 3; times++) await page.keyboard.press('Control+z');
  answer();
  await expect(row(page, 'alpha.pdf')).toBeVisible();
  await expect.poll(() => names(page)).toEqual(['alpha.pdf', 'beta.png', 'delta.bin', 'gamma.txt']);
  await goTo(page, 'Trash');
  await expect(page.getByRole('heading', { name: 'The trash is empty' })).toBeVisible();
});

test('what was done takes nothing away from where somebody is by then', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await withFiles(page, folder);
  let answer: () => void = () => undefined;
  const slowly = async () => {
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await page.unroute('**/api/v1/commits');
    await page.route('**/api/v1/commits', async (route) => {
      await answered;
      await route.continue();
    });
  };

  // The focus, and another name that is being edited.
  const rename = async (before: string, after: string) => {
    await row(page, before).click();
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: `New name for ${before}` }).fill(after);
  };
  await slowly();
  await rename('alpha.pdf', 'one.pdf');
  await row(page, 'gamma.txt').click();
  const hasFocus = (name: string) => row(page, name).evaluate((element) => element.contains(document.activeElement));
  await expect.poll(() => hasFocus('gamma.txt')).toBe(true);
  answer();
  await expect(page.getByText('“alpha.pdf” is now called “one.pdf”')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'New name for alpha.pdf' })).toHaveCount(0);
  expect(await hasFocus('gamma.txt')).toBe(true);
  await slowly();
  await rename('one.pdf', 'two.pdf');
  await rename('gamma.txt', 'last.txt');
  answer();
  await expect(page.getByText('“one.pdf” is now called “two.pdf”')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'New name for gamma.txt' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(row(page, 'gamma.txt')).toBeFocused();

  // And what is selected.
  await slowly();
  await row(page, 'two.pdf').click();
  await page.keyboard.press('Delete');
  await row(page, 'beta.png').click();
  await row(page, 'gamma.txt').click({ modifiers: ['ControlOrMeta'] });
  answer();
  await expect(row(page, 'two.pdf')).toHaveCount(0);
  await expect(page.getByText('2 selected')).toBeVisible();
});

test('sorting by every column, and the choice of the view, are remembered', async ({ page, server, folder }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await signUp(page, server, newEmail());
  await withFiles(page, folder);
  for (const [column, expected] of [
    ['Type', ['delta.bin', 'beta.png', 'alpha.pdf', 'gamma.txt']],
    ['Size', ['gamma.txt', 'alpha.pdf', 'beta.png', 'delta.bin']],
  ] as const) {
    await page.getByRole('columnheader', { name: column }).click();
    await expect.poll(() => names(page)).toEqual(expected);
  }
  await page.getByRole('button', { name: 'Show as grid' }).click();
  await page.getByRole('button', { name: 'Sort' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Descending' }).click();
  await page.keyboard.press('Escape');
  await expect.poll(() => names(page)).toEqual(['delta.bin', 'beta.png', 'alpha.pdf', 'gamma.txt']);
  await goTo(page, 'Trash');
  await goTo(page, 'My files');
  await expect.poll(() => names(page)).toEqual(['delta.bin', 'beta.png', 'alpha.pdf', 'gamma.txt']);
  await expect(page.getByRole('button', { name: 'Show as list' })).toBeVisible();
});

test('the details of what is selected, beside the files', async ({ page, server, folder }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await signUp(page, server, newEmail());
  await withFiles(page, folder);
  await page.getByRole('heading', { name: 'My files' }).click();
  await page.keyboard.press('i');
  const pane = page.getByRole('complementary', { name: 'Details' });
  await expect(pane.getByText('4 files')).toBeVisible();
  await row(page, 'delta.bin').click();
  await expect(pane.getByText('delta.bin')).toBeVisible();
  await expect(pane.getByText('50,000 bytes')).toBeVisible();
  await page.keyboard.press('ArrowUp');
  await expect(pane.getByText('Image (PNG)')).toBeVisible();
  await page.keyboard.press('Control+i');
  await expect(pane).toHaveCount(0);
  await choose(page, 'alpha.pdf', 'Details');
  await expect(pane.getByText('PDF document')).toBeVisible();
});

test('what was restored can go back to the trash', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await withFiles(page, folder);
  await choose(page, 'gamma.txt', 'Move to trash');
  await goTo(page, 'Trash');
  await choose(page, 'gamma.txt', 'Restore');
  await expect(row(page, 'gamma.txt')).toHaveCount(0);
  await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: /Undo/ }).last().click();
  await expect(row(page, 'gamma.txt')).toBeVisible();
});

test('what can be done with a selection is told in words where they have room, else by icons', async ({ page, server, folder }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'a.txt', Buffer.from('a'))]);
  await choose(page, 'a.txt', 'Details');
  const bar = page.getByRole('toolbar', { name: 'Actions for the selection' });
  const words = bar.getByText('Move to trash');
  const fits = (): Promise<boolean> => bar.evaluate(({ parentElement: line }) => line !== null && line.scrollWidth <= line.clientWidth);
  await expect(words).toBeVisible();
  // With the details beside it.
  await page.setViewportSize({ width: 1120, height: 900 });
  await expect(words).toHaveCount(0);
  await expect(bar.getByRole('button', { name: 'Move to trash' })).toBeVisible();
  expect(await fits()).toBe(true);
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(words).toBeVisible();
  expect(await fits()).toBe(true);
});
