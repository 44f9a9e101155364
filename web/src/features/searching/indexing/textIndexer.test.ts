import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TextsRead } from '../../../app/contract';
import type { Entry, Unread } from '../../../crypto/types';
import { entryOf } from '../../../lib/entries.test-support';
import { Problem } from '../../../lib/problem';
import type { Piece } from '../../cache/pieceStore';
import { TextIndexer, type Readable } from './textIndexer';

/** A vault that knows files by id and version, and which of them were read. */
function world(...ids: string[]) {
  const files = new Map<string, Entry>(ids.map((id) => [id, entryOf({ id, name: `${id}.txt`, version: `${id}1` })]));
  const texts = new Map<string, { version: string; text: string | null }>();
  const passed = new Set<string>();
  const disk = new Map<string, Uint8Array>();
  const pieceOf = (node: string, version: string): Uint8Array => new TextEncoder().encode(`${node} ${version}`);
  const keeper = {
    unread: vi.fn((): Promise<Unread> => {
      const gone = [...texts.keys()].filter((id) => files.get(id)?.version !== texts.get(id)?.version);
      for (const id of gone) texts.delete(id);
      const unread = [...files.values()].filter(({ id, version }) => !texts.has(id) && !passed.has(`${id} ${String(version)}`));
      return Promise.resolve({ files: unread, unread: unread.length, read: texts.size, gone });
    }),
    passOver: vi.fn((these: readonly { node: string; version: string }[]) => {
      for (const { node, version } of these) passed.add(`${node} ${version}`);
      return Promise.resolve();
    }),
    indexText: vi.fn((node: string, version: string, text: string | null) => {
      if (files.get(node)?.version !== version) return Promise.resolve(undefined);
      texts.set(node, { version, text });
      return Promise.resolve<Uint8Array | undefined>(pieceOf(node, version));
    }),
    loadTexts: vi.fn((pieces: [string, Uint8Array][]) => {
      const left = pieces.filter(([name, bytes]) => {
        const [node, version] = new TextDecoder().decode(bytes).split(' ');
        if (node !== name || version === undefined || files.get(name)?.version !== version) return true;
        texts.set(name, { version, text: 'kept' });
        return false;
      });
      return Promise.resolve(left.map(([name]) => name));
    }),
    excerpts: vi.fn<(pieces: [string, Uint8Array][], words: string) => Promise<[string, string[]][]>>(() => Promise.resolve([])),
    entry: vi.fn((node: string) => Promise.resolve(files.get(node))),
  };
  const store = {
    names: vi.fn(() => Promise.resolve([...disk.keys()])),
    read: vi.fn((names: readonly string[]) =>
      Promise.resolve(
        names.flatMap((name): [string, Uint8Array][] => {
          const bytes = disk.get(name);
          return bytes === undefined ? [] : [[name, bytes]];
        }),
      ),
    ),
    write: vi.fn((pieces: readonly Piece[]) => {
      for (const [name, bytes] of pieces) {
        if (bytes === null) disk.delete(name);
        else disk.set(name, bytes);
      }
      return Promise.resolve();
    }),
  };
  const close = vi.fn();
  const open = vi.fn((node: string) => Promise.resolve<Readable>({ version: files.get(node)?.version ?? '', size: 1, read: () => Promise.resolve(new Uint8Array(1)), close }));
  /** As they were asked for together. */
  const together: string[][] = [];
  const openTogether = vi.fn((entries: readonly Entry[]) => {
    together.push(entries.map(({ id }) => id));
    return entries.map(({ id }) => () => open(id));
  });
  const extract = vi.fn<(entry: Entry, content: Readable, signal: AbortSignal) => Promise<string>>((entry) => Promise.resolve(`words of ${entry.id}`));
  let reason: 'waiting' | 'saving' | null = null;
  const shown: TextsRead[] = [];
  const indexer = new TextIndexer({
    keeper,
    store,
    open,
    openTogether,
    canRead: ({ name }) => name.endsWith('.txt'),
    extract,
    words: (_entry, text) => Promise.resolve(text),
    alone: (work) => work(),
    busy: () => reason,
    idle: () => Promise.resolve(),
    show: (state) => shown.push(state),
  });
  return {
    files,
    texts,
    disk,
    pieceOf,
    keeper,
    store,
    open,
    close,
    together,
    openTogether,
    extract,
    indexer,
    last: () => shown.at(-1),
    shown,
    run: async (complete: Promise<unknown> = Promise.resolve()) => {
      void indexer.run(Promise.resolve(), complete);
      await settle();
    },
    setBusy: (next: typeof reason) => (reason = next),
    change: (id: string, version: string) => {
      files.set(id, entryOf({ id, name: `${id}.txt`, version }));
      indexer.touched();
    },
  };
}

/** A while in which nothing is waited for longer than for quiet. */
const settle = (milliseconds = 5000): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);
const opened = ({ open }: ReturnType<typeof world>): string[] => open.mock.calls.map(([node]) => node);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('reading texts for the search', () => {
  it('reads each file once, keeps what it reads, and says how far it is', async () => {
    const here = world('a', 'b');
    await here.run();
    expect(opened(here)).toEqual(['a', 'b']);
    expect(here.texts.get('b')).toEqual({ version: 'b1', text: 'words of b' });
    expect([...here.disk.keys()]).toEqual(['a', 'b']);
    expect(here.close).toHaveBeenCalledTimes(2);
    expect(here.shown).toContainEqual({ status: 'reading', read: 1, total: 2 });
    expect(here.last()).toEqual({ status: 'ready', read: 2, total: 2 });
    await settle(1_000_000);
    expect(opened(here)).toHaveLength(2);
  });

  it('reads nothing that was kept, and what has changed since', async () => {
    const here = world('a', 'b');
    here.disk.set('a', here.pieceOf('a', 'a1'));
    here.disk.set('b', here.pieceOf('b', 'b0'));
    here.disk.set('gone', here.pieceOf('gone', 'g1'));
    await here.run();
    expect(opened(here)).toEqual(['b']);
    expect([...here.disk]).toEqual([
      ['a', here.pieceOf('a', 'a1')],
      ['b', here.pieceOf('b', 'b1')],
    ]);
    here.change('a', 'a2');
    here.files.delete('b');
    await settle();
    expect(opened(here)).toEqual(['b', 'a']);
    expect([...here.disk]).toEqual([['a', here.pieceOf('a', 'a2')]]);
  });

  it('gives up nothing that was kept before the whole tree is known', async () => {
    const here = world();
    here.disk.set('a', here.pieceOf('a', 'a1'));
    let complete: () => void = () => undefined;
    await here.run(new Promise<void>((resolve) => (complete = resolve)));
    expect(here.disk.has('a')).toBe(true);
    here.files.set('a', entryOf({ id: 'a', name: 'a.txt', version: 'a1' }));
    complete();
    await settle();
    expect(here.disk.has('a')).toBe(true);
    expect(opened(here)).toEqual([]);
    expect(here.last()).toEqual({ status: 'ready', read: 1, total: 1 });
  });

  it('says what was read before while the server is away', async () => {
    const here = world('a', 'b');
    here.disk.set('a', here.pieceOf('a', 'a1'));
    await here.run(new Promise(() => undefined));
    expect(here.last()).toEqual({ status: 'reading', read: 1, total: 2 });
    expect(here.texts.has('a')).toBe(true);
    expect(opened(here)).toEqual([]);
  });

  it('waits while there is something more important', async () => {
    const here = world('a');
    here.setBusy('waiting');
    await here.run();
    expect(opened(here)).toEqual([]);
    expect(here.last()).toEqual({ status: 'waiting', read: 0, total: 1 });
    here.setBusy('saving');
    await settle();
    expect(here.last()?.status).toBe('saving');
    here.setBusy(null);
    await settle();
    expect(opened(here)).toEqual(['a']);
  });

  it('remembers for ever what cannot be read, and tries again another day what failed otherwise', async () => {
    const here = world('broken', 'odd', 'good');
    here.extract.mockImplementation(({ id }) => {
      if (id === 'broken') return Promise.reject(new Problem({ code: 'not-decoded', message: 'no letter' }));
      if (id === 'odd') return Promise.reject(new Error('nobody knows'));
      return Promise.resolve('words');
    });
    await here.run();
    expect(opened(here)).toEqual(['broken', 'odd', 'good']);
    expect(here.texts.get('broken')).toEqual({ version: 'broken1', text: null });
    expect([...here.disk.keys()]).toEqual(['broken', 'good']);
    expect(here.close).toHaveBeenCalledTimes(3);
    await settle(1_000_000);
    expect(opened(here)).toHaveLength(3);
    here.change('broken', 'broken2');
    await settle();
    expect(opened(here)).toEqual(['broken', 'odd', 'good', 'broken']);
  });

  it('asks for small files together, and for each alone where that fails', async () => {
    const here = world('a', 'b', 'c');
    here.files.set('large', entryOf({ id: 'large', name: 'large.txt', version: 'l1', size: 1_000_000 }));
    here.openTogether.mockImplementationOnce((entries) => {
      here.together.push(entries.map(({ id }) => id));
      return entries.map(({ id }) => () => (id === 'b' ? Promise.reject(new Problem({ code: 'altered', message: 'one of them' })) : here.open(id)));
    });
    await here.run();
    expect(here.together).toEqual([['a', 'b', 'c']]);
    expect(opened(here)).toEqual(['a', 'b', 'c', 'large']);
    expect(here.last()).toEqual({ status: 'ready', read: 4, total: 4 });
  });

  it('goes on when the server is there again', async () => {
    const here = world('a');
    here.open.mockRejectedValueOnce(new Problem({ code: 'server-unreachable', message: 'away' }));
    await here.run();
    expect(opened(here)).toEqual(['a']);
    await settle(60_000);
    expect(opened(here)).toEqual(['a', 'a']);
    expect(here.last()?.status).toBe('ready');
  });

  it('takes over what another window has read meanwhile', async () => {
    const here = world('a');
    here.setBusy('waiting');
    await here.run();
    here.disk.set('a', here.pieceOf('a', 'a1'));
    here.setBusy(null);
    await settle();
    expect(opened(here)).toEqual([]);
    expect(here.texts.has('a')).toBe(true);
  });

  it('passes over what nobody can read, and does not count it', async () => {
    const here = world('a');
    here.files.set('b', entryOf({ id: 'b', name: 'b.odt', version: 'b1' }));
    await here.run();
    expect(opened(here)).toEqual(['a']);
    expect(here.last()).toEqual({ status: 'ready', read: 1, total: 1 });
  });

  it('stops where there is no room', async () => {
    const here = world('a', 'b');
    here.keeper.indexText.mockResolvedValue(undefined);
    await here.run();
    expect(opened(here)).toEqual(['a']);
    expect(here.last()?.status).toBe('full');
    const disk = world('a', 'b');
    disk.store.write.mockRejectedValue(new DOMException('full', 'QuotaExceededError'));
    await disk.run();
    expect(opened(disk)).toEqual(['a']);
    expect(disk.last()?.status).toBe('full');
  });

  it('finds at once what was written on this device', async () => {
    const here = world('a');
    await here.run();
    here.files.set('a', entryOf({ id: 'a', name: 'a.txt', version: 'a2' }));
    await here.indexer.written('a', 'a2', 'new words');
    expect(here.texts.get('a')).toEqual({ version: 'a2', text: 'new words' });
    expect(here.disk.get('a')).toEqual(here.pieceOf('a', 'a2'));
    await settle();
    expect(opened(here)).toEqual(['a']);
  });

  it('stops when the vault is locked, and keeps and shows nothing any more', async () => {
    const here = world('a', 'b');
    let arrive: (text: string) => void = () => undefined;
    here.extract.mockImplementationOnce(() => new Promise((resolve) => (arrive = resolve)));
    await here.run();
    const shown = here.shown.length;
    void here.indexer.end();
    expect(here.extract.mock.calls[0]?.[2].aborted).toBe(true);
    arrive('late');
    await settle(1_000_000);
    expect(opened(here)).toEqual(['a']);
    expect(here.store.write).not.toHaveBeenCalled();
    expect(here.shown).toHaveLength(shown);
  });

  it('has ended once what was being written is written', async () => {
    const here = world('a');
    let write: () => void = () => undefined;
    here.store.write.mockImplementationOnce(() => new Promise((resolve) => (write = resolve)));
    await here.run();
    let hasEnded = false;
    void here.indexer.end().then(() => (hasEnded = true));
    await settle();
    expect(hasEnded).toBe(false);
    write();
    await settle();
    expect(hasEnded).toBe(true);
  });

  it('shows what stands in texts that are kept', async () => {
    const here = world('a');
    await here.run();
    here.keeper.excerpts.mockResolvedValueOnce([['a', ['', 'words', ' of a']]]);
    expect(await here.indexer.excerpts(['a', 'b'], 'words')).toEqual(new Map([['a', ['', 'words', ' of a']]]));
    expect(here.keeper.excerpts).toHaveBeenCalledExactlyOnceWith([['a', here.pieceOf('a', 'a1')]], 'words');
    expect(await here.indexer.excerpts(['b'], 'words')).toEqual(new Map());
  });
});
