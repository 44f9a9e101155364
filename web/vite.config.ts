import { lingui } from '@lingui/vite-plugin';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

import { checkBudgets } from './build/budgets.ts';
import { finishAssets } from './build/finish.ts';
import { locales } from './lingui.config.ts';

const LANGUAGE = /node_modules\/(?:@codemirror\/(?:lang-|legacy-modes)|@lezer\/(?!common|highlight|lr))/;
const OURS = /\/web\/src\//;

export default defineConfig({
  plugins: [
    react(),
    lingui(),
    // react-aria carries its words in thirty languages; only ours are kept.
    { ...optimizeLocales.vite({ locales: [...locales] }), enforce: 'pre' },
    checkBudgets(),
    finishAssets(),
  ],
  worker: {
    format: 'es',
    // In a folder of its own: see startSender.ts.
    rolldownOptions: { output: { entryFileNames: ({ name }) => `assets/${name === 'sender.worker' ? 'direct/' : ''}[name]-[hash].js` } },
  },
  build: {
    target: 'es2023',
    // Nothing inline: the content security policy allows neither data: scripts nor inline styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        // A hundred languages to colour code in: kept apart, so that the service worker can leave them out.
        chunkFileNames: ({ moduleIds }) => (moduleIds.some((id) => LANGUAGE.test(id)) && !moduleIds.some((id) => OURS.test(id)) ? 'assets/seldom/[name]-[hash].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: {
    proxy: { '/api': 'http://127.0.0.1:8000' },
  },
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'build/**/*.test.ts'],
    environment: 'node',
    restoreMocks: true,
  },
});
