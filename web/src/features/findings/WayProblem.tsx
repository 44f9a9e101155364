import type { AppError } from '../../app/contract';
import { useText } from '../../lib/i18n';
import { Banner } from '../../ui/Banner';
import { ErrorMessage } from '../errors/ErrorMessage';

/** A commit that is made of what the server shows, and refused for what it holds, again and again. */
const CONTRADICTIONS: ReadonlySet<string> = new Set(['CONFLICT', 'HEAD_CONFLICT']);

/** Why a way out could not be gone. */
export function WayProblem({ error }: { error: AppError }) {
  const { t } = useText();
  if (!CONTRADICTIONS.has(error.code)) return <ErrorMessage error={error} />;
  return (
    <Banner tone="trust" isAlert>
      <p>{t('findings.contradicts')}</p>
    </Banner>
  );
}
