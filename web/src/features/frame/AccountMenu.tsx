import { useNavigate } from '@tanstack/react-router';
import { ChevronsUpDown, Lock, LogOut, Settings } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { useAppState } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { Avatar } from '../../ui/Avatar';
import { Menu } from '../../ui/Menu';
import css from './AppFrame.module.css';
import { useLeaving } from './useLeaving';

/** Who is signed in, and the ways out. */
export function AccountMenu({ email, isSmall }: { email: string; isSmall: boolean }) {
  const { t } = useText();
  const { lock, signOut } = useLeaving();
  const navigate = useNavigate();
  const profile = useAppState((state) => state.profile);
  const name = [profile?.firstName, profile?.lastName].filter(Boolean).join(' ') || profile?.username || null;
  const avatar = <Avatar picture={profile?.avatar ?? null} name={name ?? email} />;
  return (
    <Menu
      label={t('nav.menu')}
      subject={{ title: name ?? email, detail: name === null ? undefined : email, icon: avatar }}
      trigger={
        isSmall ? (
          <AriaButton className={css.accountSmall} aria-label={t('nav.menu')}>
            {avatar}
          </AriaButton>
        ) : (
          <AriaButton className={css.account}>
            {avatar}
            <span className={css.who}>
              {name !== null && (
                <span className={css.email} dir="auto">
                  {name}
                </span>
              )}
              <span className={`${css.email} ${name === null ? '' : css.second}`} title={email}>
                {email}
              </span>
            </span>
            <ChevronsUpDown size={14} aria-hidden="true" />
          </AriaButton>
        )
      }
      entries={[
        { id: 'settings', label: t('nav.settings'), icon: <Settings size={16} />, onAction: () => void navigate({ to: '/settings' }) },
        { id: 'lock', label: t('nav.lock'), icon: <Lock size={16} />, beginsGroup: true, onAction: lock },
        { id: 'sign-out', label: t('nav.signOut'), icon: <LogOut size={16} />, onAction: signOut },
      ]}
    />
  );
}
