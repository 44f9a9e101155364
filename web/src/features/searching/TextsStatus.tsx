import { useAppState } from '../../app/hooks';
import type { AppState } from '../../app/contract';
import { useText } from '../../lib/i18n';
import css from './SearchField.module.css';

const textsOf = ({ texts }: AppState) => texts;

/** What is not found because it was not read yet, or cannot be. */
export function TextsStatus() {
  const { t } = useText();
  const texts = useAppState(textsOf);
  if (texts === null || texts.status === 'ready') return null;
  const { status, read, total } = texts;
  if (status !== 'loading' && read >= total) return null;
  // Not announced: it changes with every file.
  return <p className={css.texts}>{t(`search.texts.${status}`, { read, total })}</p>;
}
