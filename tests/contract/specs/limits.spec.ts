// The guide's table of rate limits, against a server that runs with that preset.
import { Api, expect, expectError, newEmail, PASSWORD_HASH, SALT, signUp, test, uploadForm, type Answer } from '../support/api';
import { table } from '../support/guide';

const UNITS: Record<string, number> = { min: 60, h: 3600 };

/** A row of the table: how many in how many seconds. */
function limit(what: string, column: number): { count: number; seconds: number } {
  const cell = table('Rate limits').find((row) => row[0] === what)?.[column];
  const match = /^(\d+) in (\d+) (min|h)$/.exec(cell ?? '');
  if (match === null) throw new Error(`docs/API.md has no rate for ${what}: ${cell}`);
  return { count: Number(match[1]), seconds: Number(match[2]) * UNITS[match[3]!]! };
}

function expectHeaders(answer: Answer, rate: { count: number; seconds: number }, remaining: number): void {
  const header = (name: string) => Number(answer.headers.get(`x-ratelimit-${name}`) ?? NaN);
  expect({ limit: header('limit'), remaining: header('remaining') }).toEqual({ limit: rate.count, remaining });
  const reset = header('reset') - Date.now() / 1000;
  expect(reset).toBeGreaterThan(-2);
  expect(reset).toBeLessThan(rate.seconds + 2);
}

/** Calls until it is refused, and checks how it is. */
async function expectRefused(call: () => Promise<Answer>, rate: { count: number; seconds: number }): Promise<void> {
  for (let n = 1; n <= rate.count; n++) {
    const answer = await call();
    expect(answer.status).not.toBe(429);
    expectHeaders(answer, rate, rate.count - n);
  }
  const refused = await call();
  const { retry_after: wait } = expectError(refused, 429, 'RATE_LIMITED');
  expect(refused.headers.get('retry-after')).toBe(String(wait));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(rate.seconds);
  expectHeaders(refused, rate, 0);
}

// Nothing but the preset: what the other tests switch off is not set here.
const DOCUMENTED = { STRONGROOM_RATE_LIMITS: 'documented', STRONGROOM_LIMIT_LOGIN: undefined, STRONGROOM_LIMIT_REGISTRATION: undefined };

test('sign-ins and registrations', async ({ launch }) => {
  const api = new Api(await launch(DOCUMENTED));
  const account = () => ({ email: newEmail(), password_hash: PASSWORD_HASH, salt: SALT });
  await expectRefused(() => api.send('POST', '/auth/register', account()), limit('registrations', 1));
  await expectRefused(() => api.send('POST', '/auth/login', { email: newEmail(), password_hash: 'x' }), limit('sign-ins', 1));
  expect([limit('registrations', 2), limit('sign-ins', 2)]).toEqual([limit('registrations', 1), limit('sign-ins', 1)]);
});

test('uploads and downloads', async ({ launch }) => {
  const server = await launch(DOCUMENTED);
  const api = await signUp(server);
  let id = '';
  const upload = async () => {
    const answer = await api.send('POST', '/files/upload', uploadForm(new Blob(['x'])));
    id = (answer.body.data?.file_id as string | undefined) ?? id;
    return answer;
  };
  await expectRefused(upload, limit('new uploads', 1));
  await expectRefused(() => api.get(`/files/${id}/download`), limit('downloads', 1));
});

for (const [preset, column] of [['documented', 1], ['personal', 2]] as const) {
  test(`requests, ${preset}`, async ({ launch }) => {
    const server = await launch({ ...DOCUMENTED, STRONGROOM_RATE_LIMITS: preset });
    const api = await signUp(server);
    const rate = limit('requests', column);
    const answer = await api.get('/user/profile');
    expectHeaders(answer, rate, rate.count - 1);
    const open = limit('requests without signing in', column);
    expectHeaders(await new Api(server).get('/auth/prelogin?email=a%40b.c'), open, open.count - 1);
  });
}
