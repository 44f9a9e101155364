import { ChevronDown, ChevronUp } from 'lucide-react';
import { useId, useState } from 'react';
import type { Transfer } from '../../app/contract';
import { useApp } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { PHONE } from '../../lib/useMedia';
import { Button, IconButton } from '../../ui/Button';
import { Progress } from '../../ui/Progress';
import { headline } from './headline';
import { shownTransfers, summarise } from './summary';
import { TransferRow } from './TransferRow';
import css from './Transfers.module.css';

const SHOWN_AT_ONCE = 60;

/** In the corner, or from below on phones: everything that goes up or comes down. */
export default function TransfersList({ transfers }: { transfers: readonly Transfer[] }) {
  const { t } = useText();
  const app = useApp();
  // A phone has no corner to spare: there the panel starts as one line.
  const [isOpen, setOpen] = useState(() => !window.matchMedia(PHONE).matches);
  const listId = useId();
  const summary = summarise(transfers);
  const shown = shownTransfers(transfers, SHOWN_AT_ONCE);

  return (
    <section className={css.panel} data-panel={isOpen ? 'open' : 'collapsed'} aria-label={t('transfers.title')}>
      <header className={css.header}>
        <h2 className={css.title}>{headline(summary, t)}</h2>
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
  );
}
