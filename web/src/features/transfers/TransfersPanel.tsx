import { ChevronDown, ChevronUp } from 'lucide-react';
import { useId, useState } from 'react';
import { useApp, useAppState } from '../../app/hooks';
import { useText, type Translate } from '../../lib/i18n';
import { PHONE } from '../../lib/useMedia';
import { Button, IconButton } from '../../ui/Button';
import { Progress } from '../../ui/Progress';
import { shownTransfers, summarise, type TransferSummary } from './summary';
import { TransferRow } from './TransferRow';
import css from './Transfers.module.css';

const SHOWN_AT_ONCE = 60;

/** In the corner, or from below on phones: everything that goes up or comes down. */
export function TransfersPanel() {
  const { t } = useText();
  const app = useApp();
  const transfers = useAppState((state) => state.transfers);
  // A phone has no corner to spare: there the panel starts as one line.
  const [isOpen, setOpen] = useState(() => !window.matchMedia(PHONE).matches);
  const listId = useId();
  const summary = summarise(transfers);
  const title = headline(summary, t);
  const shown = shownTransfers(transfers, SHOWN_AT_ONCE);

  return (
    <>
      {/* Read aloud when it begins and when it ends; in between there is the panel to look at. */}
      <p className="visually-hidden" role="status">
        {transfers.length > 0 && (summary.active > 0 ? t('transfers.begun') : title)}
      </p>
      {transfers.length > 0 && (
        <section className={css.panel} data-panel={isOpen ? 'open' : 'collapsed'} aria-label={t('transfers.title')}>
          <header className={css.header}>
            <h2 className={css.title}>{title}</h2>
            {summary.active > 1 && (
              <Button look="quiet" onPress={() => app.cancelTransfers()}>
                {t('transfers.cancelAll')}
              </Button>
            )}
            {summary.active === 0 && summary.retryable > 1 && (
              <Button look="quiet" onPress={() => app.retryTransfers()}>
                {t('transfers.retryAll')}
              </Button>
            )}
            {summary.active === 0 && (
              <Button look="quiet" onPress={() => app.clearTransfers()}>
                {t('transfers.clear')}
              </Button>
            )}
            <IconButton
              label={t(isOpen ? 'transfers.collapse' : 'transfers.expand')}
              icon={isOpen ? <ChevronDown size={16} /> : <ChevronUp size={16} />}
              aria-expanded={isOpen}
              aria-controls={listId}
              onPress={() => setOpen(!isOpen)}
            />
          </header>
          {!isOpen && summary.fraction !== null && <Progress label={t('transfers.overall')} value={summary.fraction} />}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and may hold nothing that takes the focus */}
          <ul id={listId} className={css.list} hidden={!isOpen} tabIndex={0} aria-label={t('transfers.title')}>
            {shown.map((transfer) => (
              <TransferRow
                key={transfer.id}
                transfer={transfer}
                onPause={() => app.pauseTransfer(transfer.id)}
                onResume={(chosen) => app.resumeTransfer(transfer.id, chosen)}
                onCancel={() => app.cancelTransfer(transfer.id)}
                onRetry={() => app.retryTransfer(transfer.id)}
                onDismiss={() => app.dismissTransfer(transfer.id)}
              />
            ))}
            {shown.length < transfers.length && (
              <li className={css.rest}>{t('transfers.rest', { count: transfers.length - shown.length })}</li>
            )}
          </ul>
        </section>
      )}
    </>
  );
}

function headline({ active, failed, done }: TransferSummary, t: Translate): string {
  if (active > 0) return t('transfers.active', { count: active });
  if (failed > 0) return t('transfers.failed', { count: failed });
  if (done > 0) return t('transfers.done', { count: done });
  return t('transfers.cancelled');
}
