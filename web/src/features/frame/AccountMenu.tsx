import { ChevronsUpDown, Lock, LogOut } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { useText } from '../../lib/i18n';
import { Menu } from '../../ui/Menu';
import { useLeaving } from './useLeaving';
import css from './AppFrame.module.css';

/** Who is signed in, and the ways out. */
export function AccountMenu({ email, trigger }: { email: string; trigger?: ReactElement }) {
  const { t } = useText();
  const { lock, signOut } = useLeaving();
  return (
    <Menu
      label={t('nav.menu')}
      trigger={
        trigger ?? (
          <AriaButton className={css.account}>
            <span className={css.email} title={email}>
              {email}
            </span>
            <ChevronsUpDown size={14} aria-hidden="true" />
          </AriaButton>
        )
      }
      entries={[
        { id: 'lock', label: t('nav.lock'), icon: <Lock size={16} />, onAction: lock },
        { id: 'sign-out', label: t('nav.signOut'), icon: <LogOut size={16} />, onAction: signOut },
      ]}
    />
  );
}
