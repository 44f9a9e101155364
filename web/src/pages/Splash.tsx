import { useText } from '../lib/i18n';
import { Logo } from '../ui/Logo';
import { Spinner } from '../ui/Spinner';
import css from './Splash.module.css';

/** Before anything else is there. */
export function Splash() {
  const { t } = useText();
  return (
    <main className={css.page}>
      <h1>
        <Logo name={t('app.name')} />
      </h1>
      <p className={css.words} role="status">
        <Spinner /> {t('app.starting')}
      </p>
    </main>
  );
}
