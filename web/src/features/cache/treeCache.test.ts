import 'fake-indexeddb/auto';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { LoadedPieces } from '../../crypto/keeper';
import { clearPieces, readPieces, writePieces, type Piece } from './pieceStore';
import { TreeCache } from './treeCache';

type Written = [string, Uint8Array | null][];

const STATE = '00000000-0000-0000-0000-000000000000';
const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

/** A cache whose vault gives pieces in the rounds of `given`. */
function world(given: Written[] = []) {
  const written: Piece[][] = [];
  const keeper = {
    cachePieces: vi.fn<(cursor: string, most: number) => Promise<[string, Uint8Array | null][]>>(() => Promise.resolve(given.shift() ?? [])),
    cacheLost: vi.fn(() => Promise.resolve()),
    loadPieces: vi.fn<(pieces: [string, Uint8Array][]) => Promise<LoadedPieces>>(() => Promise.resolve({ cursor: '5', folders: 1, dropped: [] })),
  };
  const read = vi.fn(() => Promise.resolve<[string, Uint8Array][]>([]));
  const write = vi.fn((_user: string, pieces: readonly Piece[]) => {
    written.push([...pieces]);
    return Promise.resolve();
  });
  return { cache: new TreeCache({ keeper, userId: 'u1', read, write }), keeper, read, write, written };
}

describe('what the device keeps', () => {
  it('keeps the pieces of each account apart, and forgets all at once', async () => {
    await writePieces('u1', [['a', bytes(1)], ['b', bytes(2)]]);
    await writePieces('u2', [['a', bytes(3)]]);
    await writePieces('u1', [['a', null], ['b', bytes(4)]]);
    expect(await readPieces('u1')).toEqual([['b', bytes(4)]]);
    expect(await readPieces('u2')).toEqual([['a', bytes(3)]]);
    expect(await readPieces('u')).toEqual([]);
    await clearPieces();
    expect([...(await readPieces('u1')), ...(await readPieces('u2'))]).toEqual([]);
  });
});

describe('loading', () => {
  it('gives the vault everything, and deletes what it has no use for', async () => {
    const { cache, keeper, read, written } = world();
    read.mockResolvedValueOnce([['a', bytes(1)], [STATE, bytes(2)]]);
    keeper.loadPieces.mockResolvedValueOnce({ cursor: '7', folders: 1, dropped: ['a'] });
    expect(await cache.load()).toBe('7');
    expect(keeper.loadPieces).toHaveBeenCalledExactlyOnceWith([['a', bytes(1)], [STATE, bytes(2)]]);
    expect(written).toEqual([[['a', null]]]);
  });

  it('begins anew when nothing is there or nothing can be read', async () => {
    const { cache, keeper, read } = world();
    expect(await cache.load()).toBeNull();
    expect(keeper.loadPieces).not.toHaveBeenCalled();
    read.mockRejectedValueOnce(new Error('no storage'));
    expect(await cache.load()).toBeNull();
  });
});

describe('keeping', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('gathers changes, and writes part by part until the piece about all others', async () => {
    const rounds: Written[] = [[['a', bytes(1)]], [['b', bytes(2)], [STATE, bytes(3)]], [[STATE, bytes(9)]]];
    const { cache, keeper, written } = world(rounds.map((round) => [...round]));
    cache.moved('1');
    cache.moved('2');
    expect(keeper.cachePieces).not.toHaveBeenCalled();
    await vi.runAllTimersAsync();
    expect(keeper.cachePieces.mock.calls.map(([cursor]) => cursor)).toEqual(['2', '2']);
    expect(written).toEqual(rounds.slice(0, 2));
  });

  it('keeps what the device itself has changed, once it is known how far the feed was read', async () => {
    const { cache, keeper, written } = world([[[STATE, bytes(1)]], [[STATE, bytes(2)]]]);
    cache.touched();
    await vi.runAllTimersAsync();
    expect(keeper.cachePieces).not.toHaveBeenCalled();
    cache.moved('1');
    await vi.runAllTimersAsync();
    cache.touched();
    await vi.runAllTimersAsync();
    expect(keeper.cachePieces.mock.calls.map(([cursor]) => cursor)).toEqual(['1', '1']);
    expect(written).toHaveLength(2);
  });

  it('has everything given again when something could not be written', async () => {
    const { cache, keeper, write } = world([[['a', bytes(1)]], [[STATE, bytes(2)]]]);
    write.mockRejectedValueOnce(new DOMException('full', 'QuotaExceededError'));
    cache.moved('1');
    await vi.runAllTimersAsync();
    expect(keeper.cacheLost).toHaveBeenCalledOnce();
    cache.moved('2');
    await vi.runAllTimersAsync();
    expect(write).toHaveBeenCalledTimes(2);
  });

  it('writes nothing after the end', async () => {
    const { cache, keeper, write } = world([[[STATE, bytes(1)]]]);
    cache.moved('1');
    await cache.end();
    await vi.runAllTimersAsync();
    expect(keeper.cachePieces).not.toHaveBeenCalled();
    const late = world([[[STATE, bytes(1)]]]);
    late.cache.moved('1');
    late.keeper.cachePieces.mockImplementationOnce(() => {
      void late.cache.end();
      return Promise.resolve([[STATE, bytes(1)]]);
    });
    await vi.runAllTimersAsync();
    expect([...write.mock.calls, ...late.write.mock.calls]).toEqual([]);
  });
});
