import { Monitor, Smartphone, SquareTerminal } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { AppError, SessionInfo } from '../../app/contract';
import { useApp } from '../../app/hooks';
import { asAppError } from '../../lib/appError';
import { clientName } from '../../lib/clientName';
import { formatMoment } from '../../lib/format';
import { useText, type Translate } from '../../lib/i18n';
import { useToday } from '../../lib/useToday';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { useNotify } from '../../ui/Notices';
import { Spinner } from '../../ui/Spinner';
import { ErrorMessage } from '../errors/ErrorMessage';
import { useAttempt } from '../errors/useAttempt';
import css from './Settings.module.css';

type Loaded = { sessions: readonly SessionInfo[] } | { error: AppError } | null;

/** Where one is signed in, with a way to end each. */
export function Sessions() {
  const { t } = useText();
  const app = useApp();
  const notify = useNotify();
  const attempt = useAttempt();
  const [loaded, setLoaded] = useState<Loaded>(null);
  const [isAsking, setAsking] = useState(false);

  const load = useCallback(
    () =>
      app.sessions().then(
        (sessions) => setLoaded({ sessions }),
        (reason: unknown) => setLoaded({ error: asAppError(reason) }),
      ),
    [app],
  );
  useEffect(() => void load(), [load]);

  if (loaded === null) {
    return (
      <p className={css.waiting} role="status">
        <Spinner /> {t('settings.sessions.loading')}
      </p>
    );
  }
  if ('error' in loaded) {
    return <ErrorMessage error={loaded.error} actions={<Button onPress={() => void load()}>{t('app.retry')}</Button>} />;
  }

  const end = (session: SessionInfo) =>
    attempt(async () => {
      await app.endSession(session.id);
      notify({ text: t('settings.sessions.ended', { count: 1 }) });
      await load();
    });
  const endOthers = () =>
    attempt(async () => {
      const count = await app.endOtherSessions();
      notify({ text: t('settings.sessions.ended', { count }) });
      await load();
    });
  const others = loaded.sessions.filter((session) => !session.current);

  return (
    <>
      <ul className={css.sessions}>
        {[...loaded.sessions.filter((session) => session.current), ...others].map((session) => (
          <SessionRow key={session.id} session={session} onEnd={() => end(session)} />
        ))}
      </ul>
      {others.length > 0 && (
        <div>
          <Button onPress={() => setAsking(true)}>{t('settings.sessions.endOthers')}</Button>
        </div>
      )}
      <Dialog
        role="alertdialog"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={t('settings.sessions.endOthers.title', { count: others.length })}
        actions={
          <>
            <Button onPress={() => setAsking(false)}>{t('app.cancel')}</Button>
            <Button
              look="danger"
              onPress={() => {
                setAsking(false);
                void endOthers();
              }}
            >
              {t('settings.sessions.endOthers.do')}
            </Button>
          </>
        }
      >
        <p>{t('settings.sessions.endOthers.text')}</p>
      </Dialog>
    </>
  );
}

function SessionRow({ session, onEnd }: { session: SessionInfo; onEnd: () => Promise<unknown> }) {
  const { t, locale } = useText();
  const today = useToday();
  const [isEnding, setEnding] = useState(false);
  const name = sessionWords(session, t);
  return (
    <li className={css.session}>
      <ClientIcon client={session.client} />
      <div className={css.sessionWords}>
        <p className={css.sessionName}>
          {name}
          {session.current && <span className={css.badge}>{t('settings.sessions.current')}</span>}
        </p>
        <p className={css.hint}>
          {session.address !== null && (
            <>
              <bdi>{session.address}</bdi> ·{' '}
            </>
          )}
          {t('settings.sessions.used', { time: formatMoment(session.lastUsedAt, today, locale) })} ·{' '}
          {t('settings.sessions.since', { time: formatMoment(session.createdAt, today, locale) })}
        </p>
      </div>
      {!session.current && (
        <Button
          look="quiet"
          isBusy={isEnding}
          aria-label={t('settings.sessions.end.which', { name })}
          onPress={() => {
            setEnding(true);
            void onEnd().finally(() => setEnding(false));
          }}
        >
          {t('settings.sessions.end')}
        </Button>
      )}
    </li>
  );
}

function ClientIcon({ client }: { client: string | null }) {
  const { program, system, isPhone } = clientName(client ?? '');
  const Icon = isPhone ? Smartphone : system === null && program !== null ? SquareTerminal : Monitor;
  return <Icon size={20} strokeWidth={1.75} className={css.sessionIcon} aria-hidden="true" />;
}

/** "Firefox on Linux", as far as the program said so. */
function sessionWords({ client }: SessionInfo, t: Translate): string {
  if (client === null || client === '') return t('settings.sessions.unknown');
  const { program, system } = clientName(client);
  if (program !== null && system !== null) return t('settings.sessions.client', { program, system });
  return program ?? system ?? client.slice(0, 60);
}
