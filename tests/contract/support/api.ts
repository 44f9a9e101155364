import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test as base } from '@playwright/test';

import { startServer, type RunningServer } from '../../browser/support/server';

export { expect } from '@playwright/test';

/** What a client derives from a password: any text of at least 32 characters. */
export const PASSWORD_HASH = 'c'.repeat(43) + '=';
export const SALT = 'a random salt of its own';

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
export const uuid = expect.stringMatching(UUID);
export const time = expect.stringMatching(TIME);
export const text = expect.any(String);
export const number = expect.any(Number);

/** Sealed values as the guide's examples name them. */
export const METADATA = {
  encrypted_size: 'encryptedSizeValue',
  encrypted_type: 'encryptedTypeValue',
  encrypted_original_name: 'encryptedNameValue',
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    success: boolean;
    message?: string;
    data?: Record<string, unknown>;
    error?: { code: string; message: string; details: Record<string, unknown> };
  };
}

/** Calls the API with plain `fetch`. */
export class Api {
  readonly base: string;
  readonly token: string | undefined;
  constructor(server: RunningServer, token?: string) {
    this.base = `${server.url}/api/v1`;
    this.token = token;
  }

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers: Record<string, string> = this.token === undefined ? {} : { Authorization: `Bearer ${this.token}` };
    const form = body instanceof FormData;
    if (body !== undefined && !form) headers['Content-Type'] = 'application/json';
    const sent = body === undefined ? null : form ? body : JSON.stringify(body);
    const response = await fetch(this.base + path, { method, headers, body: sent });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  /** Uploads `content` as the guide says, and gives the file's id. */
  async upload(content: Blob, name = 'base64EncryptedName'): Promise<string> {
    const answer = await this.send('POST', '/files/upload', uploadForm(content, { encrypted_filename: name }));
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body.data!.file_id as string;
  }
}

/** The form of an upload, with some of its fields changed or, if `undefined`, left out. */
export function uploadForm(content: Blob | undefined, changed: Record<string, string | undefined> = {}): FormData {
  const fields: Record<string, string | undefined> = {
    encrypted_filename: 'base64EncryptedName',
    encrypted_metadata: JSON.stringify(METADATA),
    file_size: String(content?.size ?? 0),
    ...changed,
  };
  const form = new FormData();
  if (content !== undefined) form.append('file', content);
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, value);
  return form;
}

/** The answer is an error with this status and code. */
export function expectError(answer: Answer, status: number, code: string): Record<string, unknown> {
  expect({ status: answer.status, body: answer.body }).toEqual({
    status,
    body: { success: false, error: { code, message: text, details: expect.any(Object) } },
  });
  return answer.body.error!.details;
}

let people = 0;

/** An email that nobody else has. */
export function newEmail(): string {
  return `person-${process.pid}-${++people}@example.org`;
}

/** Registers somebody and signs in. */
export async function signUp(server: RunningServer, email = newEmail()): Promise<Api> {
  const anyone = new Api(server);
  const registered = await anyone.send('POST', '/auth/register', { email, password_hash: PASSWORD_HASH, salt: SALT });
  expect(registered.status, JSON.stringify(registered.body)).toBe(201);
  const login = await anyone.send('POST', '/auth/login', { email, password_hash: PASSWORD_HASH });
  expect(login.status, JSON.stringify(login.body)).toBe(200);
  return new Api(server, login.body.data!.access_token as string);
}

/** Pages of another origin: nothing but a title. */
export interface Elsewhere {
  readonly origin: string;
}

interface Fixtures {
  elsewhere: Elsewhere;
  /** Starts a server for this test alone, and stops it afterwards, however the test ends. */
  launch: typeof startServer;
}

interface WorkerFixtures {
  /** A server that limits nothing, for most tests. */
  server: RunningServer;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  server: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of the fixtures from here
    async ({}, use) => {
      const server = await startServer({ STRONGROOM_LIMIT_GENERAL: 'off', STRONGROOM_LIMIT_PUBLIC: 'off' });
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  // eslint-disable-next-line no-empty-pattern -- as above
  elsewhere: async ({}, use) => {
    const pages = createServer((request, answer) => {
      answer.setHeader('Content-Type', 'text/html').end(`<!doctype html><title>${request.url ?? ''}</title>`);
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    await use({ origin: `http://localhost:${(pages.address() as AddressInfo).port}` });
    pages.closeAllConnections();
    await new Promise((resolve) => pages.close(resolve));
  },
  // eslint-disable-next-line no-empty-pattern -- as above
  launch: async ({}, use) => {
    const servers: RunningServer[] = [];
    await use(async (settings) => {
      const server = await startServer(settings);
      servers.push(server);
      return server;
    });
    await Promise.all(servers.map((server) => server.stop()));
  },
});
