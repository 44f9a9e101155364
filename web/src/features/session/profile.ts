import type { Api, Profile as Served } from '../../api/api';
import type { AppState, Profile, ProfileChanges } from '../../app/contract';
import type { RunningKeeper } from '../../crypto/keeper';
import { makePicture, pictureBlob } from '../../lib/picture';
import { isPassing } from '../../lib/problem';
import type { Store } from '../../lib/store';

type Keeper = Pick<RunningKeeper['remote'], 'sealAvatar' | 'openAvatar'>;

interface Environment {
  api: Pick<Api, 'profile' | 'updateProfile'>;
  state: Store<AppState>;
  /** Something other than the network stands in the way of the profile. */
  onCaught: (error: unknown) => void;
}

/** What the account says about its person. Nothing in it is relied upon: names are the server's word. */
export class ProfileKeeper {
  readonly #environment: Environment;
  #keeper: Keeper | null = null;
  /** The sealed picture that is shown, and what it opened to. */
  #shown: { sealed: string; picture: Blob | null } | null = null;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The server has just said so. */
  async take(served: Served): Promise<void> {
    const { state } = this.#environment;
    const { userId, email, username, firstName, lastName, role, createdAt, storage } = served;
    const profile: Profile = { userId, email, username, firstName, lastName, role, createdAt, avatar: this.#known(served.avatar) };
    state.set({ profile, storage });
    const keeper = this.#keeper;
    if (keeper === null || served.avatar === null || this.#shown?.sealed === served.avatar) return;
    const picture = await open(keeper, served.avatar);
    if (keeper !== this.#keeper) return;
    this.#shown = { sealed: served.avatar, picture };
    const { profile: current } = state.get();
    if (current?.userId === userId) state.set({ profile: { ...current, avatar: picture } });
  }

  /** The vault was opened. The profile is not in the answer to signing in, and nobody waits for it. */
  async opened(keeper: Keeper): Promise<void> {
    this.#keeper = keeper;
    const { api, onCaught } = this.#environment;
    try {
      const served = await api.profile();
      if (this.#keeper === keeper) await this.take(served);
    } catch (error) {
      if (!isPassing(error)) onCaught(error);
    }
  }

  /** The vault was locked: nothing that was opened stays. */
  locked(): void {
    this.#keeper = null;
    this.#shown = null;
    const { profile } = this.#environment.state.get();
    if (profile !== null) this.#environment.state.set({ profile: { ...profile, avatar: null } });
  }

  async update({ username, firstName, lastName }: ProfileChanges): Promise<void> {
    const changes = {
      ...(username === undefined ? {} : { username }),
      ...(firstName === undefined ? {} : { first_name: firstName }),
      ...(lastName === undefined ? {} : { last_name: lastName }),
    };
    await this.take(await this.#environment.api.updateProfile(changes));
  }

  async setPicture(keeper: Keeper, image: Blob | null): Promise<void> {
    const avatar = image === null ? null : await keeper.sealAvatar(await makePicture(image));
    await this.take(await this.#environment.api.updateProfile({ avatar }));
  }

  #known(sealed: string | null): Blob | null {
    return sealed !== null && this.#shown?.sealed === sealed ? this.#shown.picture : null;
  }
}

/**
 * Whoever has a session may put anything in a picture's place, so one that does not open,
 * or is not of the form that is made here, is decoration that is missing: no alarm.
 */
async function open(keeper: Keeper, sealed: string): Promise<Blob | null> {
  try {
    return pictureBlob(new Uint8Array(await keeper.openAvatar(sealed)));
  } catch {
    return null;
  }
}
