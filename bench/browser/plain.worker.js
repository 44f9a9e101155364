// The app's own way of sending and fetching, with nothing sealed and nothing opened.

import { RangeReader } from '../../web/src/api/ranges';
import { sendStaged } from '../../web/src/api/staged';
import { PART_SIZE, PARTS_AT_ONCE } from '../../web/src/crypto/sealing';
import { connect } from '../../web/src/crypto/rpc';
import { Scratch } from '../../web/src/crypto/scratch';

/** What the format adds to a part of 8 MiB: a tag for each 16 KiB. */
const SEALED_PART = PART_SIZE + (PART_SIZE / 16384) * 16;
/** Parts fetched while one is being handed on, as the app does. */
const AHEAD = 2;

const { remote: host } = connect(globalThis, {
  /** Resolves with the id of the staged upload. Requests are as large as those with sealed parts, as far as the file goes. */
  upload(file, token) {
    const source = {
      size: file.size,
      from: (offset) => Promise.resolve(file.slice(offset, (Math.floor(offset / SEALED_PART) + PARTS_AT_ONCE) * SEALED_PART)),
    };
    const onProgress = (sent) => void host.progress('', sent);
    return sendStaged(source, { token: () => Promise.resolve(token), onProgress, signal: new AbortController().signal });
  },

  async download(address, total) {
    const reader = new RangeReader(() => Promise.resolve(address), total, new AbortController().signal);
    const fetches = [];
    const scratch = await Scratch.open(total);
    const count = Math.ceil(total / SEALED_PART);
    for (let index = 0; index < count; index++) {
      while (fetches.length < count && fetches.length <= index + AHEAD) {
        const start = fetches.length * SEALED_PART;
        fetches.push(reader.read(start, Math.min(total, start + SEALED_PART)));
      }
      await scratch.add(await fetches[index]);
      fetches[index] = null;
      void host.progress('', index);
    }
    return scratch.finish();
  },
});
