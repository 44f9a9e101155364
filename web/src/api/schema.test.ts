import { readFile } from 'node:fs/promises';

import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { expect, it } from 'vitest';

it('is generated from the current API description (npm run api)', async () => {
  const description = new URL('../../../docs/openapi.json', import.meta.url);
  const generated = COMMENT_HEADER + astToString(await openapiTS(description));
  expect(await readFile(new URL('./schema.gen.ts', import.meta.url), 'utf8')).toBe(generated);
});
