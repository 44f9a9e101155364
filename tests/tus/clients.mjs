// tus-js-client against a real server. run.py starts this, cuts its connection when it asks for
// that, and looks at what was stored: one line of JSON for each wish, one for each answer.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const tus = require('tus-js-client');

const endpoint = process.env.TUS_ENDPOINT;
const headers = { Authorization: `Bearer ${process.env.TUS_TOKEN}` };
const MIB = 1024 * 1024;

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function ask(wish) {
  process.stdout.write(`${JSON.stringify(wish)}\n`);
  await answers.next();
}

const content = (length) => Buffer.from(Array.from({ length }, (_, n) => (n * 31) % 251));

/** Ends with the upload, or with its error. */
function upload(data, options = {}) {
  return new Promise((resolve, reject) => {
    const one = new tus.Upload(data, {
      endpoint,
      headers,
      retryDelays: null,
      ...options,
      onSuccess: () => resolve(one),
      onError: reject,
    });
    one.start();
  });
}

async function refused(options, status, data = content(10)) {
  const error = await upload(data, options).then(
    () => assert.fail('it was accepted'),
    (reason) => reason,
  );
  assert.equal(error.originalResponse?.getStatus(), status, error.message);
}

// With its creation, in parts.
const whole = content(2 * MIB + 5);
let done = await upload(whole, { uploadDataDuringCreation: true, chunkSize: MIB, metadata: { name: 'ünï' } });
assert.ok(done.url.startsWith(`${endpoint}/`), `an absolute Location: ${done.url}`);
await ask({ stored: done.url, length: whole.length, what: 'tus-js-client, parts' });

// Cut in the middle; it asks where to go on by itself.
await ask({ cut_after: MIB });
let requests = 0;
done = await upload(whole, {
  retryDelays: [100, 100, 100, 1000],
  onBeforeRequest: (request) => {
    requests += request.getMethod() === 'HEAD' ? 1 : 0;
  },
});
assert.ok(requests > 0, 'it was cut, and went on');
await ask({ stored: done.url, length: whole.length, what: 'tus-js-client after a cut' });

// Aborted, and resumed by another one that knows the address only.
const first = await new Promise((resolve, reject) => {
  const one = new tus.Upload(whole, {
    endpoint,
    headers,
    chunkSize: MIB,
    onChunkComplete: () => {
      one.abort().then(() => resolve(one), reject);
    },
    onError: reject,
  });
  one.start();
});
let from = Infinity;
done = await upload(whole, {
  uploadUrl: first.url,
  onProgress: (sent) => {
    from = Math.min(from, sent);
  },
});
assert.ok(from >= MIB, `it began at ${from}`);
await ask({ stored: done.url, length: whole.length, what: 'tus-js-client, resumed' });

// Terminated.
const ended = await new Promise((resolve, reject) => {
  const one = new tus.Upload(whole, {
    endpoint,
    headers,
    chunkSize: MIB,
    onChunkComplete: () => {
      one.abort(true).then(() => resolve(one), reject);
    },
    onError: reject,
  });
  one.start();
});
await assert.rejects(tus.Upload.terminate(ended.url, { headers, retryDelays: null }), (error) => {
  assert.equal(error.originalResponse.getStatus(), 404);
  return true;
});

// What is not offered is refused, and not taken for something else.
await refused({ uploadLengthDeferred: true, chunkSize: MIB }, 400);
await refused({ headers: {} }, 401);
const partial = await upload(content(100), { parallelUploads: 2 }).then(
  () => assert.fail('uploads were put together'),
  (reason) => reason,
);
assert.equal(partial.originalResponse?.getStatus(), 400, partial.message);
process.exit(0);
