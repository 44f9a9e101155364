import { describe, expect, it } from 'vitest';
import type { Transfer } from '../../app/contract';
import { shownTransfers, summarise } from './summary';

const transfer = (id: string, change: Partial<Transfer>): Transfer => ({
  id,
  direction: 'up',
  name: id,
  size: 100,
  done: 0,
  speed: 0,
  secondsLeft: null,
  status: 'running',
  ...change,
});

describe('transfers at a glance', () => {
  it('count what is under way and how far all of it is', () => {
    const transfers = [
      transfer('a', { done: 50 }),
      transfer('b', { status: 'done', done: 100 }),
      transfer('c', { status: 'failed', done: 10 }),
      transfer('d', { status: 'queued', size: 0 }),
    ];
    expect(summarise(transfers)).toEqual({ active: 2, failed: 1, retryable: 1, done: 1, fraction: 0.75 });
  });

  it('have no progress when nothing is under way', () => {
    expect(summarise([transfer('a', { status: 'done' })]).fraction).toBeNull();
    expect(summarise([transfer('a', { size: 0 })]).fraction).toBe(0);
  });

  it('show of very many those that matter now', () => {
    const transfers = [
      transfer('a', { status: 'done' }),
      transfer('b', { status: 'queued' }),
      transfer('c', { status: 'failed' }),
      transfer('d', {}),
    ];
    expect(shownTransfers(transfers, 4).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    expect(shownTransfers(transfers, 2).map(({ id }) => id)).toEqual(['d', 'c']);
  });
});
