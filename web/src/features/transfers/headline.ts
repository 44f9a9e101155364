import type { Translate } from '../../lib/i18n';
import type { TransferSummary } from './summary';

/** In one line how the transfers are. */
export function headline({ active, failed, done }: TransferSummary, t: Translate): string {
  if (active > 0) return t('transfers.active', { count: active });
  if (failed > 0) return t('transfers.failed', { count: failed });
  if (done > 0) return t('transfers.done', { count: done });
  return t('transfers.cancelled');
}
