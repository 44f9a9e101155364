import { expect, type Page } from '@playwright/test';

import { PASSWORD, transfers } from './journey';

export interface Watched {
  /** Uploads that the server began, and that it was told to forget. */
  created: number;
  removed: number;
  /** Requests that brought bytes of one that was begun. */
  patches: number;
  /** The same, as soon as they are on their way: by then it is kept what it takes to go on. */
  begun: number;
}

/** Lets so many requests with bytes through, and holds up the ones after them until `go`. */
export async function slow(page: Page, most: number): Promise<{ watched: Watched; go: () => void }> {
  const watched: Watched = { created: 0, removed: 0, patches: 0, begun: 0 };
  let go: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (go = resolve));
  page.on('response', (response) => {
    const method = response.request().method();
    if (!response.ok() || !response.url().includes('/uploads')) return;
    if (method === 'POST') watched.created += 1;
    if (method === 'DELETE') watched.removed += 1;
    if (method === 'PATCH') watched.patches += 1;
  });
  await page.context().route('**/api/v1/uploads/*', async (route) => {
    if (route.request().method() === 'PATCH' && ++watched.begun > most) await held;
    await route.continue().catch(() => undefined);
  });
  return { watched, go };
}

/** Leaves the page in the middle, and comes back. */
export async function reload(page: Page): Promise<void> {
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  // Not before: what is still being sealed would get through.
  await page.context().unroute('**/api/v1/uploads/*');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Unlock' }).click();
}

export async function chooseAgain(page: Page, name: string, path: string): Promise<void> {
  await expect(transfers(page).getByText('Choose the file again to go on.')).toBeVisible();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: `Choose the file ${name} again` }).click();
  await (await chooser).setFiles([path]);
}
