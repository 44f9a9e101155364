import { Link, useRouterState } from '@tanstack/react-router';
import { Clock, Files, Settings, Star, Trash2, type LucideIcon } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import { useText, type MessageId } from '../../lib/i18n';
import { useArrivalFocus } from '../../lib/useArrivalFocus';
import { PHONE, useMedia } from '../../lib/useMedia';
import { Logo } from '../../ui/Logo';
import { SearchField } from '../searching/SearchField';
import { TransfersPanel } from '../transfers/TransfersPanel';
import { useTrashRetention } from '../trash/useTrashRetention';
import { AccountMenu } from './AccountMenu';
import { FindingsLink } from './FindingsLink';
import { FrameNotes } from './FrameNotes';
import { StorageBar } from './StorageBar';
import css from './AppFrame.module.css';

const PLACES: readonly { to: '/files' | '/starred' | '/recent' | '/trash' | '/settings'; label: MessageId; icon: LucideIcon }[] = [
  { to: '/files', label: 'nav.files', icon: Files },
  { to: '/starred', label: 'nav.starred', icon: Star },
  { to: '/recent', label: 'nav.recent', icon: Clock },
  { to: '/trash', label: 'nav.trash', icon: Trash2 },
  { to: '/settings', label: 'nav.settings', icon: Settings },
];

/** The frame around every page of an open vault. */
export function AppFrame({ email, userId, children }: { email: string; userId: string; children: ReactNode }) {
  const { t } = useText();
  const isPhone = useMedia(PHONE);
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useArrivalFocus(main, path);
  useTrashRetention(userId);

  const nav = (
    <nav className={css.nav} aria-label={t('nav.main')}>
      {PLACES.map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} className={css.place} activeProps={{ className: css.here }}>
          <Icon size={18} strokeWidth={1.75} aria-hidden="true" />
          <span>{t(label)}</span>
        </Link>
      ))}
      {!isPhone && <FindingsLink />}
    </nav>
  );
  return (
    <div className={css.frame}>
      <a className={css.skip} href="#main">
        {t('app.skip')}
      </a>
      {isPhone ? (
        <header className={css.topbar}>
          <Logo name={t('app.name')} />
          <SearchField />
          <FindingsLink isSmall />
          <AccountMenu email={email} isSmall />
        </header>
      ) : (
        <header className={css.sidebar}>
          <div className={css.brand}>
            <Logo name={t('app.name')} />
          </div>
          <div className={css.search}>
            <SearchField />
          </div>
          {nav}
          <div className={css.foot}>
            <StorageBar />
            <AccountMenu email={email} isSmall={false} />
          </div>
        </header>
      )}
      <main id="main" ref={main} tabIndex={-1} className={css.main}>
        <FrameNotes userId={userId} />
        {children}
      </main>
      <TransfersPanel />
      {isPhone && nav}
    </div>
  );
}
