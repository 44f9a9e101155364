import type { ReactNode } from 'react';
import { useText } from '../../lib/i18n';
import { Button } from '../../ui/Button';
import { Toolbar } from '../../ui/Toolbar';
import { StorageBar } from '../frame/StorageBar';
import { useLeaving } from '../frame/useLeaving';
import { LanguageChoice, ThemeChoice } from './Appearance';
import { ChangePassword } from './ChangePassword';
import css from './Settings.module.css';

export function SettingsView({ email }: { email: string }) {
  const { t } = useText();
  const { lock, signOut } = useLeaving();
  return (
    <>
      <Toolbar title={t('settings.title')} />
      <div className={css.page}>
        <Section title={t('settings.account')}>
          <p className={css.text}>{t('settings.account.email', { email })}</p>
          <StorageBar />
        </Section>
        <Section title={t('settings.appearance')}>
          <ThemeChoice />
          <LanguageChoice />
        </Section>
        <Section title={t('settings.password')}>
          <p className={css.text}>{t('settings.password.text')}</p>
          <ChangePassword email={email} />
        </Section>
        <Section title={t('settings.session')}>
          <p className={css.text}>{t('settings.session.lock')}</p>
          <div className={css.row}>
            <Button onPress={lock}>{t('settings.lock')}</Button>
            <Button onPress={signOut}>{t('settings.signOut')}</Button>
          </div>
        </Section>
      </div>
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={css.section}>
      <h2>{title}</h2>
      <div className={css.body}>{children}</div>
    </section>
  );
}
