import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Asker } from './asker';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Answers take 300 ms, and are the number of the question. */
function world() {
  let asked = 0;
  const ask = vi.fn(async () => {
    const number = ++asked;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return number;
  });
  const shown: number[] = [];
  return { asker: new Asker(ask, (answer) => shown.push(answer)), ask, shown };
}

it('shows each answer, however often something changes while it is on its way', async () => {
  const { asker, ask, shown } = world();
  asker.again();
  for (let time = 0; time < 1000; time += 50) {
    await vi.advanceTimersByTimeAsync(50);
    asker.again();
  }
  expect(shown).toEqual([1, 2, 3]);
  await vi.advanceTimersByTimeAsync(10_000);
  // The last change was after the fourth question.
  expect(ask).toHaveBeenCalledTimes(5);
  expect(shown.at(-1)).toBe(5);
});

it('leaves as much time between as it is told to, unless it is urgent', async () => {
  const { asker, ask } = world();
  asker.again();
  for (let time = 0; time < 3000; time += 100) {
    await vi.advanceTimersByTimeAsync(100);
    asker.again(1000);
  }
  expect(ask).toHaveBeenCalledTimes(4);
  await vi.advanceTimersByTimeAsync(300);
  asker.again(1000);
  asker.again();
  expect(ask).toHaveBeenCalledTimes(5);
});

it('shows nothing of a question that nobody asks any more', async () => {
  const { asker, ask, shown } = world();
  asker.again();
  asker.again(1000);
  asker.end();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(shown).toEqual([]);
  expect(ask).toHaveBeenCalledOnce();
});

it('goes on after a question that failed', async () => {
  const { asker, ask, shown } = world();
  ask.mockRejectedValueOnce(new Error('locked'));
  asker.again();
  await vi.advanceTimersByTimeAsync(0);
  asker.again();
  await vi.advanceTimersByTimeAsync(300);
  expect(shown).toEqual([1]);
});
