import { useCallback } from 'react';
import { asAppError } from '../../lib/appError';
import { useText } from '../../lib/i18n';
import { useNotify } from '../../ui/Notices';
import { errorWords, operatorHint } from './errorWords';

/** Runs something that the person started; when it fails, a message says why. True when it went well. */
export function useAttempt(): (work: () => Promise<void>) => Promise<boolean> {
  const { t, locale } = useText();
  const notify = useNotify();
  return useCallback(
    async (work) => {
      try {
        await work();
        return true;
      } catch (reason) {
        const error = asAppError(reason);
        notify({ text: errorWords(error, t, locale), detail: operatorHint(error, t) ?? undefined, isProblem: true });
        return false;
      }
    },
    [notify, t, locale],
  );
}
