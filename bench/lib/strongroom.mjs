// Our server, and accounts on it whose sealed fields are random: it cannot tell the difference.

import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { start } from './processes.mjs';

export const binary = process.env.STRONGROOM_SERVER ?? join(import.meta.dirname, '../../target/release/strongroom-server');
export const native = process.env.BENCH_NATIVE ?? join(import.meta.dirname, '../../target/release/bench-native');

/** Limits stay on, as high as they go; requests are logged to a file, as on a real machine. */
export const settings = {
  STRONGROOM_LIMIT_REGISTRATION: '1000000/s',
  STRONGROOM_LIMIT_LOGIN: '1000000/s',
  STRONGROOM_LIMIT_GENERAL: '1000000000/h',
  STRONGROOM_LIMIT_UPLOADS: '1000000000/h',
  STRONGROOM_LIMIT_PARTS: '1000000000/h',
  STRONGROOM_LIMIT_PUBLIC: '1000000000/h',
  STRONGROOM_QUOTA: String(2 ** 40),
};

/** Starts it on the data in `folder`; `url` has no slash at its end. */
export async function startServer(folder, env = {}) {
  const args = ['serve', '--data-dir', join(folder, 'data'), '--listen', '127.0.0.1:0'];
  const server = await start(binary, args, { env: { ...settings, ...env }, log: join(folder, 'server.log'), ready: /http:\/\/[^\s/]+/ });
  return { ...server, url: server.line };
}

const sealed = (length) => randomBytes(length).toString('base64');

/** Makes a vault and signs in. */
export async function makeAccount(url) {
  const root = randomUUID();
  const email = `${randomUUID()}@example.org`;
  const passwordHash = sealed(32);
  const register = {
    email,
    password_hash: passwordHash,
    salt: sealed(32),
    user_id: randomUUID(),
    kdf: 'argon2id$v=19$m=65536,t=3,p=1',
    keys: {
      format: 1,
      identity: sealed(1300),
      wrapped_key: sealed(104),
      recovery: { wrapped_key: sealed(104), auth: sealed(32) },
      account_state: { epoch: 1, sealed: sealed(300) },
      pins: { epoch: 1, sealed: sealed(200) },
      root: {
        id: root,
        wrapped_key: sealed(104),
        metadata: { rev: 1, sealed: sealed(200) },
        acl: { seq: 1, sealed: sealed(300) },
        head: { node: root, expected_seq: 0, seq: 1, sealed: sealed(400) },
      },
    },
  };
  await call(url, 'POST', '/auth/register', null, register);
  const login = await call(url, 'POST', '/auth/login', null, { email, password_hash: passwordHash });
  return new Account(url, login.access_token, root);
}

export class Account {
  constructor(url, token, root) {
    Object.assign(this, { url, token, root, seq: 1 });
  }

  /** Sends JSON, gives the answer's data. */
  call(method, path, body) {
    return call(this.url, method, path, this.token, body);
  }

  /** Commits changes to what is in the root, and nothing else; gives how long the answer took, in milliseconds. */
  async commit(changes) {
    const heads = [{ node: this.root, expected_seq: this.seq, seq: this.seq + 1, sealed: sealed(400) }];
    const body = { id: randomUUID(), changes, heads };
    const started = performance.now();
    await this.call('POST', '/commits', body);
    const took = performance.now() - started;
    this.seq += 1;
    return took;
  }

  /** Stages bytes and gives the upload's id. */
  async stage(bytes) {
    const headers = { authorization: `Bearer ${this.token}`, 'tus-resumable': '1.0.0', 'upload-length': String(bytes.length), 'content-type': 'application/offset+octet-stream' };
    const response = await fetch(`${this.url}/api/v1/uploads`, { method: 'POST', headers, body: bytes });
    if (response.status !== 201) throw new Error(`upload: ${response.status} ${await response.text()}`);
    return response.headers.get('location').split('/').pop();
  }

  /** Gives staged uploads up. */
  async discard(ids) {
    for (const id of ids) {
      const headers = { authorization: `Bearer ${this.token}`, 'tus-resumable': '1.0.0' };
      const response = await fetch(`${this.url}/api/v1/uploads/${id}`, { method: 'DELETE', headers });
      if (response.status !== 204) throw new Error(`discarding an upload: ${response.status}`);
    }
  }
}

/** The change that makes a file of a staged upload. */
export function createFile(id, parent, upload) {
  return {
    type: 'create',
    id,
    parent,
    kind: 'file',
    wrapped_key: sealed(104),
    metadata: { rev: 1, sealed: sealed(200) },
    version: { id: randomUUID(), wrapped_key: sealed(104), record: sealed(250), upload },
  };
}

/** The change that renames a file, for the `rev`th time. */
export function renameFile(node, rev) {
  return { type: 'metadata', node, metadata: { rev, sealed: sealed(200) } };
}

async function call(url, method, path, token, body) {
  const headers = { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${url}/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text).data;
}
