import type { Api, SignedIn } from '../../api/api';
import type { PreparedPhrase, Progress, StartedRecovery } from '../../app/contract';
import type { OpenedVault, RunningKeeper } from '../../crypto/keeper';
import * as device from '../../lib/database';
import { hasCode, isPassing, Problem } from '../../lib/problem';
import { checkOwner } from './owner';

/** What these steps need of the session. */
export interface Steps {
  api: Api;
  keeper: RunningKeeper['remote'];
  during: <Result>(progress: Progress, work: () => Promise<Result>) => Promise<Result>;
  progress: (progress: Progress) => void;
}

/** Opens an account with its phrase. It becomes this browser's session once it has a new password. */
export async function startRecovery(
  { api, keeper, during, progress }: Steps,
  email: string,
  phrase: string,
  open: (signedIn: SignedIn, vault: OpenedVault) => Promise<void>,
): Promise<StartedRecovery> {
  const start = async (): Promise<string> => {
    const answer = await api.startRecovery(await keeper.recoveryRequest(email));
    const known = await device.findByUser(answer.userId);
    checkOwner(await keeper.openRecovery(answer.body, known?.pins), answer.userId);
    return answer.token;
  };
  let token = await during('contacting', async () => {
    await keeper.parsePhrase(phrase);
    return start();
  });

  /** Made for this password and sent, with an answer or without. */
  let sent: { password: string; request: string; isUnanswered: boolean } | null = null;

  const finish = async (password: string): Promise<SignedIn> => {
    if (sent?.password !== password) sent = { password, request: await keeper.recover(token, password), isUnanswered: false };
    progress('contacting');
    try {
      return await api.finishRecovery(sent.request);
    } catch (error) {
      if (isPassing(error)) sent.isUnanswered = true;
      if (!hasCode(error, 'INVALID_CREDENTIALS')) throw error;
      // Spent by the request whose answer was lost? Then its password is the account's.
      if (sent.isUnanswered) {
        try {
          return await api.login(email, proofOf(sent.request));
        } catch (refused) {
          if (!hasCode(refused, 'INVALID_CREDENTIALS')) throw refused;
        }
      }
      throw new Problem({ code: 'recovery-expired', message: 'The recovery has to begin again.' }, { cause: error });
    }
  };

  return {
    complete: (password) =>
      during('deriving', async () => {
        const signedIn = await finish(password).catch(async (error: unknown) => {
          // Another device changed the account in the same moment.
          if (!hasCode(error, 'CONFLICT')) throw error;
          token = await start();
          sent = null;
          return finish(password);
        });
        progress('opening');
        await open(signedIn, await keeper.recovered());
      }).catch((error: unknown) => {
        // Another tab locked or signed out, which took what was opened with it.
        throw hasCode(error, 'locked') ? new Problem({ code: 'recovery-expired', message: 'The recovery has to begin again.' }, { cause: error }) : error;
      }),
    discard: () => void keeper.discardRecovery().catch(() => undefined),
  };
}

/** The proof of the new password in a request that the vault made. */
function proofOf(request: string): string {
  return (JSON.parse(request) as { new_password_hash: string }).new_password_hash;
}

/** Makes a new phrase for an open vault; `replaced` is called once it is the account's. */
export async function preparePhrase({ api, keeper, during, progress }: Steps, password: string, replaced: () => Promise<void>): Promise<PreparedPhrase> {
  /** Takes over what another device, or a request of ours whose answer was lost, has changed. */
  const catchUp = async (): Promise<{ salt: string; kdf: string }> => {
    const keys = await api.keys();
    await keeper.mergeKeys(JSON.stringify(keys));
    return keys;
  };
  const words = await during('contacting', async () => {
    const { salt, kdf } = await catchUp();
    progress('deriving');
    try {
      await keeper.derive(password, salt, kdf, await keeper.pins());
      return await keeper.makePhrase();
    } finally {
      await keeper.forgetCredentials();
    }
  });

  const send = async (): Promise<void> => {
    await api.replaceRecovery(await keeper.replacePhrase());
    await keeper.phraseReplaced();
  };
  let isUnanswered = false;
  return {
    phrase: words.split(' '),
    complete: () =>
      during('contacting', async () => {
        if (isUnanswered) await catchUp();
        try {
          if (!(await keeper.hasPhrase())) {
            await send().catch(async (error: unknown) => {
              if (!hasCode(error, 'CONFLICT')) throw error;
              await catchUp();
              await send();
            });
          }
        } catch (error) {
          isUnanswered ||= isPassing(error);
          throw hasCode(error, 'INVALID_CREDENTIALS') ? new Problem({ code: 'wrong-password', message: 'The password has changed.' }, { cause: error }) : error;
        }
        await keeper.discardPhrase();
        await replaced();
      }),
    discard: () => void keeper.discardPhrase().catch(() => undefined),
  };
}
