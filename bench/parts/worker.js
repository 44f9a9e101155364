// Runs in a browser's worker. Every function does its work once and gives the time that it
// took, in milliseconds, set-up left out.

import * as age from 'age-encryption';
import { argon2id } from 'hash-wasm';
import sodium from 'libsodium-wrappers-sumo';

import init, * as app from '/app/strongroom_wasm.js';

import { functions as vaultFunctions } from './worker-vault.js';

const MIB = 1024 * 1024;
const PART = 8 * MIB;
const CHUNK = 16 * 1024;

const ready = Promise.all([init(), sodium.ready]);

const random = (length) => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65536) crypto.getRandomValues(bytes.subarray(at, Math.min(length, at + 65536)));
  return bytes;
};

/** Input is the same for all and made once. */
let file = new Uint8Array();
const prepare = (mib) => {
  if (file.length !== mib * MIB) file = random(mib * MIB);
  return file;
};

const importKey = () => crypto.subtle.importKey('raw', random(32), 'AES-GCM', false, ['encrypt']);

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const functions = {
  ...vaultFunctions,

  /** As the app seals an upload, segment hashes and all. */
  async ours(mib) {
    const plain = prepare(mib);
    const sealer = new app.ContentSealer(await importKey(), random(12), random(56), plain.length, new Uint8Array());
    const time = await timed(async () => {
      for (let part = 0; part < sealer.parts; part++) await sealer.sealPart(part, plain.subarray(part * PART, (part + 1) * PART));
      sealer.finish();
    });
    sealer.free();
    return time;
  },

  /** Nothing but SubtleCrypto's own calls, as many at once as ours. */
  async bare(mib) {
    const plain = prepare(mib);
    const key = await importKey();
    const iv = random(12);
    return timed(async () => {
      for (let part = 0; part < plain.length; part += PART) {
        const calls = [];
        for (let at = part; at < part + PART; at += CHUNK) {
          new DataView(iv.buffer).setUint32(8, at / CHUNK);
          calls.push(crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain.subarray(at, at + CHUNK)));
        }
        await Promise.all(calls);
      }
    });
  },

  /** The same calls, put together, and SHA-256 of every 512 KiB: what our format asks for. */
  async bareHashed(mib) {
    const plain = prepare(mib);
    const key = await importKey();
    const iv = random(12);
    return timed(async () => {
      for (let part = 0; part < plain.length; part += PART) {
        const out = new Uint8Array((PART / CHUNK) * (CHUNK + 16));
        const segments = [];
        for (let segment = 0; segment < PART / CHUNK / 32; segment++) {
          const calls = [];
          for (let chunk = segment * 32; chunk < segment * 32 + 32; chunk++) {
            const at = part + chunk * CHUNK;
            new DataView(iv.buffer).setUint32(8, at / CHUNK);
            calls.push(crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain.subarray(at, at + CHUNK)));
          }
          segments.push(
            Promise.all(calls).then((sealed) => {
              let at = segment * 32 * (CHUNK + 16);
              const start = at;
              for (const bytes of sealed) {
                out.set(new Uint8Array(bytes), at);
                at += bytes.byteLength;
              }
              return crypto.subtle.digest('SHA-256', out.subarray(start, at));
            }),
          );
        }
        await Promise.all(segments);
      }
    });
  },

  async hash(mib) {
    const plain = prepare(mib);
    return timed(async () => {
      for (let part = 0; part < plain.length; part += PART) {
        const calls = [];
        for (let at = part; at < part + PART; at += 512 * 1024) calls.push(crypto.subtle.digest('SHA-256', plain.subarray(at, at + 512 * 1024)));
        await Promise.all(calls);
      }
    });
  },

  async secretstream(mib, chunk) {
    const plain = prepare(mib);
    const { state } = sodium.crypto_secretstream_xchacha20poly1305_init_push(sodium.crypto_secretstream_xchacha20poly1305_keygen());
    const tag = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
    return timed(() => {
      for (let at = 0; at < plain.length; at += chunk) {
        sodium.crypto_secretstream_xchacha20poly1305_push(state, plain.subarray(at, at + chunk), null, tag);
      }
    });
  },

  async age(mib) {
    const plain = prepare(mib);
    const encrypter = new age.Encrypter();
    encrypter.addRecipient(await age.identityToRecipient(await age.generateX25519Identity()));
    return timed(() => encrypter.encrypt(plain));
  },

  argon2Ours: () =>
    timed(() => app.Credentials.derive('correct horse battery staple', btoa('s'.repeat(32)), 'argon2id$v=19$m=65536,t=3,p=1').free()),

  argon2Sodium: () =>
    timed(() =>
      sodium.crypto_pwhash(32, 'correct horse battery staple', random(16), 3, 64 * MIB, sodium.crypto_pwhash_ALG_ARGON2ID13),
    ),

  argon2HashWasm: () =>
    timed(() =>
      argon2id({ password: 'correct horse battery staple', salt: random(32), parallelism: 1, iterations: 3, memorySize: 65536, hashLength: 32, outputType: 'binary' }),
    ),
};

onmessage = async ({ data: { name, args } }) => {
  try {
    await ready;
    postMessage({ result: await functions[name](...args) });
  } catch (error) {
    postMessage({ error: String(error?.stack ?? error) });
  }
};
