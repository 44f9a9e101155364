import { defineConfig } from '@playwright/test';

import journeys from '../browser/playwright.config';

/**
 * The documented API as a program meets that was written from its documentation alone:
 * the guide's examples, run as they stand, and every field and status that it promises.
 */
export default defineConfig({
  ...journeys,
  testDir: './specs',
  outputDir: '../../web/test-results/contract',
});
