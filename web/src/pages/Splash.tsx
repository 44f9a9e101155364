import type { AppError } from '../app/contract';
import { errorWords } from '../features/errors/errorWords';
import { useText } from '../lib/i18n';
import { Logo } from '../ui/Logo';
import { Spinner } from '../ui/Spinner';
import css from './Splash.module.css';

/** Before anything else is there; says why when that takes long. */
export function Splash({ problem }: { problem?: AppError | undefined }) {
  const { t, locale } = useText();
  return (
    <main className={css.page}>
      <h1>
        <Logo name={t('app.name')} />
      </h1>
      <p className={css.words} role="status">
        <Spinner /> {problem === undefined ? t('app.starting') : errorWords(problem, t, locale)}
      </p>
    </main>
  );
}
