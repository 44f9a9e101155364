import type { Api, Profile as Served } from '../../api/api';
import type { AppState, Profile, ProfileChanges } from '../../app/contract';
import { isPassing } from '../../lib/problem';
import type { Store } from '../../lib/store';

interface Environment {
  api: Pick<Api, 'profile' | 'updateProfile'>;
  state: Store<AppState>;
  /** Something other than the network stands in the way of the profile. */
  onCaught: (error: unknown) => void;
}

/** What the account says about its person. Nothing in it is relied upon: names are the server's word. */
export class ProfileKeeper {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The server has just said so. */
  take(served: Served): void {
    this.#environment.state.set({ profile: shown(served), storage: served.storage });
  }

  /** After signing in: the profile is not in the answer to that, and nobody waits for it. */
  async load(): Promise<void> {
    const { api, state, onCaught } = this.#environment;
    try {
      const served = await api.profile();
      if (state.get().phase.name !== 'signed-out') this.take(served);
    } catch (error) {
      if (!isPassing(error)) onCaught(error);
    }
  }

  async update({ username, firstName, lastName }: ProfileChanges): Promise<void> {
    const changes = {
      ...(username === undefined ? {} : { username }),
      ...(firstName === undefined ? {} : { first_name: firstName }),
      ...(lastName === undefined ? {} : { last_name: lastName }),
    };
    this.take(await this.#environment.api.updateProfile(changes));
  }
}

function shown({ userId, email, username, firstName, lastName, role, createdAt }: Served): Profile {
  return { userId, email, username, firstName, lastName, role, createdAt, avatar: null };
}
