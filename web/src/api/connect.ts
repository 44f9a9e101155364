import createClient from 'openapi-fetch';

import { Problem } from '../lib/problem';
import type { Api, Profile, SessionEntry, SignedIn, StorageNumbers } from './api';
import { problemFromBody } from './envelope';
import type { components, paths } from './schema.gen';
import { Tokens, type FreshToken } from './tokens';
import { authorised, send } from './transport';

/** More than anybody keeps of one file: a server that goes on and on is not listened to. */
/** Files that are described at once. */
const MOST_DETAILS = 500;
const MOST_VERSIONS = 100_000;

type Schemas = components['schemas'];

interface Environment {
  /** The server no longer knows the session that this tab was using. */
  onEnded: () => void;
  /** Another tab has signed in with another account. */
  onReplaced: () => void;
}

/** What openapi-fetch resolves with: never a rejection for a refusal, and never trusted to be of the right form. */
interface Answer<Body> {
  data?: Body;
  error?: unknown;
  response: Response;
}

/** The server, as the rest of the app sees it. Bodies that the vault made are passed on as they are; the server checks them. */
export function connectApi({ onEnded, onReplaced }: Environment): Api {
  const baseUrl = globalThis.location.origin;
  const open = createClient<paths>({ baseUrl, fetch: send });
  const tokens = new Tokens({
    refresh: async () => freshToken(unwrap(await open.POST('/api/v1/auth/refresh', { body: {} }))),
    onEnded,
    onReplaced,
    locks: navigator.locks,
    now: Date.now,
  });
  const client = createClient<paths>({ baseUrl, fetch: authorised(tokens, onEnded) });

  const begin = (answer: NonNullable<Schemas['Success_LoginResponse']['data']>): SignedIn => {
    tokens.set(freshToken(answer));
    return { userId: answer.user.id, email: answer.user.email, storage: numbers(answer.user), keys: answer.keys ?? null };
  };

  return {
    async register(body) {
      accept(await open.POST('/api/v1/auth/register', { body: JSON.parse(body) as Schemas['RegisterRequest'] }));
    },
    async prelogin(email) {
      const { salt, kdf } = unwrap(await open.GET('/api/v1/auth/prelogin', { params: { query: { email } } }));
      return { salt, kdf: kdf ?? null };
    },
    async login(email, passwordHash) {
      return begin(unwrap(await open.POST('/api/v1/auth/login', { body: { email, password_hash: passwordHash, session: 'cookie' } })));
    },
    async startRecovery(body) {
      const answer = unwrap(await open.POST('/api/v1/auth/recovery/start', { body: JSON.parse(body) as Schemas['RecoveryStartRequest'] }));
      return { token: answer.recovery_token, userId: answer.keys.user_id, body: JSON.stringify(answer) };
    },
    async finishRecovery(body) {
      return begin(unwrap(await open.POST('/api/v1/auth/recovery/finish', { body: JSON.parse(body) as Schemas['RecoveryFinishRequest'] })));
    },
    async logout() {
      accept(await client.POST('/api/v1/auth/logout'));
    },
    async resume() {
      await tokens.refresh();
    },
    async token() {
      const token = await tokens.current();
      if (token === null) throw new Problem({ code: 'session-ended', message: 'Nobody is signed in.' });
      return token;
    },
    expect: (userId) => tokens.expect(userId),
    forget: () => tokens.clear(),

    async profile() {
      const answer = unwrap(await client.GET('/api/v1/user/profile'));
      return profile(answer);
    },
    async updateProfile(changes) {
      return profile(unwrap(await client.PATCH('/api/v1/user/profile', { body: changes })));
    },
    async sessions() {
      return unwrap(await client.GET('/api/v1/user/sessions')).sessions.map(session);
    },
    async endSession(id) {
      accept(await client.DELETE('/api/v1/user/sessions/{id}', { params: { path: { id } } }));
    },
    async endOtherSessions() {
      return unwrap(await client.DELETE('/api/v1/user/sessions')).ended;
    },
    async storage() {
      const { used, limit } = unwrap(await client.GET('/api/v1/user/storage'));
      return { used, limit };
    },
    async keys() {
      return unwrap(await client.GET('/api/v1/user/keys'));
    },
    async updateKeys(body) {
      accept(await client.PUT('/api/v1/user/keys', { body: JSON.parse(body) as Schemas['UpdateKeysRequest'] }));
    },
    async replaceRecovery(body) {
      accept(await client.PUT('/api/v1/user/recovery', { body: JSON.parse(body) as Schemas['ReplaceRecoveryRequest'] }));
    },
    async changePassword(body) {
      accept(await client.PATCH('/api/v1/user/password', { body: JSON.parse(body) as Schemas['ChangePasswordRequest'] }));
    },

    async folderPage(id, cursor, limit) {
      const query = { ...(cursor === null ? {} : { cursor }), ...(limit === undefined ? {} : { limit }) };
      const body = text(await client.GET('/api/v1/folders/{id}/children', { params: { path: { id }, query }, parseAs: 'text' }));
      const page = unwrapText<Schemas['FolderPage']>(body);
      return { body, next: page.next_cursor ?? null, head: JSON.stringify(page.head) };
    },
    async heads(id, after, current) {
      const bodies: string[] = [];
      for (let more = true, from = after; more && from < current; ) {
        const body = text(await client.GET('/api/v1/folders/{id}/heads', { params: { path: { id }, query: { after: from } }, parseAs: 'text' }));
        const page = unwrapText<Schemas['HeadsPage']>(body);
        bodies.push(body);
        const last = page.heads.at(-1)?.seq ?? from;
        // A page that leads nowhere would be asked for without end.
        more = page.more && last > from;
        from = last;
      }
      return bodies;
    },
    async changes(cursor, wait, signal) {
      const query = { ...(cursor === null ? {} : { cursor }), ...(wait === 0 || cursor === null ? {} : { wait }) };
      return text(await client.GET('/api/v1/changes', { params: { query }, parseAs: 'text', signal }));
    },
    async filePath(id) {
      const { path } = unwrap(await client.GET('/api/v1/files/{id}/path', { params: { path: { id } } }));
      return path.map((step) => step.id);
    },
    async commit(body) {
      return numbers(unwrap(await client.POST('/api/v1/commits', { body: JSON.parse(body) as Schemas['CommitRequest'] })));
    },
    async fileDetails(id) {
      const details = unwrap(await client.GET('/api/v1/files/{id}', { params: { path: { id } } }));
      // The vault compares all versions with one hash, so it gets all of them.
      let more = details.more_versions;
      const seen = new Set<string>();
      while (more) {
        const last = details.versions.at(-1)?.id ?? '';
        if (seen.has(last) || details.versions.length > MOST_VERSIONS) throw new Problem({ code: 'bad-answer', message: 'The versions of a file have no end.' });
        seen.add(last);
        const older = unwrap(await client.GET('/api/v1/files/{id}', { params: { path: { id }, query: { versions_before: last } } }));
        details.versions.push(...older.versions);
        more = older.more_versions && older.versions.length > 0;
      }
      return JSON.stringify(details);
    },
    async filesVersions(ids) {
      const { files } = unwrap(await client.POST('/api/v1/files/details', { body: { ids: ids.slice(0, MOST_DETAILS) } }));
      if (files.length === 0) throw new Problem({ code: 'bad-answer', message: 'The server describes none of the files.' });
      return Promise.all(
        files.map(async ({ id, versions, more_versions: isCut }, index) => {
          if (id !== ids[index]) throw new Problem({ code: 'bad-answer', message: 'The server describes other files.' });
          if (!isCut) return { id, versions: versions ?? null };
          return { id, versions: (JSON.parse(await this.fileDetails(id)) as { versions: unknown[] }).versions };
        }),
      );
    },
    async thumbnail(id, version, again) {
      const params = { path: { id }, query: { version } };
      const answer = await client.GET('/api/v1/files/{id}/thumbnail', { params, parseAs: 'arrayBuffer', cache: again ? 'reload' : 'force-cache' });
      accept(answer);
      return new Uint8Array(there(answer.data));
    },
    async downloadAddress(id, version) {
      return unwrap(await client.GET('/api/v1/files/{id}/download', { params: { path: { id }, query: { version } } })).download_url;
    },
  };
}

function freshToken({ access_token, expires_in }: { access_token: string; expires_in: number }): FreshToken {
  return { accessToken: access_token, expiresIn: expires_in };
}

function numbers({ storage_used, storage_limit }: { storage_used: number; storage_limit: number }): StorageNumbers {
  return { used: storage_used, limit: storage_limit };
}

function session({ id, current, client, address, created_at, last_used_at, expires_at }: Schemas['SessionEntry']): SessionEntry {
  return { id, current, client: client ?? null, address: address ?? null, createdAt: time(created_at), lastUsedAt: time(last_used_at), expiresAt: time(expires_at) };
}

/** Milliseconds since 1970. What is no time would break the page that shows it. */
function time(stated: string): number {
  const parsed = Date.parse(stated);
  if (Number.isNaN(parsed)) throw new Problem({ code: 'bad-answer', message: 'The answer has a time that is none.' });
  return parsed;
}

function profile(answer: NonNullable<Schemas['Success_Profile']['data']>): Profile {
  return {
    userId: answer.id,
    email: answer.email,
    username: answer.username ?? null,
    firstName: answer.first_name ?? null,
    lastName: answer.last_name ?? null,
    role: answer.role === 'admin' ? 'admin' : 'user',
    createdAt: Date.parse(answer.created_at),
    avatar: answer.avatar ?? null,
    storage: numbers(answer),
  };
}

function accept(answer: Answer<unknown>): void {
  if (answer.error !== undefined || !answer.response.ok) throw refusal(answer);
}

function unwrap<Data>(answer: Answer<{ data?: Data }>): NonNullable<Data> {
  accept(answer);
  return there(answer.data?.data);
}

function text(answer: Answer<string>): string {
  accept(answer);
  return there(answer.data);
}

function unwrapText<Data>(body: string): NonNullable<Data> {
  try {
    return there((JSON.parse(body) as { data?: Data }).data);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem({ code: 'bad-answer', message: 'The server sent something unreadable.' }, { cause: error });
  }
}

function there<Data>(data: Data): NonNullable<Data> {
  if (data === undefined || data === null) throw new Problem({ code: 'bad-answer', message: 'The answer lacks its data.' });
  return data;
}

function refusal({ error, response }: Answer<unknown>): Problem {
  return problemFromBody(response.status, typeof error === 'string' ? error : JSON.stringify(error), {
    retryAfter: response.headers.get('Retry-After'),
    requestId: response.headers.get('X-Request-Id'),
  });
}
