import type { SignedIn } from '../../api/api';
import type { OlderAccount } from '../../app/contract';
import type { OpenedVault } from '../../crypto/keeper';
import * as device from '../../lib/database';
import { Problem } from '../../lib/problem';
import { bareAccount, checkOwner } from './owner';
import type { Steps } from './recovery';

/**
 * Signs in to an account that is older than what this device has seen of it, with the password of then. Nothing of it is
 * used, and nothing changes, before the person accepts it.
 */
export async function openOlder(
  { api, keeper, during, progress }: Steps,
  email: string,
  password: string,
  open: (signedIn: SignedIn, vault: OpenedVault) => Promise<void>,
): Promise<OlderAccount> {
  const signIn = async (): Promise<SignedIn> => {
    const { salt, kdf } = await api.prelogin(email);
    if (kdf === null) throw bareAccount();
    progress('deriving');
    const known = await device.findByEmail(email);
    const passwordHash = await keeper.derive(password, salt, kdf, known?.pins);
    progress('contacting');
    return api.login(email, passwordHash);
  };
  const drop = async (): Promise<void> => {
    await keeper.discardOlder();
    await keeper.forgetCredentials();
  };
  let isSignedIn = false;
  const leave = async (): Promise<void> => {
    await drop();
    if (isSignedIn) await api.logout().catch(() => undefined);
  };
  try {
    return await during('contacting', async () => {
      const signedIn = await signIn();
      isSignedIn = true;
      if (signedIn.keys === null) throw bareAccount();
      const known = await device.findByUser(signedIn.userId);
      if (known === undefined) throw new Problem({ code: 'internal', message: 'This device knows nothing of the account.' });
      progress('opening');
      let { state, pins } = await keeper.openOlder(JSON.stringify(signedIn.keys), known.pins);
      return {
        state,
        pins,
        accept: (newPassword) =>
          during('deriving', async () => {
            if (state !== null) {
              const request = await keeper.changeOlderPassword(newPassword ?? '');
              progress('contacting');
              await api.changePassword(request);
              await keeper.olderPasswordChanged();
              state = null;
            }
            progress('contacting');
            await api.updateKeys(await keeper.acceptOlder());
            pins = null;
            progress('opening');
            const vault = await keeper.olderAccepted();
            checkOwner(vault, signedIn.userId);
            await keeper.forgetCredentials();
            // What the device keeps to open without a connection must not be from before.
            const keys = await api.keys();
            // From here on it is this browser's session, whoever turns away.
            isSignedIn = false;
            await open({ ...signedIn, keys }, vault);
          }),
        discard: () => void leave().catch(() => undefined),
      };
    });
  } catch (error) {
    await leave().catch(() => undefined);
    throw error;
  }
}
