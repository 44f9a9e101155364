import { createMemoryHistory } from '@tanstack/react-router';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Overlays } from './overlays';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function world() {
  const history = createMemoryHistory({ initialEntries: ['/above', '/files'] });
  const overlays = new Overlays(history);
  const settle = () => vi.runAllTimersAsync();
  /** Closes as soon as it is asked to, unless told otherwise. */
  const show = (obeys = true) => {
    const close = vi.fn(() => obeys && gone());
    const gone = overlays.open(close);
    return { close, gone };
  };
  const depth = () => history.location.state.over?.length ?? 0;
  return { history, settle, show, depth };
}

describe('windows over the page', () => {
  it('are closed by Back, the upper one first, and then it leaves', async () => {
    const { history, settle, show, depth } = world();
    const below = show();
    await settle();
    const above = show();
    await settle();
    expect([history.location.href, depth()]).toEqual(['/files', 2]);
    history.back();
    await settle();
    expect(above.close).toHaveBeenCalledOnce();
    expect(below.close).not.toHaveBeenCalled();
    history.back();
    await settle();
    expect(below.close).toHaveBeenCalledOnce();
    expect([history.location.href, depth()]).toEqual(['/files', 0]);
    history.back();
    expect(history.location.href).toBe('/above');
  });

  it('leave no entry behind when they are closed otherwise', async () => {
    const { history, settle, show, depth } = world();
    const [below, above] = [show(), show()];
    await settle();
    expect(depth()).toBe(2);
    above.gone();
    below.gone();
    await settle();
    expect(depth()).toBe(0);
    expect(below.close).not.toHaveBeenCalled();
    history.back();
    expect(history.location.href).toBe('/above');
  });

  it('hand their entry on to the one that opens as they close', async () => {
    const { history, settle, show } = world();
    const first = show();
    await settle();
    const { length } = history;
    first.gone();
    const second = show();
    await settle();
    expect(history.length).toBe(length);
    history.back();
    await settle();
    expect(second.close).toHaveBeenCalledOnce();
    expect(first.close).not.toHaveBeenCalled();
  });

  it('may stay, and are asked again', async () => {
    const { history, settle, show, depth } = world();
    const stubborn = show(false);
    await settle();
    for (const times of [1, 2]) {
      history.back();
      await settle();
      expect(stubborn.close).toHaveBeenCalledTimes(times);
      expect([history.location.href, depth()]).toEqual(['/files', 1]);
    }
    stubborn.gone();
    await settle();
    expect(depth()).toBe(0);
  });

  it('do not come back with Forward', async () => {
    const { history, settle, show, depth } = world();
    show();
    await settle();
    history.back();
    await settle();
    history.forward();
    await settle();
    expect([history.location.href, depth()]).toEqual(['/files', 0]);
  });
});
