import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, type Page } from '@playwright/test';
import type { AxeResults, RunOptions } from 'axe-core';

const SHOTS = join(__dirname, '../../../web/test-results/looks');
const AXE = join(__dirname, '../../../web/node_modules/axe-core/axe.min.js');
const WIDTHS = [1440, 768, 360] as const;
const THEMES = ['light', 'dark'] as const;
export const WIDE = { width: 1440, height: 900 };

/** WCAG 2.2 AA, as far as a program can tell. */
const EVERYTHING: RunOptions = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
/** What a theme changes: it has the same elements, in other colours. */
const COLOURS: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };

async function violations(page: Page, options: RunOptions): Promise<string[]> {
  // Evaluated by the debugger, so that the page's own policy stays in force; once a page, it is half a megabyte.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await readFile(AXE, 'utf8'));
  const results = await page.evaluate((chosen) => (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(chosen), options);
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 300)).join(', ')}`);
}

export interface Shot {
  widths?: readonly (typeof WIDTHS)[number][];
}

/** Takes a picture at each width in each theme, and checks what can be checked by a program. */
export async function look(page: Page, name: string, { widths = WIDTHS }: Shot = {}): Promise<void> {
  const before = page.viewportSize() ?? WIDE;
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const width of widths) {
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      await page.waitForTimeout(100);
      await page.screenshot({ path: `${SHOTS}/${name}-${width}-${theme}.png` });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, `${name} scrolls sideways at ${width}`).toBe(0);
      expect(await cutOff(page), `${name} at ${width}: words that do not fit`).toEqual([]);
      expect(await violations(page, theme === 'light' ? EVERYTHING : COLOURS), `${name}, ${theme} at ${width}`).toEqual([]);
    }
  }
  await page.setViewportSize(before);
}

/** The buttons, links and headings whose words do not fit into them. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, a, h1, h2, [role="menuitem"], [role="menuitemcheckbox"]')]
      .filter((element) => element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1 && element.querySelector('[title]') === null)
      .map((element) => element.textContent),
  );
}
