import type { Api, Profile, SignedIn } from '../../api/api';
import type { AppState, OlderAccount, Phase, PreparedAccount, PreparedPhrase, Progress, StartedRecovery } from '../../app/contract';
import type { OpenedVault, RunningKeeper } from '../../crypto/keeper';
import * as device from '../../lib/database';
import { atLeast } from '../../lib/patience';
import { hasCode, isPassing, Problem, toProblem } from '../../lib/problem';
import { isLeaving, setLeaving, setPreferences } from '../../lib/preferences';
import type { Store } from '../../lib/store';
import { wait, waitForNetwork } from '../../lib/wait';
import { accountKeys, asStale, comeBack, resumeSoon, type Keys } from './away';
import type { Unanswered } from './changePassword';
import { kept } from './kept';
import { offline } from './offline';
import { bareAccount, checkOwner } from './owner';
import { PinKeeper, type PinEvents, type Locks } from './pinKeeper';
import type { Steps } from './recovery';
import type { TabMessage, Tabs } from './tabs';

/** In milliseconds: locking waits no longer than the first for the last pins to reach the server. */
const [FLUSH_PATIENCE, START_RETRY] = [3000, 3000];
interface Environment extends PinEvents {
  api: Api;
  state: Store<AppState>;
  startKeeper(): RunningKeeper;
  joinTabs(onMessage: (message: TabMessage) => void): Tabs;
  locks: Locks;
  now(): number;
  /** Whose session it is. */
  onProfile(profile: Profile): void;
  /** Whether nobody has used the vault for so long that it would have locked itself. */
  isLockDue: () => boolean;
  /** The vault is open: folders and transfers may work with it. */
  onUnlocked(open: OpenSession): void | Promise<void>;
  /** The keys are about to go, or gone: drop everything that came from them. */
  onLocked(): void;
  /** Forgets what the device has kept of the vault. */
  forgetCache(): Promise<unknown>;
}

/** What the rest of the app works with while the vault is open. */
export interface OpenSession {
  keeper: RunningKeeper['remote'];
  pins: PinKeeper;
  userId: string;
  rootId: string;
}

interface Opening {
  /** With something that the person knows, which is when a device is kept unlocked anew. */
  isTyped: boolean;
  /** What is wished of that from now on; left out, it stays as it was. */
  keep?: boolean | undefined;
  keys: Keys | null;
  isAway: boolean;
}

/** Signing up, in and out; unlocking and locking. The keys live in the keeper's thread from unlocking to locking. */
export class Session {
  readonly #environment: Environment;
  readonly #tabs: Tabs;
  #keeper: RunningKeeper | null = null;
  #pins: PinKeeper | null = null;
  #isKept = false;
  #unanswered: Unanswered = { password: null };
  /** Under way. */
  #locking: Promise<void> | null = null;
  #leaving: Promise<void> | null = null;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#tabs = environment.joinTabs((message) => this.#hear(message));
  }

  /**
   * Finds out whether this browser has a session. While the server cannot be reached,
   * starts with what this device has kept of the account; without that, keeps trying.
   */
  async start(): Promise<void> {
    const { api } = this.#environment;
    if (isLeaving()) return this.#leave();
    for (;;) {
      try {
        await resumeSoon(api);
        const profile = await api.profile();
        this.#environment.onProfile(profile);
        if (await this.#unlockKept(profile.userId)) return;
        // The email that this device knows counts, not the one that the server says now.
        const known = await device.findByUser(profile.userId).catch(() => undefined);
        this.#enter({ name: 'locked', email: known?.email ?? profile.email });
        return;
      } catch (error) {
        if (!isPassing(error)) {
          await this.#forgetDevice();
          this.#enter({ name: 'signed-out' });
          return;
        }
        if (await this.#startAway()) return;
        this.#enter({ name: 'starting', error: toProblem(error).toJSON() });
        await waitForNetwork(atLeast(START_RETRY, error));
      }
    }
  }

  async prepareAccount(password: string): Promise<PreparedAccount> {
    return this.#during('deriving', async () => {
      const keeper = this.#running();
      const phrase = await keeper.createAccount(password, this.#environment.now());
      /** The email that a registration was sent for whose answer never came. */
      let unanswered: string | null = null;
      let registered = false;
      return {
        phrase: phrase.split(' '),
        complete: (email) =>
          this.#during('contacting', async () => {
            const { api } = this.#environment;
            if (!registered) {
              try {
                await api.register(await keeper.accountRequest(email));
                registered = true;
              } catch (error) {
                const perhapsOurs = hasCode(error, 'EMAIL_TAKEN') && unanswered === device.normaliseEmail(email);
                if (isPassing(error)) unanswered = device.normaliseEmail(email);
                // Taken by the registration whose answer was lost? Then its password fits.
                if (!perhapsOurs) throw error;
              }
            }
            const signedIn = await api.login(email, await keeper.accountPasswordHash());
            this.#progress('opening');
            await this.#opened(email, signedIn, await keeper.openAccount());
          }),
        discard: () => void keeper.discardAccount().catch(() => undefined),
      };
    });
  }

  /** `keep`: whether to keep this device unlocked; without it as it was wished before. */
  async signIn(email: string, password: string, keep?: boolean): Promise<void> {
    const { api } = this.#environment;
    await this.#during('contacting', async () => {
      const { salt, kdf } = await api.prelogin(email);
      if (kdf === null) throw bareAccount();
      const keeper = this.#running();
      this.#progress('deriving');
      const known = await device.findByEmail(email);
      const passwordHash = await keeper.derive(password, salt, kdf, known?.pins);
      this.#progress('contacting');
      const signedIn = await api.login(email, passwordHash).catch(async (error: unknown) => {
        await keeper.forgetCredentials();
        throw error;
      });
      try {
        if (signedIn.keys === null) throw bareAccount();
        this.#progress('opening');
        const pins = await device.findByUser(signedIn.userId);
        await this.#opened(email, signedIn, await keeper.unlock(JSON.stringify(signedIn.keys), pins?.pins, true), keep);
      } catch (error) {
        await api.logout().catch(() => undefined);
        this.#drop();
        throw error;
      }
    });
  }

  /** `keep` as for signing in. */
  async unlock(password: string, keep?: boolean): Promise<void> {
    const { state } = this.#environment;
    const { phase } = state.get();
    if (phase.name !== 'locked') throw new Problem({ code: 'internal', message: 'There is nothing to unlock.' });
    await this.#during('contacting', async () => {
      const found = await accountKeys(this.#environment.api);
      const { keys } = found;
      const known = await device.findByUser(keys.user_id);
      const keeper = this.#running();
      try {
        this.#progress('deriving');
        await keeper.derive(password, keys.salt, keys.kdf, known?.pins);
        this.#progress('opening');
        const vault = await keeper.unlock(JSON.stringify(keys), known?.pins, false);
        checkOwner(vault, keys.user_id);
        await this.#open(known?.email ?? phase.email, vault, { isTyped: true, keep, ...found });
      } catch (error) {
        throw found.isAway ? asStale(error) : error;
      } finally {
        await keeper.forgetCredentials();
      }
    });
  }

  /** Opens an account that a restored backup may have put back; it is unlocked once the person has accepted that. */
  readonly openOlder = async (email: string, password: string): Promise<OlderAccount> =>
    (await import('./older')).openOlder(this.#steps(), email, password, (signedIn, vault) => this.#opened(email, signedIn, vault));

  /** Opens the account with its recovery phrase; it is unlocked once it has a new password. */
  readonly startRecovery = async (email: string, phrase: string): Promise<StartedRecovery> =>
    (await import('./recovery')).startRecovery(this.#steps(), email, phrase, (signedIn, vault) => this.#opened(email, signedIn, vault));

  async preparePhrase(password: string): Promise<PreparedPhrase> {
    this.#unlockedUser();
    return (await import('./recovery')).preparePhrase(this.#steps(), password, async () => {
      await this.#renewOffline();
      await this.#pins?.moved();
    });
  }

  /** Also while locked or signed out: what was wished for the account, if it is known whose turn it is. */
  async isKept(): Promise<boolean | null> {
    const { phase, profile } = this.#environment.state.get();
    return kept.isWanted(phase.name === 'unlocked' ? phase.userId : (profile?.userId ?? ''));
  }

  async setKept(on: boolean): Promise<void> {
    const userId = this.#unlockedUser();
    if (on) await kept.turnOn(userId, this.#running());
    else await kept.forget();
    this.#isKept = on;
    this.#tabs.tell({ kind: 'kept', userId, on });
  }

  async setOffline(on: boolean): Promise<void> {
    this.#unlockedUser();
    setPreferences({ offline: on });
    await (on ? this.#renewOffline() : offline.forget());
  }

  /** Whether this device unlocks, or has unlocked, without the password. */
  get keepsUnlocked(): boolean {
    return this.#isKept;
  }

  /** Once, however often it is asked for, and nothing where nothing is open. */
  lock(): Promise<void> {
    this.#locking ??= this.#lock().finally(() => {
      this.#locking = null;
    });
    return this.#locking;
  }

  /** Once, however often it is asked for while it is under way. */
  signOut(): Promise<void> {
    this.#leaving ??= this.#signOut().finally(() => {
      this.#leaving = null;
    });
    return this.#leaving;
  }

  async #signOut(): Promise<void> {
    await kept.forget();
    await this.#flush();
    this.#tabs.tell({ kind: 'signed-out' });
    this.#drop();
    await this.#forgetCache();
    this.#enter({ name: 'signed-out' });
    setLeaving(true);
    try {
      await this.#environment.api.logout();
      setLeaving(false);
    } finally {
      this.#environment.api.forget();
    }
  }

  async changePassword(current: string, next: string): Promise<void> {
    const { changePassword } = await import('./changePassword');
    await this.#during('deriving', async () => {
      const keeper = this.#running();
      await changePassword(this.#steps(), current, next, this.#unanswered);
      await this.#renewOffline();
      await this.#pins?.moved();
      const { phase } = this.#environment.state.get();
      if (phase.name === 'unlocked') this.#isKept = await kept.renew(phase.userId, keeper);
    });
  }

  /** The server no longer knows the session. */
  ended(): void {
    void kept.forget();
    this.#tabs.tell({ kind: 'signed-out' });
    this.#drop();
    void this.#forgetCache();
    this.#enter({ name: 'signed-out', reason: 'session-ended' });
  }

  /** The browser's cookie belongs to a session that another tab has begun: whatever this tab had is another account's. */
  replaced(): void {
    this.#environment.api.forget();
    this.#drop();
    this.#environment.state.set({ profile: null });
    this.#enter({ name: 'starting' });
    void this.start();
  }

  async #lock(): Promise<void> {
    const { phase } = this.#environment.state.get();
    const pins = this.#pins;
    if (phase.name !== 'unlocked') return;
    // First of all: nothing may unlock again without the password, whatever happens to this tab.
    await kept.pause(phase.userId);
    await this.#flush();
    // Another tab may have locked it by now: what is being unlocked since then is not meant.
    if (this.#pins !== pins) return;
    this.#tabs.tell({ kind: 'locked' });
    this.#lockHere();
  }

  async #opened(email: string, signedIn: SignedIn, vault: OpenedVault, keep?: boolean): Promise<void> {
    checkOwner(vault, signedIn.userId);
    setLeaving(false);
    this.#environment.state.set({ storage: signedIn.storage });
    await this.#open(device.normaliseEmail(email), vault, { isTyped: true, keep, keys: signedIn.keys, isAway: false });
    this.#tabs.tell({ kind: 'signed-in', userId: vault.userId });
  }

  /** Somebody signed out while the server could not be told. Its cookie is still here, and goes when it can be. */
  async #leave(): Promise<void> {
    await this.#forgetDevice();
    this.#enter({ name: 'signed-out' });
    try {
      await this.#environment.api.logout();
    } catch (error) {
      if (isPassing(error)) return;
    }
    setLeaving(false);
  }

  /** What this device has of the account's, but its pins. */
  async #forgetDevice(): Promise<void> {
    await kept.forget();
    await this.#forgetCache();
  }

  /** Without storage there is nothing to forget. */
  async #forgetCache(): Promise<void> {
    await Promise.all([this.#environment.forgetCache().catch(() => undefined), offline.forget()]);
  }

  /** With what this device has kept. False: it has kept nothing. */
  async #startAway(): Promise<boolean> {
    const known = await offline.find();
    if (known === null) return false;
    this.#environment.api.expect(known.userId);
    // What goes wrong here is no more than that the password is asked for.
    if (!(await this.#unlockKept(known.userId).catch(() => false))) this.#enter({ name: 'locked', email: known.email });
    return true;
  }

  /** The account has changed by what this device did: its keys are kept as they are now, or not at all. */
  async #renewOffline(): Promise<void> {
    const { phase } = this.#environment.state.get();
    const keys = await this.#environment.api.keys().catch(() => null);
    if (keys === null || phase.name !== 'unlocked') await offline.forget();
    else await offline.keep(phase, keys);
  }

  /** Without the password, if this device is kept unlocked. False: the password is needed. */
  async #unlockKept(userId: string): Promise<boolean> {
    const { isLockDue, onCaught } = this.#environment;
    const found = await kept.find(userId);
    if (found === null) return false;
    this.#isKept = true;
    if (isLockDue()) {
      await kept.pause(userId);
      this.#isKept = false;
      return false;
    }
    const { keys, isAway } = await accountKeys(this.#environment.api);
    const known = await device.findByUser(userId);
    try {
      if (known === undefined) throw new Problem({ code: 'kept-ended', message: 'This device does not know the account.' });
      const vault = await this.#running().unlockKept(found.key, found.kept, JSON.stringify(keys), known.pins);
      checkOwner(vault, userId);
      // Another tab may have locked meanwhile.
      if ((await kept.find(userId)) === null) throw new Problem({ code: 'kept-ended', message: 'This device was locked.' });
      await this.#open(known.email, vault, { isTyped: false, keys, isAway });
      return true;
    } catch (error) {
      if (isPassing(error)) throw error;
      await kept.pause(userId);
      this.#drop();
      // What the server got wrong is said; whoever types the password meets it again.
      if (!hasCode(error, 'kept-ended') && !isAway) onCaught(error);
      return false;
    }
  }

  async #open(email: string, { userId, rootId }: OpenedVault, { isTyped, keep, keys, isAway }: Opening): Promise<void> {
    const keeper = this.#running();
    const owner = { userId, email };
    const pins = new PinKeeper(keeper, this.#environment.api, owner, this.#environment.locks, this.#environment);
    this.#pins = pins;
    await keeper.forgetCredentials();
    if (keys !== null && !isAway) await offline.keep(owner, keys);
    await pins.heed();
    await pins.moved();
    // Before anybody sees it open: what is closed right away is kept all the same.
    if (isTyped) this.#isKept = await kept.renew(userId, keeper, keep);
    if (keep !== undefined) this.#tabs.tell({ kind: 'kept', userId, on: this.#isKept });
    await this.#environment.onUnlocked({ keeper, pins, userId, rootId });
    if (isAway) void comeBack({ ...this.#environment, keeper, pins, owner, isOpen: () => this.#pins === pins });
    this.#enter({ name: 'unlocked', email, userId, rootId });
  }

  #steps(): Steps {
    return {
      api: this.#environment.api,
      keeper: this.#running(),
      during: (progress, work) => this.#during(progress, work),
      progress: (progress) => this.#progress(progress),
    };
  }

  #unlockedUser(): string {
    const { phase } = this.#environment.state.get();
    if (phase.name !== 'unlocked') throw new Problem({ code: 'locked', message: 'The vault is locked.' });
    return phase.userId;
  }

  /** The keeper; a new one after locking. */
  #running(): RunningKeeper['remote'] {
    if (this.#keeper?.isAlive !== true) this.#keeper = this.#environment.startKeeper();
    return this.#keeper.remote;
  }

  async #flush(): Promise<void> {
    await Promise.race([this.#pins?.flush().catch(() => undefined), wait(FLUSH_PATIENCE)]);
  }

  #lockHere(): void {
    const { phase } = this.#environment.state.get();
    this.#drop();
    if (phase.name === 'unlocked') this.#enter({ name: 'locked', email: phase.email });
  }

  /** Ends the keeper's thread and all that was opened with its keys. */
  #drop(): void {
    this.#pins?.stop();
    this.#pins = null;
    this.#isKept = false;
    this.#unanswered = { password: null };
    this.#keeper?.end();
    this.#keeper = null;
    this.#environment.onLocked();
  }

  #hear(message: TabMessage): void {
    const { phase } = this.#environment.state.get();
    switch (message.kind) {
      case 'locked':
        // Where nothing is open, somebody may be about to type a password or a phrase.
        if (phase.name === 'unlocked' || phase.name === 'starting') this.#lockHere();
        break;
      case 'signed-out':
        this.#environment.api.forget();
        this.#drop();
        if (phase.name !== 'unsupported') this.#enter({ name: 'signed-out' });
        break;
      case 'kept':
        if (phase.name === 'unlocked' && phase.userId === message.userId) this.#isKept = message.on;
        break;
      case 'signed-in':
        if (phase.name !== 'unlocked' || phase.userId !== message.userId) this.replaced();
    }
  }

  #enter(phase: Phase): void {
    const cleared = phase.name === 'signed-out' ? { storage: null, profile: null } : {};
    this.#environment.state.set({ phase, ...cleared });
    // A password is about to be typed: by then the keeper is ready.
    if (phase.name === 'signed-out' || phase.name === 'locked') this.#running();
  }

  #progress(progress: Progress): void {
    this.#environment.state.set({ progress });
  }

  async #during<Result>(progress: Progress, work: () => Promise<Result>): Promise<Result> {
    this.#progress(progress);
    try {
      return await work();
    } catch (error) {
      throw toProblem(error);
    } finally {
      this.#environment.state.set({ progress: null });
    }
  }
}
