import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const only = (owner, patterns) => ['error', { patterns: patterns.map((group) => ({ group: [group], message: `Only ${owner} may import this.` })) }];

export default tseslint.config(
  { ignores: ['dist', 'pkg', 'src/**/*.gen.ts', 'test-results', 'playwright-report'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  reactHooks.configs.flat.recommended,
  jsxA11y.flatConfigs.recommended,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-console': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Only src/api talks to the server.' }, { name: 'localStorage', message: 'Only src/lib/preferences.ts stores preferences.' }, 'sessionStorage'],
      'no-restricted-properties': ['error', { object: 'window', property: 'localStorage' }, { object: 'window', property: 'sessionStorage' }, { object: 'globalThis', property: 'fetch' }, { object: 'window', property: 'fetch' }],
      'no-restricted-imports': only('src/crypto', ['**/pkg/*']),
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  { files: ['src/api/**', 'src/crypto/**'], rules: { 'no-restricted-globals': 'off', 'no-restricted-imports': 'off', 'no-restricted-properties': 'off' } },
  // The service worker fetches the app's own files, and answers for nothing else.
  { files: ['src/sw/**'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['src/lib/preferences.ts'], rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' } },
  // Playwright calls what runs a test with its fixtures `use`.
  { files: ['tests/browser/**', 'tests/contract/**'], rules: { 'react-hooks/rules-of-hooks': 'off' } },
  { files: ['**/*.test.ts', '**/*.test.tsx', 'tests/browser/**', 'tests/contract/**'], rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' } },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
);
