import { hasCode, isPassing, Problem } from '../../lib/problem';
import type { Steps } from './recovery';

/** The new password of a change whose answer was lost. */
export interface Unanswered {
  password: string | null;
}

/** Changes the password of an open vault. Called again with the same one, it recognises its own change. */
export async function changePassword({ api, keeper, progress }: Steps, current: string, next: string, unanswered: Unanswered): Promise<void> {
  const attempt = async (): Promise<void> => {
    const keys = await api.keys();
    // Another device, or a request whose answer was lost, may have changed the account.
    await keeper.mergeKeys(JSON.stringify(keys));
    if (unanswered.password === next && (await keeper.hasNewPassword())) return;
    unanswered.password = null;
    await keeper.derive(current, keys.salt, keys.kdf, await keeper.pins());
    const request = await keeper.changePassword(next);
    progress('contacting');
    await api.changePassword(request).catch((error: unknown) => {
      if (isPassing(error)) unanswered.password = next;
      throw error;
    });
  };
  try {
    await attempt().catch(async (error: unknown) => {
      // Another device changed the account in the same moment.
      if (!hasCode(error, 'CONFLICT')) throw error;
      await attempt();
    });
  } catch (error) {
    throw hasCode(error, 'INVALID_CREDENTIALS') ? new Problem({ code: 'wrong-password', message: 'The current password is wrong.' }, { cause: error }) : error;
  } finally {
    await keeper.forgetCredentials();
  }
  unanswered.password = null;
  await keeper.passwordChanged();
}
