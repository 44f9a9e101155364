import { expect, type Locator, type Page } from '@playwright/test';

import { row } from './journey';

/** How a person works the page. */
export interface Hands {
  /** Presses a button, follows a link, ticks a box. */
  press(target: Locator): Promise<void>;
  fill(field: Locator, text: string): Promise<void>;
  /** Chooses from a file's menu. */
  choose(name: string, action: string): Promise<void>;
}

/** Presses Tab until something has the focus, as somebody without a mouse would. */
export async function tabTo(page: Page, target: Locator, presses = 60): Promise<void> {
  await expect(target.first()).toBeAttached();
  for (; presses > 0; presses--) {
    if (await target.evaluateAll((elements) => elements.some((element) => element === document.activeElement))) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${String(target)}`);
}

export function keyboard(page: Page): Hands {
  const reach = (target: Locator) => tabTo(page, target, 150);
  return {
    async press(target) {
      await reach(target);
      const isBox = (await target.getAttribute('type')) === 'checkbox';
      await page.keyboard.press(isBox ? 'Space' : 'Enter');
    },
    async fill(field, text) {
      await reach(field);
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(text);
    },
    async choose(name, action) {
      await tabTo(page, page.getByRole('grid').getByRole('row'), 150);
      // Typing seeks the name.
      await page.keyboard.type(name.slice(0, 5));
      await expect(row(page, name)).toBeFocused();
      await page.keyboard.press('Shift+F10');
      const item = page.getByRole('menuitem', { name: action });
      for (let presses = 0; presses < 10 && !(await item.evaluate((element) => element === document.activeElement)); presses++) {
        await page.keyboard.press('ArrowDown');
      }
      await page.keyboard.press('Enter');
    },
  };
}

export function touch(page: Page): Hands {
  return {
    press: (target) => target.tap(),
    async fill(field, text) {
      await field.tap();
      await field.fill(text);
    },
    async choose(name, action) {
      await row(page, name).getByRole('button', { name: `More for ${name}` }).tap();
      const sheet = page.getByRole('dialog');
      await expect(sheet.getByRole('heading')).toHaveText(name);
      await sheet.getByRole('menuitem', { name: action }).tap();
    },
  };
}
