import { describe, expect, it, vi } from 'vitest';

import { Problem } from '../../lib/problem';
import { unlessOvertaken } from './overtaken';

const finding = () => new Problem({ code: 'altered', message: 'it does not fit' });

function world() {
  const known = { seq: 1 };
  const served = { seq: 1 };
  const keeper = {
    entry: (id: string) => Promise.resolve(id === 'gone' ? undefined : { id, folder: 'root' }),
    leastSeq: () => Promise.resolve(known.seq),
  };
  const refresh = vi.fn(() => {
    known.seq = served.seq;
    return Promise.resolve();
  });
  // What the server says fits what is known, or it does not.
  const work = vi.fn(() => (known.seq === served.seq ? Promise.resolve(known.seq) : Promise.reject(finding())));
  const environment = { keeper, tree: { refresh } } as unknown as Parameters<typeof unlessOvertaken>[1];
  return { known, served, refresh, work, environment };
}

describe('unlessOvertaken', () => {
  it('looks at nothing when all fits', async () => {
    const { environment, work, refresh } = world();
    expect(await unlessOvertaken(['a'], environment, work)).toBe(1);
    expect(refresh).not.toHaveBeenCalled();
  });

  it('catches up when this device was behind', async () => {
    const { environment, work, served, refresh } = world();
    served.seq = 2;
    expect(await unlessOvertaken(['a'], environment, work)).toBe(2);
    expect(refresh).toHaveBeenCalledExactlyOnceWith('root');
  });

  it('asks again when the feed overtook the answer', async () => {
    const { environment, known, served, refresh } = world();
    const work = vi.fn(() => {
      if (known.seq === 2) return Promise.resolve('new');
      known.seq = served.seq = 2;
      return Promise.reject(finding());
    });
    expect(await unlessOvertaken(['a'], environment, work)).toBe('new');
    expect(refresh).toHaveBeenCalledOnce();
  });

  it('is a finding when the folder holds nothing new', async () => {
    const { environment, refresh } = world();
    const work = vi.fn(() => Promise.reject(finding()));
    await expect(unlessOvertaken(['a', 'b', 'gone'], environment, work)).rejects.toMatchObject({ code: 'altered' });
    expect(work).toHaveBeenCalledOnce();
    expect(refresh).toHaveBeenCalledOnce();
  });

  it('is a finding in the end, however often the folder moves', async () => {
    const { environment, served } = world();
    const work = vi.fn(() => {
      served.seq += 1;
      return Promise.reject(finding());
    });
    await expect(unlessOvertaken(['a'], environment, work)).rejects.toMatchObject({ code: 'altered' });
    expect(work.mock.calls.length).toBeLessThan(10);
  });

  it('passes on other errors as they are', async () => {
    const { environment, refresh } = world();
    const work = () => Promise.reject(new Problem({ code: 'offline', message: 'away' }));
    await expect(unlessOvertaken(['a'], environment, work)).rejects.toMatchObject({ code: 'offline' });
    expect(refresh).not.toHaveBeenCalled();
  });
});
