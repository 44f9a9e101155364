// Every endpoint that the guide names for every account: its status and its fields.
import { Api, expect, expectError, METADATA, newEmail, number, PASSWORD_HASH, SALT, signUp, test, text, time, uploadForm, uuid } from '../support/api';

const MIB = 1024 * 1024;
const MISSING = '67e55044-10b1-426f-9247-bb680e5fe0c8';
const content = (length: number): Blob => new Blob([new Uint8Array(length).fill(7)]);

test.describe('accounts', () => {
  test('registering', async ({ server }) => {
    const anyone = new Api(server);
    const email = newEmail();
    const request = { email, password_hash: PASSWORD_HASH, salt: SALT };
    const answer = await anyone.send('POST', '/auth/register', request);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ success: true, message: text, data: { user_id: uuid, email, created_at: time } });
    expectError(await anyone.send('POST', '/auth/register', request), 409, 'EMAIL_TAKEN');
    for (const [field, value] of [
      ['email', 'nobody'],
      ['password_hash', 'c'.repeat(31)],
      ['salt', 'd'.repeat(15)],
      ['email', undefined],
      ['salt', 7],
    ] as const) {
      const refused = await anyone.send('POST', '/auth/register', { ...request, email: newEmail(), [field]: value });
      expect(expectError(refused, 422, 'VALIDATION_ERROR')).toEqual({ fields: { [field]: text } });
    }
  });

  test('signing in and out', async ({ server }) => {
    const email = newEmail();
    const api = await signUp(server, email);
    const anyone = new Api(server);
    const answer = await anyone.send('POST', '/auth/login', { email, password_hash: PASSWORD_HASH });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      success: true,
      message: text,
      data: {
        access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        token_type: 'Bearer',
        expires_in: 3600,
        user: { id: uuid, email, storage_used: 0, storage_limit: 5368709120 },
      },
    });
    for (const wrong of [
      { email, password_hash: 'client-side-hashed-password' },
      { email: newEmail(), password_hash: PASSWORD_HASH },
    ]) {
      expectError(await anyone.send('POST', '/auth/login', wrong), 401, 'INVALID_CREDENTIALS');
    }

    const verified = await api.get('/auth/verify');
    expect(verified.status).toBe(200);
    expect(verified.body).toMatchObject({ success: true, data: { valid: true, user_id: uuid, expires_at: time } });
    const refreshed = await api.send('POST', '/auth/refresh');
    expect(refreshed.status).toBe(200);
    expect(refreshed.body).toMatchObject({ success: true, data: { access_token: text, expires_in: 3600 } });
    const again = new Api(server, refreshed.body.data!.access_token as string);
    expect([(await api.get('/auth/verify')).status, (await again.get('/auth/verify')).status]).toEqual([200, 200]);

    const out = await again.send('POST', '/auth/logout');
    expect(out.status).toBe(200);
    expect(out.body).toMatchObject({ success: true, message: text });
    expectError(await api.get('/auth/verify'), 401, 'UNAUTHORIZED');
    expectError(await anyone.get('/auth/verify'), 401, 'UNAUTHORIZED');
    expectError(await new Api(server, 'no token').get('/files'), 401, 'UNAUTHORIZED');
  });

  test('changing the password', async ({ server }) => {
    const email = newEmail();
    const api = await signUp(server, email);
    const request = { old_password_hash: PASSWORD_HASH, new_password_hash: 'n'.repeat(44), new_salt: 'another random salt' };
    expectError(await api.send('PATCH', '/user/password', { ...request, old_password_hash: 'w'.repeat(44) }), 401, 'INVALID_CREDENTIALS');
    const short = await api.send('PATCH', '/user/password', { ...request, new_password_hash: 'short' });
    expect(expectError(short, 422, 'VALIDATION_ERROR')).toEqual({ fields: { new_password_hash: text } });
    const answer = await api.send('PATCH', '/user/password', request);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ success: true, message: text });
    const login = (hash: string) => new Api(server).send('POST', '/auth/login', { email, password_hash: hash });
    expectError(await login(PASSWORD_HASH), 401, 'INVALID_CREDENTIALS');
    expect((await login('n'.repeat(44))).status).toBe(200);
  });

  test('profile and storage', async ({ server }) => {
    const email = newEmail();
    const api = await signUp(server, email);
    const empty = await api.get('/user/storage');
    expect(empty.status).toBe(200);
    expect(empty.body.data).toMatchObject({ used: 0, limit: 5368709120, available: 5368709120, percentage: 0, file_count: 0, largest_file: null });
    await api.upload(content(10), 'small');
    const large = await api.upload(content(MIB), 'large');
    const storage = await api.get('/user/storage');
    expect(storage.body).toMatchObject({
      success: true,
      data: {
        used: MIB + 10,
        limit: 5368709120,
        available: 5368709120 - MIB - 10,
        percentage: 0.02,
        file_count: 2,
        largest_file: { id: large, encrypted_filename: 'large', size: MIB },
      },
    });
    const profile = await api.get('/user/profile');
    expect(profile.status).toBe(200);
    expect(profile.body).toMatchObject({
      success: true,
      data: { id: uuid, email, created_at: time, storage_used: MIB + 10, storage_limit: 5368709120, storage_percentage: 0.02, total_files: 2, last_login: time },
    });
  });
});

test.describe('files', () => {
  test('uploading', async ({ server }) => {
    const api = await signUp(server);
    const { data } = (await api.get('/user/profile')).body;
    const answer = await api.send('POST', '/files/upload', uploadForm(content(2048)));
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    expect(answer.body).toMatchObject({ success: true, message: text, data: { file_id: uuid, uploaded_at: time, file_size: 2048 } });
    const { file_id: id, storage_path: path } = answer.body.data as Record<string, string>;
    expect(path).toBe(`${data!.id as string}/${id}.enc`);

    // The parts may come in any order.
    const turned = new FormData();
    for (const [name, value] of [...uploadForm(content(5))].reverse()) turned.append(name, value);
    expect((await api.send('POST', '/files/upload', turned)).status).toBe(201);

    for (const [field, form] of [
      ['encrypted_metadata', uploadForm(content(5), { encrypted_metadata: 'not JSON' })],
      ['encrypted_metadata', uploadForm(content(5), { encrypted_metadata: undefined })],
      ['encrypted_filename', uploadForm(content(5), { encrypted_filename: undefined })],
      ['encrypted_filename', uploadForm(content(5), { encrypted_filename: '' })],
      ['file_size', uploadForm(content(5), { file_size: 'many' })],
      ['file_size', uploadForm(content(5), { file_size: '-1' })],
      ['file_size', uploadForm(content(5), { file_size: undefined })],
      ['file', uploadForm(undefined)],
    ] as const) {
      const refused = await api.send('POST', '/files/upload', form);
      expect(Object.keys(expectError(refused, 422, 'VALIDATION_ERROR').fields as object)[0]).toMatch(new RegExp(`^${field}`));
    }
    expect((await api.get('/files')).body.data).toMatchObject({ pagination: { total: 2 } });
  });

  test('listing, sorting and paging', async ({ server }) => {
    const api = await signUp(server);
    const ids: string[] = [];
    for (const [name, size] of [['c', 30], ['a', 50], ['e', 10], ['b', 20], ['d', 40]] as const) ids.push(await api.upload(content(size), name));
    const answer = await api.get('/files?page=1&limit=10&sort_by=uploaded_at&order=desc');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ success: true, data: { pagination: { total: 5, page: 1, limit: 10, total_pages: 1 } } });
    interface Entry { id: string; encrypted_filename: string; file_size: number }
    const files = async (query: string) => ((await api.get(`/files${query}`)).body.data as unknown as { files: Entry[] }).files;
    const entry = (await files(''))[0];
    expect(entry).toMatchObject({ id: ids[4], encrypted_filename: 'd', encrypted_metadata: METADATA, file_size: 40, uploaded_at: time });
    expect(entry).toHaveProperty('last_accessed');
    const names = async (query: string) => (await files(query)).map((file) => file.encrypted_filename).join('');
    expect(await names('')).toBe('dbeac');
    expect(await names('?sort_by=uploaded_at&order=asc')).toBe('caebd');
    expect(await names('?sort_by=file_size&order=asc')).toBe('ebcda');
    expect(await names('?sort_by=file_size')).toBe('adcbe');
    expect(await names('?sort_by=encrypted_filename&order=asc')).toBe('abcde');
    expect(await names('?sort_by=encrypted_filename&order=desc&limit=2&page=2')).toBe('cb');
    expect(await names('?limit=2&page=3')).toBe('c');
    expect((await api.get('/files?limit=2')).body.data).toMatchObject({ pagination: { total: 5, page: 1, limit: 2, total_pages: 3 } });
    expect((await api.get('/files')).body.data).toMatchObject({ pagination: { page: 1, limit: 20 } });
    for (const bad of ['limit=101', 'limit=0', 'limit=x', 'page=0', 'page=-1', 'sort_by=size', 'order=up']) {
      expect(expectError(await api.get(`/files?${bad}`), 400, 'BAD_REQUEST')).toMatchObject({ parameter: bad.split('=')[0] });
    }
  });

  test('details and download', async ({ server }) => {
    const api = await signUp(server);
    const id = await api.upload(new Blob(['sealed bytes']));
    const details = await api.get(`/files/${id}`);
    expect(details.status).toBe(200);
    expect(details.body).toMatchObject({
      success: true,
      data: {
        id,
        encrypted_filename: 'base64EncryptedName',
        encrypted_metadata: METADATA,
        file_size: 12,
        uploaded_at: time,
        encryption_algorithm: 'AES-256-GCM',
      },
    });
    const answer = await api.get(`/files/${id}/download`);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ success: true, data: { download_url: expect.stringMatching(/^http/), expires_in: 300 } });
    const bytes = await fetch(answer.body.data!.download_url as string);
    expect(await bytes.text()).toBe('sealed bytes');
    expect(((await api.get('/files')).body.data as { files: unknown[] }).files[0]).toMatchObject({ last_accessed: time });
    const stranger = await signUp(server);
    for (const path of [`/files/${MISSING}`, `/files/${MISSING}/download`]) expectError(await api.get(path), 404, 'NOT_FOUND');
    for (const path of [`/files/${id}`, `/files/${id}/download`]) expectError(await stranger.get(path), 404, 'NOT_FOUND');
    expectError(await api.get('/files/no-id'), 400, 'BAD_REQUEST');
  });

  test('trash, restore and the end', async ({ server }) => {
    const api = await signUp(server);
    const id = await api.upload(content(100));
    const stranger = await signUp(server);
    for (const path of [`/files/${id}`, `/files/${id}/permanent`]) expectError(await stranger.send('DELETE', path), 404, 'NOT_FOUND');
    const trashed = await api.send('DELETE', `/files/${id}`);
    expect(trashed.status).toBe(200);
    expect(trashed.body).toMatchObject({ success: true, message: text, data: { file_id: id, deleted_at: time } });
    expectError(await api.get(`/files/${id}/download`), 410, 'GONE');
    expect((await api.get('/files')).body.data).toMatchObject({ files: [], pagination: { total: 0, total_pages: 0 } });
    expect((await api.send('POST', `/files/${id}/restore`)).status).toBe(200);
    expect((await api.get(`/files/${id}/download`)).status).toBe(200);
    const gone = await api.send('DELETE', `/files/${id}/permanent`);
    expect(gone.status).toBe(200);
    expect(gone.body).toMatchObject({ success: true, message: text });
    for (const path of [`/files/${id}/download`, `/files/${id}`]) expectError(await api.get(path), 410, 'GONE');
    expect((await api.get('/user/storage')).body.data).toMatchObject({ used: 0, file_count: 0 });
  });

  test('a full quota', async ({ launch }) => {
    const api = await signUp(await launch({ STRONGROOM_QUOTA: '1000' }));
    await api.upload(content(600));
    expectError(await api.send('POST', '/files/upload', uploadForm(content(600))), 402, 'STORAGE_QUOTA_EXCEEDED');
    await api.upload(content(400));
    expect((await api.get('/user/storage')).body.data).toMatchObject({ used: 1000, available: 0, percentage: 100 });
  });

  test('50 MiB, and a byte more', async ({ server }) => {
    const api = await signUp(server);
    const upload = (size: number) => api.send('POST', '/files/upload', uploadForm(content(size)));
    const accepted = await upload(50 * MIB);
    expect(accepted.status, JSON.stringify(accepted.body)).toBe(201);
    expect(expectError(await upload(50 * MIB + 1), 413, 'PAYLOAD_TOO_LARGE')).toMatchObject({ limit: 50 * MIB });
  });
});

test.describe('the server', () => {
  test('its health', async ({ server }) => {
    const answer = await new Api(server).get('/health');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      success: true,
      data: { status: 'healthy', timestamp: time, version: expect.stringMatching(/^\d+\.\d+\.\d+/), database: 'connected', storage: 'connected' },
    });
  });

  test('its figures are the administrator’s', async ({ launch }) => {
    const server = await launch();
    const first = await signUp(server);
    const second = await signUp(server);
    await second.upload(content(100));
    const answer = await first.get('/stats');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      success: true,
      data: { total_users: 2, total_files: 1, total_storage_used: 100, active_sessions: number },
    });
    expectError(await second.get('/stats'), 403, 'FORBIDDEN');
    expectError(await new Api(server).get('/stats'), 401, 'UNAUTHORIZED');
  });

  test('what is not there is answered in the same form', async ({ server }) => {
    const anyone = new Api(server);
    expectError(await anyone.get('/nothing'), 404, 'NOT_FOUND');
    expectError(await anyone.send('PUT', '/auth/login', {}), 405, 'METHOD_NOT_ALLOWED');
    const form = new FormData();
    form.append('email', 'a@b.c');
    expectError(await anyone.send('POST', '/auth/login', form), 415, 'UNSUPPORTED_MEDIA_TYPE');
    const docs = await fetch(`${server.url}/docs/`);
    expect([docs.status, docs.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  });
});
