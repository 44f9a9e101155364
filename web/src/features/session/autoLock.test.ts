import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { AutoLock, effectiveMinutes } from './autoLock';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Tabs of one browser: what one notes, the others know. */
function browser(minutes: number | null = 5) {
  const shared = { last: null as number | null, minutes };
  const tab = () => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' as const });
    const tab = { page, busy: false, lock: vi.fn() };
    const autoLock: AutoLock = new AutoLock({
      minutes: () => shared.minutes,
      isBusy: () => tab.busy,
      lock: () => {
        autoLock.end();
        tab.lock();
      },
      now: Date.now,
      last: () => shared.last,
      save: (now) => {
        shared.last = now;
      },
      page,
    });
    return { ...tab, state: tab, autoLock, press: () => page.dispatchEvent(new Event('keydown')) };
  };
  return { shared, tab };
}

describe('a vault that nobody uses', () => {
  it('locks itself after the minutes that were chosen, once', () => {
    const { autoLock, lock } = browser().tab();
    autoLock.begin();
    vi.advanceTimersByTime(5 * MINUTE - 1);
    expect(lock).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10 * MINUTE);
    expect(lock).toHaveBeenCalledOnce();
  });

  it('never does when that was chosen, and does again when it no longer is', () => {
    const { shared, tab } = browser(null);
    const { autoLock, lock } = tab();
    autoLock.begin();
    vi.advanceTimersByTime(1000 * MINUTE);
    expect(lock).not.toHaveBeenCalled();
    shared.minutes = 5;
    vi.advanceTimersByTime(MINUTE);
    expect(lock).toHaveBeenCalledOnce();
  });

  it('stays open while something is done, here or in another tab', () => {
    const { tab } = browser();
    const [used, idle] = [tab(), tab()];
    used.autoLock.begin();
    idle.autoLock.begin();
    for (let minute = 0; minute < 20; minute++) {
      vi.advanceTimersByTime(MINUTE);
      used.press();
    }
    expect(idle.lock).not.toHaveBeenCalled();
    expect(used.lock).not.toHaveBeenCalled();
    vi.advanceTimersByTime(6 * MINUTE);
    expect(idle.lock).toHaveBeenCalledOnce();
    expect(used.lock).toHaveBeenCalledOnce();
  });

  it('stays open while transfers run, in all tabs, and for the chosen time after', () => {
    const { tab } = browser();
    const [sending, idle] = [tab(), tab()];
    sending.autoLock.begin();
    idle.autoLock.begin();
    sending.state.busy = true;
    vi.advanceTimersByTime(60 * MINUTE);
    expect(idle.lock).not.toHaveBeenCalled();
    sending.state.busy = false;
    vi.advanceTimersByTime(4 * MINUTE);
    expect(sending.lock).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2 * MINUTE);
    expect(sending.lock).toHaveBeenCalledOnce();
  });

  it('locks at the first sign of life after a sleep, instead of counting it', () => {
    const { autoLock, lock, press } = browser().tab();
    autoLock.begin();
    vi.setSystemTime(Date.now() + 60 * MINUTE);
    press();
    expect(lock).toHaveBeenCalledOnce();
    press();
    expect(lock).toHaveBeenCalledOnce();
  });

  it('is due although no tab was open meanwhile', () => {
    const { shared, tab } = browser();
    shared.last = Date.now();
    expect(tab().autoLock.isDue()).toBe(false);
    vi.setSystemTime(Date.now() + 5 * MINUTE);
    expect(tab().autoLock.isDue()).toBe(true);
  });
});

describe('the minutes that hold', () => {
  it('are those that were chosen, and else depend on whether the device is kept unlocked', () => {
    expect([effectiveMinutes(5, false), effectiveMinutes(5, true)]).toEqual([5, 5]);
    expect([effectiveMinutes(null, false), effectiveMinutes(null, true)]).toEqual([null, null]);
    expect([effectiveMinutes('default', false), effectiveMinutes('default', true)]).toEqual([15, null]);
  });
});
