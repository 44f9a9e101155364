import type { ReactNode } from 'react';
import type { AppError } from '../../app/contract';
import { formatCountdown } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { useCountdown } from '../../lib/useCountdown';
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
      {/* Another error of the same kind has a wait of its own. */}
      {error.retryAfter !== undefined && <Wait key={error.requestId ?? error.retryAfter} seconds={error.retryAfter} />}
      {hint !== null && <p>{hint}</p>}
    </Banner>
  );
}

/** Counts down; for the eyes only, since the words above have said how long it takes. */
function Wait({ seconds }: { seconds: number }) {
  const { t, locale } = useText();
  const left = useCountdown(seconds);
  if (left === 0) return <p>{t('error.rateLimited.over')}</p>;
  return (
    <p className="numeric" aria-hidden="true">
      {t('error.rateLimited.left', { time: formatCountdown(left, locale) })}
    </p>
  );
}
