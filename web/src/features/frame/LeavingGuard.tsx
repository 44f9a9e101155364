import { useMemo, useState, type ReactNode } from 'react';
import { useApp } from '../../app/hooks';
import { asAppError } from '../../lib/appError';
import { useText } from '../../lib/i18n';
import { saveUnsaved } from '../../lib/unsaved';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { useNotify } from '../../ui/Notices';
import { errorWords } from '../errors/errorWords';
import { useCopying } from '../moving/useCopying';
import { isActive } from '../transfers/summary';
import { LeavingContext } from './useLeaving';

type Way = 'lock' | 'signOut';

/** What leaving would stop or lose, and the question that is asked about it. */
const TITLES = {
  'leave.transfers': 'leave.title',
  'leave.copying': 'leave.copying.title',
  'leave.unsaved': 'leave.unsaved.title',
} as const;

/** Asks before transfers and copies are stopped, or typed text is lost, by locking or signing out. */
export function LeavingGuard({ children }: { children: ReactNode }) {
  const { t, locale } = useText();
  const app = useApp();
  const notify = useNotify();
  const { isBusy } = useCopying();
  const [asked, setAsked] = useState<{ way: Way; why: keyof typeof TITLES } | null>(null);

  const leaving = useMemo(() => {
    const leave = async (way: Way) => {
      try {
        await app[way]();
      } catch (reason) {
        notify({ text: errorWords(asAppError(reason), t, locale), isProblem: true });
      }
    };
    const ask = (way: Way) => {
      const isTransferring = app.getState().transfers.some(isActive);
      if (isTransferring || isBusy) {
        setAsked({ way, why: isTransferring ? 'leave.transfers' : 'leave.copying' });
        return;
      }
      // What was typed last goes first.
      void saveUnsaved().then((isSaved) => {
        if (isSaved) void leave(way);
        else setAsked({ way, why: 'leave.unsaved' });
      });
    };
    return { leave, context: { lock: () => ask('lock'), signOut: () => ask('signOut') } };
  }, [app, isBusy, notify, t, locale]);

  const isUnsaved = asked?.why === 'leave.unsaved';
  return (
    <LeavingContext value={leaving.context}>
      {children}
      <Dialog
        role="alertdialog"
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={t(TITLES[asked?.why ?? 'leave.transfers'])}
        actions={
          <>
            <Button onPress={() => setAsked(null)}>{t(isUnsaved ? 'leave.unsaved.stay' : 'leave.stay')}</Button>
            <Button
              look="danger"
              onPress={() => {
                setAsked(null);
                if (asked !== null) void saveUnsaved().then(() => leaving.leave(asked.way));
              }}
            >
              {t(`${isUnsaved ? 'leave.unsaved' : 'leave'}.${asked?.way ?? 'lock'}`)}
            </Button>
          </>
        }
      >
        <p>{t(asked?.why ?? 'leave.transfers')}</p>
      </Dialog>
    </LeavingContext>
  );
}
