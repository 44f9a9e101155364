// What the app sends and fetches, with nothing sealed and nothing opened.

import { Upload } from '../../web/node_modules/tus-js-client/lib.esm/browser/index.js';
import { RangeReader } from '../../web/src/api/ranges';
import { feed, Gate } from '../../web/src/crypto/feeding';
import { connect } from '../../web/src/crypto/rpc';
import { PART_SIZE, PARTS_AT_ONCE } from '../../web/src/crypto/sealing';

/** What the format adds to a part of 8 MiB: a tag for each 16 KiB. */
const SEALED_PART = PART_SIZE + (PART_SIZE / 16384) * 16;
/** Parts fetched while one is being handed on, as the app does. */
const AHEAD = 2;

connect(globalThis, {
  /** Resolves with the id of the staged upload, sent straight from the file in requests as large as those with sealed parts. */
  upload: (file, token) =>
    new Promise((resolve, reject) => {
      const upload = new Upload(file, {
        endpoint: `${self.location.origin}/api/v1/uploads`,
        chunkSize: PARTS_AT_ONCE * SEALED_PART,
        uploadDataDuringCreation: true,
        storeFingerprintForResuming: false,
        retryDelays: null,
        headers: { Authorization: `Bearer ${token}` },
        onError: reject,
        onSuccess: () => resolve(upload.url.split('/').pop()),
      });
      upload.start();
    }),

  /** Hands the ranges to the service worker, as the app hands on what it has opened. */
  async serve(address, total, port) {
    const signal = new AbortController().signal;
    const reader = new RangeReader(() => Promise.resolve(address), total, signal);
    await feed(port, pieces(reader, total), { gate: new Gate(), signal, onTaken: () => undefined, onCancel: () => undefined });
  },
});

async function* pieces(reader, total) {
  const fetches = [];
  const count = Math.ceil(total / SEALED_PART);
  for (let index = 0; index < count; index++) {
    while (fetches.length < count && fetches.length <= index + AHEAD) {
      const start = fetches.length * SEALED_PART;
      fetches.push(reader.read(start, Math.min(total, start + SEALED_PART)));
    }
    yield await fetches[index];
    fetches[index] = null;
  }
}
