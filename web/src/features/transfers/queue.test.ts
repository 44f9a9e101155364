import { describe, expect, it } from 'vitest';

import { Queue } from './queue';

const LARGE = 100 * 1024 * 1024;

function controlled() {
  const queue = new Queue();
  const running: string[] = [];
  const finish = new Map<string, () => void>();
  const add = (id: string, size: number): void =>
    queue.add(id, size, () => {
      running.push(id);
      return new Promise((resolve) =>
        finish.set(id, () => {
          running.splice(running.indexOf(id), 1);
          resolve();
        }),
      );
    });
  const end = async (id: string): Promise<void> => {
    finish.get(id)?.();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { queue, running, add, end };
}

describe('Queue', () => {
  it('runs two large files at a time, in order', async () => {
    const { running, add, end } = controlled();
    for (const id of ['a', 'b', 'c']) add(id, LARGE);
    expect(running).toEqual(['a', 'b']);
    await end('a');
    expect(running).toEqual(['b', 'c']);
  });

  it('runs several small files at once', () => {
    const { running, add } = controlled();
    for (let index = 0; index < 10; index++) add(String(index), 1000);
    expect(running).toHaveLength(6);
  });

  it('does not let small files overtake a large one for ever', async () => {
    const { running, add, end } = controlled();
    for (const id of ['1', '2', '3', '4']) add(id, 1);
    add('large', LARGE);
    add('5', 1);
    expect(running).toEqual(['1', '2', '3', '4']);
    await end('1');
    expect(running).toEqual(['2', '3', '4', 'large']);
    await end('2');
    expect(running).toEqual(['3', '4', 'large', '5']);
  });

  it('takes out what has not begun', async () => {
    const { queue, running, add, end } = controlled();
    for (const id of ['a', 'b', 'c']) add(id, LARGE);
    expect(queue.remove('c')).toBe(true);
    expect(queue.remove('a')).toBe(false);
    await end('a');
    expect(running).toEqual(['b']);
  });
});
