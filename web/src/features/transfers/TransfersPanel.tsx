import { lazy, Suspense } from 'react';
import { useAppState } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { headline } from './headline';
import { summarise } from './summary';

const TransfersList = lazy(() => import('./TransfersList'));

/** What goes up or comes down, once there is something. */
export function TransfersPanel() {
  const { t } = useText();
  const transfers = useAppState((state) => state.transfers);
  const summary = summarise(transfers);
  return (
    <>
      {/* Read aloud when it begins and when it ends; in between there is the panel to look at. */}
      <p className="visually-hidden" role="status">
        {transfers.length > 0 && (summary.active > 0 ? t('transfers.begun') : headline(summary, t))}
      </p>
      {transfers.length > 0 && (
        <Suspense fallback={null}>
          <TransfersList transfers={transfers} />
        </Suspense>
      )}
    </>
  );
}
