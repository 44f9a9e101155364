import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { followUpdates } from './update';

class FakeWorker extends EventTarget {
  state = 'installing';
  readonly postMessage = vi.fn();
  become(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}

class FakeRegistration extends EventTarget {
  waiting: FakeWorker | null = null;
  installing: FakeWorker | null = null;
  readonly update = vi.fn(() => Promise.resolve());
  find(worker: FakeWorker): void {
    this.installing = worker;
    this.dispatchEvent(new Event('updatefound'));
  }
}

function world(controller: object | null) {
  const registration = new FakeRegistration();
  const register = vi.fn(() => Promise.resolve(registration));
  const container = Object.assign(new EventTarget(), { controller, register });
  const applies: (() => void)[] = [];
  const reload = vi.fn();
  const follow = (): Promise<void> => followUpdates(container as unknown as ServiceWorkerContainer, (apply) => applies.push(apply), reload);
  return { registration, container, applies, reload, follow };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', { location: { href: 'https://example.org/files', origin: 'https://example.org' } });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a newer version', () => {
  it('waits for the person, then takes over and loads the page again, once', async () => {
    const { registration, container, applies, reload, follow } = world({});
    await follow();
    const worker = new FakeWorker();
    registration.find(worker);
    expect(applies).toEqual([]);
    worker.become('installed');
    expect(applies).toHaveLength(1);
    expect(worker.postMessage).not.toHaveBeenCalled();
    applies[0]?.();
    expect(worker.postMessage).toHaveBeenCalledExactlyOnceWith('activate');
    expect(reload).not.toHaveBeenCalled();
    container.dispatchEvent(new Event('controllerchange'));
    container.dispatchEvent(new Event('controllerchange'));
    expect(reload).toHaveBeenCalledOnce();
  });

  it('is found when it came before this page', async () => {
    const { registration, applies, follow } = world({});
    const worker = new FakeWorker();
    worker.state = 'installed';
    registration.waiting = worker;
    await follow();
    expect(applies).toHaveLength(1);
    applies[0]?.();
    expect(worker.postMessage).toHaveBeenCalledExactlyOnceWith('activate');
  });

  it('is found while another tab is fetching it', async () => {
    const { registration, applies, follow } = world({});
    const worker = new FakeWorker();
    registration.installing = worker;
    await follow();
    worker.become('installed');
    expect(applies).toHaveLength(1);
  });

  it.each(['activated', 'redundant'])('only loads the page again when another tab was faster: %s', async (state) => {
    const { registration, applies, reload, follow } = world({});
    await follow();
    const worker = new FakeWorker();
    registration.find(worker);
    worker.become('installed');
    worker.become(state);
    applies[0]?.();
    expect(reload).toHaveBeenCalledOnce();
    expect(worker.postMessage).not.toHaveBeenCalled();
  });

  it('is not what the first one is', async () => {
    const { registration, applies, follow } = world(null);
    await follow();
    const worker = new FakeWorker();
    registration.find(worker);
    worker.become('installed');
    expect(applies).toEqual([]);
  });

  it('is looked for while the page stays open', async () => {
    const { registration, follow } = world({});
    await follow();
    vi.advanceTimersByTime(3 * 60 * 60_000);
    expect(registration.update).toHaveBeenCalledTimes(3);
  });
});
