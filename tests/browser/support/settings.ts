import { expect, type Locator, type Page } from '@playwright/test';

export async function openSettings(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
}

/** Fills in the words of a new phrase that are asked back. */
export async function answerQuiz(place: Page | Locator, words: readonly string[]): Promise<void> {
  for (const field of await place.getByLabel(/^Word \d+$/).all()) {
    const label = (await field.evaluate((input) => (input as HTMLInputElement).labels?.[0]?.textContent)) ?? '';
    await field.fill(words[Number(/\d+/.exec(label)?.[0]) - 1] ?? '');
  }
}
