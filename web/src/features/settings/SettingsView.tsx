import { useRouterState } from '@tanstack/react-router';
import { Fingerprint, History, KeyRound, Languages, MonitorSmartphone, NotebookPen, Palette, Scale, Trash2, UserRound, type LucideIcon } from 'lucide-react';
import { useText, type MessageId } from '../../lib/i18n';
import { Toolbar } from '../../ui/Toolbar';
import { LanguageChoice, ThemeChoice, ViewChoice } from './Appearance';
import { ChangePassword } from './ChangePassword';
import { CompareDevices } from './CompareDevices';
import { DeviceSecurity } from './DeviceSecurity';
import { NewPhrase } from './NewPhrase';
import { ProfileForm } from './ProfileForm';
import { Section } from './Section';
import { Sessions } from './Sessions';
import css from './Settings.module.css';
import { TrashRetention } from './TrashRetention';
import { VersionRetentionChoice } from './VersionRetentionChoice';

const SECTIONS: readonly { id: string; title: MessageId; icon: LucideIcon }[] = [
  { id: 'profile', title: 'settings.profile', icon: UserRound },
  { id: 'password', title: 'settings.password', icon: KeyRound },
  { id: 'phrase', title: 'settings.phrase', icon: NotebookPen },
  { id: 'sessions', title: 'settings.sessions', icon: MonitorSmartphone },
  { id: 'device', title: 'settings.device', icon: Fingerprint },
  { id: 'compare', title: 'settings.compare', icon: Scale },
  { id: 'trash', title: 'settings.trash', icon: Trash2 },
  { id: 'versions', title: 'settings.versions', icon: History },
  { id: 'appearance', title: 'settings.appearance', icon: Palette },
  { id: 'language', title: 'settings.language', icon: Languages },
];

export function SettingsView({ email, userId }: { email: string; userId: string }) {
  const { t } = useText();
  const here = useRouterState({ select: (state) => state.location.hash });
  return (
    <>
      <Toolbar title={t('settings.title')} />
      <div className={css.page}>
        <nav className={css.side} aria-label={t('settings.title')}>
          <ul>
            {SECTIONS.map(({ id, title, icon: Icon }) => (
              <li key={id}>
                <a href={`#${id}`} className={css.sideLink} aria-current={here === id ? 'location' : undefined}>
                  <Icon size={16} aria-hidden="true" />
                  <span>{t(title)}</span>
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div className={css.sections}>
          <Section id="profile" title={t('settings.profile')} text={t('settings.profile.text')}>
            <ProfileForm email={email} />
          </Section>
          <Section id="password" title={t('settings.password')} text={t('settings.password.text')}>
            <ChangePassword email={email} />
          </Section>
          <Section id="phrase" title={t('settings.phrase')} text={t('settings.phrase.text')}>
            <NewPhrase email={email} />
          </Section>
          <Section id="sessions" title={t('settings.sessions')} text={t('settings.sessions.text')}>
            <Sessions />
          </Section>
          <Section id="device" title={t('settings.device')} text={t('settings.session.lock')}>
            <DeviceSecurity />
          </Section>
          <Section id="compare" title={t('settings.compare')} text={t('settings.compare.text')}>
            <CompareDevices />
          </Section>
          <Section id="trash" title={t('settings.trash')} text={t('settings.trash.text')}>
            <TrashRetention userId={userId} />
          </Section>
          <Section id="versions" title={t('settings.versions')} text={t('settings.versions.text')}>
            <VersionRetentionChoice userId={userId} />
          </Section>
          <Section id="appearance" title={t('settings.appearance')}>
            <ThemeChoice />
            <ViewChoice />
          </Section>
          <Section id="language" title={t('settings.language')}>
            <LanguageChoice />
          </Section>
        </div>
      </div>
    </>
  );
}
