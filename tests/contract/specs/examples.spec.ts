// The guide's examples, as they stand there, in pages of the origins that they are meant for.
import type { Page } from '@playwright/test';

import type { RunningServer } from '../../browser/support/server';
import { Api, expect, METADATA, newEmail, PASSWORD_HASH, SALT, test, text, uuid } from '../support/api';
import { example, table } from '../support/guide';

const MIB = 1024 * 1024;
type Result = { success: boolean; data: Record<string, unknown>; error?: { code: string } };

// What the examples define, and what they leave to the program around them.
declare class ApiClient {
  constructor(base: string);
  token: string;
  register(email: string, passwordHash: string, salt: string): Promise<Result>;
  login(email: string, passwordHash: string): Promise<Result>;
  uploadFile(file: Blob, name: string, metadata: object, size: number): Promise<Result>;
  getFiles(page?: number, limit?: number): Promise<Result>;
}
declare function uploadFileWithProgress(file: Blob, onProgress: (percent: number) => void): Promise<Result>;
declare function handleApiResponse(response: Response): Promise<Record<string, unknown>>;
declare function upload(encryptedFileBlob: Blob, actualFileSize: number, token: string): Promise<void>;
declare function download(fileId: string, token: string): Promise<Blob>;
declare function useToken(token: string): void;
declare const shown: unknown[][];

/** A program made of the examples; only what they call and do not define is added. */
const PROGRAM = `
${example('api-client')}
${example('upload-with-progress')}
${example('handle-api-response')}
let token;
const shown = [];
function encryptFile(file) {
  return { blob: file, filename: 'base64EncryptedName', metadata: ${JSON.stringify(METADATA)}, size: file.size };
}
function showUpgradeDialog(...given) { shown.push(['upgrade', ...given]); }
function showRateLimitMessage(...given) { shown.push(['wait', ...given]); }
function showErrorMessage(...given) { shown.push(['error', ...given]); }
async function upload(encryptedFileBlob, actualFileSize, token) {
${example('upload')}
}
async function download(fileId, token) {
${example('download')}
  return encryptedBlob;
}
Object.assign(globalThis, { ApiClient, uploadFileWithProgress, handleApiResponse, upload, download, shown, useToken(given) { token = given; } });
`;

/** Opens a page with the program in it. Nothing that it sends or gets is intercepted. */
async function open(page: Page, url: string): Promise<void> {
  await page.addInitScript({ content: PROGRAM });
  await page.goto(url);
}

/** A page of the server's own, that does nothing by itself. */
const ownPage = (server: RunningServer): string => `${server.url}/docs/oauth2-redirect.html`;

async function signIn(page: Page, server: RunningServer): Promise<string> {
  const account = [`${server.url}/api/v1`, newEmail(), PASSWORD_HASH, SALT] as const;
  const results = await page.evaluate(async ([base, email, hash, salt]) => {
    const client = new ApiClient(base);
    const registered = await client.register(email, hash, salt);
    const signedIn = await client.login(email, hash);
    useToken(client.token);
    return { registered, signedIn, kept: localStorage.getItem('auth_token') === client.token };
  }, account);
  expect(results).toMatchObject({
    registered: { success: true, data: { user_id: uuid, email: account[1] } },
    signedIn: { success: true, data: { access_token: text } },
    kept: true,
  });
  return results.signedIn.data.access_token as string;
}

async function useClient(page: Page, server: RunningServer): Promise<void> {
  await signIn(page, server);
  const done = await page.evaluate(
    async ([base, metadata]) => {
      const client = new ApiClient(base);
      const uploaded = await client.uploadFile(new Blob(['sealed bytes']), 'a name', metadata, 12);
      return { uploaded, listed: await client.getFiles(), second: await client.getFiles(2, 1) };
    },
    [`${server.url}/api/v1`, METADATA] as const,
  );
  expect(done).toMatchObject({
    uploaded: { success: true, data: { file_id: uuid, file_size: 12 } },
    listed: { success: true, data: { files: [{ encrypted_filename: 'a name', encrypted_metadata: METADATA }], pagination: { page: 1, limit: 20 } } },
    second: { success: true, data: { files: [], pagination: { total: 1, page: 2, limit: 1 } } },
  });
}

test('ApiClient in a page of the server’s own origin', async ({ page, server }) => {
  await open(page, ownPage(server));
  await useClient(page, server);
});

test('ApiClient in a page of another origin, which was named', async ({ page, launch, elsewhere }) => {
  const server = await launch({ STRONGROOM_CORS_ORIGINS: elsewhere.origin });
  await open(page, elsewhere.origin);
  await useClient(page, server);
});

test('a page of an origin that was not named gets nothing', async ({ page, server, elsewhere }) => {
  await open(page, elsewhere.origin);
  const outcome = await page.evaluate(
    (base) => new ApiClient(base).login('a@b.c', 'x').catch((error: unknown) => (error as Error).name),
    `${server.url}/api/v1`,
  );
  expect(outcome).toBe('TypeError');
});

test('the origin that is named without any setting', async ({ server }) => {
  const ask = (origin: string) =>
    fetch(`${server.url}/api/v1/files/upload`, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' },
    });
  const allowed = (await ask('http://localhost:3000')).headers;
  expect(allowed.get('access-control-allow-origin')).toBe('http://localhost:3000');
  expect(allowed.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization');
  expect((await ask('http://localhost:3001')).headers.get('access-control-allow-origin')).toBeNull();
});

test('ApiClient in Node.js', async ({ server }) => {
  const kept = new Map<string, string>();
  const storage = { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value) };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the guide's own code is run as it stands
  const make = new Function('localStorage', `${example('api-client')}\nreturn ApiClient;`) as (storage: object) => typeof ApiClient;
  const client = new (make(storage))(`${server.url}/api/v1`);
  const email = newEmail();
  expect(await client.register(email, PASSWORD_HASH, SALT)).toMatchObject({ success: true });
  expect(await client.login(email, PASSWORD_HASH)).toMatchObject({ success: true });
  expect(await client.uploadFile(new Blob(['x']), 'n', METADATA, 1)).toMatchObject({ success: true });
  expect(await client.getFiles(1, 5)).toMatchObject({ success: true, data: { pagination: { total: 1, limit: 5 } } });
  expect(await client.login(email, 'wrong')).toMatchObject({ success: false, error: { code: 'INVALID_CREDENTIALS' } });
});

test('uploading with fetch, and downloading', async ({ page, server }) => {
  await open(page, ownPage(server));
  const mine = await signIn(page, server);
  const answered = page.waitForResponse('**/files/upload');
  await page.evaluate(([token]) => upload(new Blob(['sealed bytes']), 12, token), [mine] as const);
  expect((await answered).status()).toBe(201);
  const files = (await new Api(server, mine).get('/files')).body.data!.files as { id: string }[];
  expect(files).toHaveLength(1);
  const bytes = await page.evaluate(([id, token]) => download(id, token).then((blob) => blob.text()), [files[0]!.id, mine] as const);
  expect(bytes).toBe('sealed bytes');
});

test('uploading with progress', async ({ page, server }) => {
  await open(page, ownPage(server));
  await signIn(page, server);
  const result = await page.evaluate(async (size) => {
    const steps: number[] = [];
    const answer = await uploadFileWithProgress(new Blob([new Uint8Array(size)]), (percent) => steps.push(percent));
    return { answer, steps };
  }, 5 * MIB);
  expect(result.answer).toMatchObject({ success: true, data: { file_id: uuid, file_size: 5 * MIB } });
  expect(result.steps.at(-1)).toBe(100);
  expect(result.steps).toEqual([...result.steps].sort((a, b) => a - b));
});

for (const size of [51, 80]) {
  test(`${size} MiB are refused, and the program learns why`, async ({ page, server }) => {
    await open(page, ownPage(server));
    await signIn(page, server);
    const progress = await page.evaluate(
      (length) => uploadFileWithProgress(new Blob([new Uint8Array(length).fill(120)]), () => undefined).then(String, (error: unknown) => (error as Error).message),
      size * MIB,
    );
    expect(progress).toBe('Upload failed: 413');
    const fetched = await page.evaluate(
      ([base, length]) => new ApiClient(base).uploadFile(new Blob([new Uint8Array(length).fill(120)]), 'n', {}, length),
      [`${server.url}/api/v1`, size * MIB] as const,
    );
    expect(fetched).toMatchObject({ success: false, error: { code: 'PAYLOAD_TOO_LARGE' } });
  });
}

test('handleApiResponse', async ({ page, launch, elsewhere }) => {
  const server = await launch({ STRONGROOM_QUOTA: '10', STRONGROOM_LIMIT_LOGIN: '2/h', STRONGROOM_CORS_ORIGINS: elsewhere.origin });
  await open(page, elsewhere.origin);
  const mine = await signIn(page, server);
  const base = `${server.url}/api/v1`;
  const handled = await page.evaluate(
    async ([base, token]) => {
      const handle = (path: string, init?: RequestInit) =>
        fetch(base + path, { headers: { Authorization: `Bearer ${token}` }, ...init })
          .then(handleApiResponse)
          .catch((error: unknown) => (error as Error).message);
      const form = new FormData();
      form.append('file', new Blob(['more than ten bytes']));
      form.append('encrypted_filename', 'n');
      form.append('encrypted_metadata', '{}');
      form.append('file_size', '19');
      const login = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"email":"a@b.c","password_hash":"x"}' };
      const results = [await handle('/user/storage'), await handle('/files/upload', { method: 'POST', body: form, headers: { Authorization: `Bearer ${token}` } })];
      results.push(await handle('/auth/login', login), await handle('/auth/login', login));
      return { results, shown };
    },
    [base, mine] as const,
  );
  expect(handled.results).toEqual([expect.objectContaining({ used: 0, limit: 10 }), text, text, text]);
  // One sign-in was the page's own: the second of these is one too many.
  expect(handled.shown).toEqual([['upgrade'], ['error', text], ['wait', expect.any(Number)]]);

  const left = page.waitForURL(`${elsewhere.origin}/login`);
  await page.evaluate((base) => void fetch(`${base}/files`).then(handleApiResponse), base).catch(() => undefined);
  await left;
  expect(await page.title()).toBe('/login');
});

test('the statuses that the guide names are those of its error codes', () => {
  const statuses = new Set(table('Statuses').map((row) => row[0]));
  for (const [code, status] of table('Error codes')) {
    // Two that only file contents and wrong methods have.
    if (!['405', '416'].includes(status!)) expect(statuses, code).toContain(status);
  }
});
