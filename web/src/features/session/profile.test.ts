import { describe, expect, it, vi } from 'vitest';

import type { Profile } from '../../api/api';
import type { AppState } from '../../app/contract';
import { Problem } from '../../lib/problem';
import { Store } from '../../lib/store';
import { ProfileKeeper } from './profile';

const SERVED: Profile = {
  userId: 'u1',
  email: 'a@example.org',
  username: null,
  firstName: 'Ada',
  lastName: null,
  role: 'user',
  createdAt: 5,
  avatar: 'c2VhbGVk',
  storage: { used: 1, limit: 2 },
};
const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0]);

function world() {
  const state = new Store<AppState>({ phase: { name: 'starting' }, progress: null, storage: null, profile: null, transfers: [], update: 'none', findings: [], tree: 'reading', texts: null });
  const api = {
    profile: vi.fn(() => Promise.resolve(SERVED)),
    updateProfile: vi.fn((changes: object) => Promise.resolve({ ...SERVED, ...changes })),
  };
  const keeper = { sealAvatar: vi.fn(() => Promise.resolve('b64')), openAvatar: vi.fn<() => Promise<Uint8Array>>(() => Promise.resolve(JPEG)) };
  const onCaught = vi.fn();
  const profile = new ProfileKeeper({ api, state, onCaught });
  return { state, api, keeper, onCaught, profile, avatar: () => state.get().profile?.avatar };
}

describe('the profile', () => {
  it('has its picture while the vault is open, and not a moment longer', async () => {
    const { profile, keeper, state, avatar } = world();
    await profile.take(SERVED);
    expect(state.get()).toMatchObject({ profile: { firstName: 'Ada', avatar: null }, storage: SERVED.storage });
    await profile.opened(keeper);
    expect(avatar()?.type).toBe('image/jpeg');
    profile.locked();
    expect(avatar()).toBeNull();
    await profile.take(SERVED);
    expect(avatar()).toBeNull();
  });

  it('has none when what the server has does not open, and says nothing', async () => {
    const { profile, keeper, onCaught, state, avatar } = world();
    keeper.openAvatar.mockRejectedValue(new Problem({ code: 'altered', message: '' }));
    await profile.opened(keeper);
    expect(avatar()).toBeNull();
    keeper.openAvatar.mockResolvedValue(new TextEncoder().encode('<svg onload="alert(1)"/>'));
    await profile.opened(keeper);
    expect(avatar()).toBeNull();
    expect(onCaught).not.toHaveBeenCalled();
    expect(state.get().findings).toEqual([]);
  });

  it('does not show a picture that was opened for a vault that is locked by now', async () => {
    const { profile, keeper, avatar } = world();
    let finish: (picture: Uint8Array) => void = () => undefined;
    keeper.openAvatar.mockReturnValue(new Promise((resolve) => (finish = resolve)));
    const opening = profile.opened(keeper);
    await vi.waitFor(() => expect(keeper.openAvatar).toHaveBeenCalled());
    profile.locked();
    finish(JPEG);
    await opening;
    expect(avatar()).toBeNull();
  });

  it('changes only what was given, and empties with null', async () => {
    const { profile, api } = world();
    await profile.update({ username: null, firstName: 'Grace' });
    expect(api.updateProfile).toHaveBeenCalledExactlyOnceWith({ username: null, first_name: 'Grace' });
  });

  it('is left as it was by what is no image', async () => {
    const { profile, keeper, api } = world();
    await expect(profile.setPicture(keeper, new Blob(['<svg/>'], { type: 'image/svg+xml' }))).rejects.toMatchObject({ code: 'not-an-image' });
    expect(keeper.sealAvatar).not.toHaveBeenCalled();
    expect(api.updateProfile).not.toHaveBeenCalled();
    await profile.setPicture(keeper, null);
    expect(api.updateProfile).toHaveBeenCalledExactlyOnceWith({ avatar: null });
  });
});
