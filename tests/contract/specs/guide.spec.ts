// The guide's tables against the OpenAPI document, which the server makes of its own code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '../support/api';
import { table } from '../support/guide';

interface Document {
  paths: Record<string, Record<string, { security?: unknown[] }>>;
  components: { schemas: { ErrorCode: { enum: string[] } } };
}

const OPENAPI = JSON.parse(readFileSync(join(__dirname, '../../../docs/openapi.json'), 'utf8')) as Document;

test('every error code is explained', () => {
  expect(table('Error codes').map((row) => row[0])).toEqual(OPENAPI.components.schemas.ErrorCode.enum);
});

test('every endpoint of the guide is offered, with a token where it says so', () => {
  const rows = ['Endpoints for every account', 'Sessions, folders, versions, long uploads', 'Vaults'].flatMap(table);
  expect(rows.length).toBeGreaterThan(45);
  for (const [method, path, token] of rows) {
    const operation = OPENAPI.paths[`/api/v1${path}`]?.[method!.toLowerCase()];
    expect(operation, `${method} ${path}`).toBeDefined();
    expect(operation!.security !== undefined, `${method} ${path}`).toBe(token === 'yes');
  }
});
