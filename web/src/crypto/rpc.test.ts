import { describe, expect, it, vi } from 'vitest';

import { Problem } from '../lib/problem';
import { connect, type Endpoint } from './rpc';

function pair(): [Endpoint, Endpoint] {
  const { port1, port2 } = new MessageChannel();
  for (const port of [port1, port2]) {
    port.start();
    (port as unknown as { unref(): void }).unref();
  }
  return [port1, port2];
}

const worker = {
  double: (value: number): number => value * 2,
  refuse: (): never => {
    throw Object.assign(new Error('does not open'), { code: 'altered' });
  },
  last: (bytes: Uint8Array): Promise<number | undefined> => Promise.resolve(bytes.at(-1)),
  never: (): Promise<void> => new Promise(() => undefined),
};

describe('connect', () => {
  it('calls across threads, in both directions', async () => {
    const [here, there] = pair();
    const asked = vi.fn(() => 'token');
    const { remote } = connect<typeof worker, { token(): string }>(here, { token: asked });
    const { remote: page } = connect<{ token(): string }, typeof worker>(there, worker);
    expect(await Promise.all([remote.double(21), remote.last(new Uint8Array([1, 2, 3])), page.token()])).toEqual([42, 3, 'token']);
    expect(asked).toHaveBeenCalledOnce();
  });

  it('leaves the sent bytes usable', async () => {
    const [here, there] = pair();
    const { remote } = connect<typeof worker, object>(here, {});
    connect<object, typeof worker>(there, worker);
    const bytes = new Uint8Array([7]);
    await remote.last(bytes);
    expect(await remote.last(bytes)).toBe(7);
  });

  it('moves buffers', async () => {
    const [here, there] = pair();
    const other = { length: (buffer: ArrayBuffer): number => buffer.byteLength };
    const { remote } = connect<typeof other, object>(here, {});
    connect<object, typeof other>(there, other);
    const buffer = new ArrayBuffer(9);
    expect(await remote.length(buffer)).toBe(9);
    expect(buffer.byteLength).toBe(0);
  });

  it("keeps an error's code", async () => {
    const [here, there] = pair();
    const { remote } = connect<typeof worker, object>(here, {});
    connect<object, typeof worker>(there, worker);
    await expect(remote.refuse()).rejects.toMatchObject({ name: 'Problem', code: 'altered', message: 'does not open' });
  });

  it('offers nothing but the named functions', async () => {
    const [here, there] = pair();
    const { remote } = connect<typeof worker & { toString(): string }, object>(here, {});
    connect<object, typeof worker>(there, worker);
    await expect(remote.toString()).rejects.toMatchObject({ code: 'internal' });
  });

  it('rejects what waits, and what comes later, once closed', async () => {
    const [here, there] = pair();
    const { remote, close } = connect<typeof worker, object>(here, {});
    connect<object, typeof worker>(there, worker);
    const waiting = remote.never();
    close(new Problem({ code: 'locked', message: 'locked' }));
    await expect(waiting).rejects.toMatchObject({ code: 'locked' });
    await expect(remote.double(1)).rejects.toMatchObject({ code: 'locked' });
  });
});
