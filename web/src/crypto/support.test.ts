import { expect, it } from 'vitest';

import { missingSupport } from './support';

const complete = { crypto: { subtle: {} }, WebAssembly: {}, Worker: Function };

it.each([
  [complete, null],
  [{ ...complete, crypto: {} }, 'subtle-crypto'],
  [{ ...complete, WebAssembly: undefined }, 'webassembly'],
  [{ ...complete, Worker: undefined }, 'workers'],
  // What can be helped by opening the page over https comes first.
  [{}, 'subtle-crypto'],
])('names what is missing (%#)', (scope, missing) => {
  expect(missingSupport(scope as unknown as typeof globalThis)).toBe(missing);
});
