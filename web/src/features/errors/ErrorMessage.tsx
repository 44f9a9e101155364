import type { ReactNode } from 'react';
import type { AppError } from '../../app/contract';
import { useText } from '../../lib/i18n';
import { Banner } from '../../ui/Banner';
import { errorWords, operatorHint } from './errorWords';

interface ErrorMessageProps {
  error: AppError;
  title?: string;
  actions?: ReactNode;
}

/** An error in words, read aloud when it appears. */
export function ErrorMessage({ error, title, actions }: ErrorMessageProps) {
  const { t, locale } = useText();
  const hint = operatorHint(error, t);
  return (
    <Banner tone="danger" isAlert title={title} actions={actions}>
      <p>{errorWords(error, t, locale)}</p>
      {hint !== null && <p>{hint}</p>}
    </Banner>
  );
}
