import type { Page, Route } from '@playwright/test';

import { choose, expect, goTo, newEmail, row, signUp, test, upload } from '../support/journey';
import { makeFolder, openFolder } from '../support/folders';
import { look, WIDE } from '../support/look';
import { sample } from '../support/samples';
import { openSettings } from '../support/settings';

test.use({ viewport: WIDE });

const NARROW_AND_WIDE = { widths: [1440, 360] } as const;

/** Goes on where the page has the width of a desk. */
async function clearSelection(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Clear selection' }).click();
}

async function write(page: Page, name: string, text: string): Promise<void> {
  await row(page, name).dblclick();
  await page.getByRole('dialog').getByRole('button', { name: 'Edit', exact: true }).click();
  const editor = page.getByRole('dialog', { name: `Editing ${name}` });
  await expect(editor.getByRole('textbox')).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  // Typed over what is selected, the browser tries to keep the look of it, which the policy forbids.
  await page.keyboard.press('Backspace');
  await page.keyboard.type(text);
  await expect(editor.getByRole('status')).toHaveText('Saved');
  await editor.getByRole('button', { name: 'Close' }).click();
  await expect(editor).toHaveCount(0);
}

test('versions', async ({ page, server, folder }) => {
  test.setTimeout(150_000);
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'minutes.md', Buffer.from('# Minutes\n\n- the lease\n- the roof\n')), await sample(folder, 'plan.pdf', Buffer.from('y'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await write(page, 'minutes.md', '# Minutes\n\nAll agreed on the roof.');
  await write(page, 'minutes.md', '# Minutes\n\nAll agreed on the lease and the roof.');
  await row(page, 'minutes.md').dblclick();
  await page.getByRole('dialog').getByRole('button', { name: 'Edit', exact: true }).click();
  await look(page, 'note-editor', NARROW_AND_WIDE);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await choose(page, 'minutes.md', 'Details');
  await page.getByRole('button', { name: 'Show versions' }).click();
  const versions = page.getByRole('region', { name: 'Versions' });
  await expect(versions.getByRole('listitem')).toHaveCount(3);
  await versions.getByRole('button', { name: 'Delete all older versions' }).scrollIntoViewIfNeeded();
  await look(page, 'versions', { widths: [1440] });
  await versions.getByRole('button', { name: /^More/ }).nth(1).click();
  await look(page, 'versions-menu', { widths: [1440] });
  await page.getByRole('menuitem', { name: 'Open' }).click();
  await expect(page.getByText('This is an older version')).toBeVisible();
  await look(page, 'version-preview', { widths: [1440] });
  await page.keyboard.press('Escape');
  await versions.getByRole('button', { name: 'Delete all older versions' }).click();
  await look(page, 'versions-delete', { widths: [1440] });
  await page.keyboard.press('Escape');
  await clearSelection(page);

  // As a sheet, where there is no room beside the files.
  await page.getByRole('button', { name: 'Close details' }).click();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('button', { name: 'More for minutes.md' }).click();
  await look(page, 'menu-sheet', { widths: [360] });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('menuitem', { name: 'Details' }).click();
  await page.getByRole('button', { name: 'Show versions' }).click();
  await versions.getByRole('listitem').last().scrollIntoViewIfNeeded();
  await look(page, 'versions-sheet', { widths: [360] });
  await page.setViewportSize({ width: 360, height: 740 });
  await versions.getByRole('listitem').last().getByRole('button').first().click();
  await expect(page.getByText('This is an older version')).toBeVisible();
  await look(page, 'version-preview', { widths: [360] });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.keyboard.press('Escape');
  await expect(page.getByText('This is an older version')).toHaveCount(0);
  // The focus is back in the sheet in a moment; before that nothing hears the key.
  await expect(async () => {
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0, { timeout: 1000 });
  }).toPass();
  await page.setViewportSize(WIDE);

  await openSettings(page);
  await page.getByRole('region', { name: 'Versions' }).scrollIntoViewIfNeeded();
  await look(page, 'settings-versions');
});

test('copying', async ({ page, server, folder }) => {
  test.setTimeout(150_000);
  await signUp(page, server, newEmail());
  await makeFolder(page, 'Archive of everything that was agreed');
  await makeFolder(page, 'Trip');
  await openFolder(page, 'Trip');
  await upload(page, [await sample(folder, 'sea.txt', Buffer.from('blue'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  const dismiss = page.getByRole('button', { name: 'Dismiss' });
  while ((await dismiss.count()) > 0) await dismiss.first().click();
  await row(page, 'sea.txt').click();
  await look(page, 'copy-selection', NARROW_AND_WIDE);
  await page.getByRole('button', { name: 'More actions' }).click();
  await look(page, 'copy-more', { widths: [1440] });
  await page.keyboard.press('Escape');
  await row(page, 'sea.txt').click({ button: 'right' });
  await look(page, 'copy-menu', { widths: [1440] });
  await page.keyboard.press('Escape');
  await row(page, 'sea.txt').click();
  await page.keyboard.press('ControlOrMeta+c');
  await goTo(page, 'My files');
  await expect(row(page, 'Trip')).toBeVisible();
  await look(page, 'copy-taken', NARROW_AND_WIDE);
  await page.getByRole('button', { name: 'More for this folder' }).click();
  await look(page, 'copy-paste', { widths: [1440] });
  await page.keyboard.press('Escape');
  await choose(page, 'Trip', 'Copy to…');
  await expect(page.getByText('the copy gets another name')).toBeVisible();
  await look(page, 'copy-dialog', NARROW_AND_WIDE);

  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/commits', async (route: Route) => {
    await held;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Copy here' }).click();
  await expect(page.getByText('Copying “Trip” to “My files”')).toBeVisible();
  await look(page, 'copy-running', NARROW_AND_WIDE);
  release();
  await expect(page.getByText('“Trip” was copied to “My files”')).toBeVisible();
  await look(page, 'copy-done', { widths: [360] });
});

test('findings', async ({ page, server, folder }) => {
  test.setTimeout(150_000);
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'one.txt', Buffer.from('1')), await sample(folder, 'two.txt', Buffer.from('2')), await sample(folder, 'three.txt', Buffer.from('3'))]);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await page.route('**/folders/*/children*', async (route: Route) => {
    const response = await route.fetch();
    const listing = (await response.json()) as { data: { children: { id: string; metadata: { sealed: string } }[] } };
    const [first, second] = [...listing.data.children].sort((a, b) => a.id.localeCompare(b.id));
    if (first !== undefined) {
      const sealed = Buffer.from(first.metadata.sealed, 'base64');
      sealed[40] = (sealed[40] ?? 0) ^ 1;
      first.metadata.sealed = sealed.toString('base64');
    }
    listing.data.children = listing.data.children.filter(({ id }) => id !== second?.id);
    await route.fulfill({ response, json: listing });
  });
  await page.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
  await expect(page.getByRole('link', { name: 'See what can be done' })).toBeVisible();
  await look(page, 'findings-folder', NARROW_AND_WIDE);
  await page.getByRole('link', { name: 'See what can be done' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Findings' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Accept what the server shows' })).toBeVisible();
  await look(page, 'findings');
  await page.getByRole('button', { name: 'Put back what this device kept' }).first().click();
  await look(page, 'findings-way', NARROW_AND_WIDE);
});
