import { Link } from '@tanstack/react-router';
import { ShieldAlert } from 'lucide-react';
import { useAppState } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import css from './AppFrame.module.css';

/** The way to what the server got wrong, wherever in the tree that is; nothing while nothing is wrong. */
export function FindingsLink({ isSmall = false }: { isSmall?: boolean }) {
  const { t } = useText();
  const count = useAppState((state) => state.findings.length);
  const words = count === 0 ? '' : t('nav.findings.count', { count });
  return (
    <>
      <span role="status" className="visually-hidden">
        {words}
      </span>
      {count > 0 && (
        <Link
          to="/findings"
          className={`${isSmall ? css.accountSmall : css.place} ${css.wrong}`}
          activeProps={{ className: css.here }}
          {...(isSmall ? { 'aria-label': words, title: words } : {})}
        >
          <ShieldAlert size={isSmall ? 22 : 18} strokeWidth={1.75} aria-hidden="true" />
          {!isSmall && <span>{t('nav.findings')}</span>}
          {!isSmall && <span className={css.count}>{count}</span>}
        </Link>
      )}
    </>
  );
}
