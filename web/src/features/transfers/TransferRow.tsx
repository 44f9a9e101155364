import { Ban, CircleAlert, CircleCheck, Download, FolderOpen, Pause, Play, RotateCw, TriangleAlert, Upload, X } from 'lucide-react';
import type { Transfer } from '../../app/contract';
import { formatBytes, formatSpeed, roundDuration } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { useFilePicker, type Picked } from '../../lib/useFilePicker';
import { IconButton } from '../../ui/Button';
import { Progress } from '../../ui/Progress';
import { errorWords, operatorHint } from '../errors/errorWords';
import { canRetry, isActive } from './summary';
import css from './Transfers.module.css';

interface TransferRowProps {
  transfer: Transfer;
  onPause: () => void;
  onResume: (chosen?: Picked) => void;
  onCancel: () => void;
  onRetry: () => void;
  onDismiss: () => void;
}

/** One file on its way: what is happening in words, how far it is, what can be done. */
export function TransferRow({ transfer, onPause, onResume, onCancel, onRetry, onDismiss }: TransferRowProps) {
  const { t, locale } = useText();
  const { name, direction, status, size, done, isComparing, isPartial, error, anew, leftOut } = transfer;
  const picker = useFilePicker(([chosen]) => onResume(chosen), { isSingle: true });
  const hint = error === undefined ? null : operatorHint(error, t);
  return (
    <li className={css.row}>
      <StatusIcon transfer={transfer} />
      <div className={css.body}>
        <p className={css.name} title={name}>
          <bdi>{name}</bdi>
        </p>
        {isActive(transfer) && (
          <Progress
            label={t('transfers.progress', { name })}
            value={size > 0 && (status === 'running' || status === 'paused' || status === 'needs-file') ? done / size : status === 'queued' ? 0 : null}
          />
        )}
        <p className={css.state}>
          <span>{t(leftOut === undefined ? (isComparing === true && status === 'running' ? 'transfer.comparing' : `transfer.${direction}.${status}`) : `transfer.leftOut.${leftOut.kind}`, { count: leftOut?.files ?? 0 })}</span>
          <Details transfer={transfer} />
        </p>
        {status === 'needs-file' && transfer.wants !== undefined && <p className={css.note}>{t(`transfer.wants.${transfer.wants}`)}</p>}
        {anew !== undefined && isActive(transfer) && <p className={css.note}>{t(`transfer.anew.${anew}`)}</p>}
        {isPartial === true && status !== 'failed' && <p className={css.problem}>{t('transfer.partial')}</p>}
        {status === 'failed' && error !== undefined && (
          <p className={css.problem}>
            {errorWords(error, t, locale)}
            {hint !== null && ` ${hint}`}
          </p>
        )}
      </div>
      {status === 'running' && (
        <IconButton look="row" label={t('transfers.pause', { name })} icon={<Pause size={16} />} onPress={onPause} />
      )}
      {status === 'needs-file' && transfer.wants === 'file' && (
        <>
          <IconButton look="row" label={t('transfers.choose', { name })} icon={<FolderOpen size={16} />} onPress={picker.open} />
          {picker.input}
        </>
      )}
      {(status === 'paused' || (status === 'needs-file' && transfer.wants === 'permission')) && (
        <IconButton look="row" label={t('transfers.resume', { name })} icon={<Play size={16} />} onPress={() => onResume()} />
      )}
      {isActive(transfer) && status !== 'finishing' && (
        <IconButton look="row" label={t('transfers.cancel', { name })} icon={<X size={16} />} onPress={onCancel} />
      )}
      {canRetry(transfer) && (
        <IconButton look="row" label={t('transfers.retry', { name })} icon={<RotateCw size={16} />} onPress={onRetry} />
      )}
      {(status === 'failed' || status === 'cancelled') && (
        <IconButton look="row" label={t('transfers.dismiss', { name })} icon={<X size={16} />} onPress={onDismiss} />
      )}
    </li>
  );
}

function Details({ transfer }: { transfer: Transfer }) {
  const { t, locale } = useText();
  const { status, size, done, speed, secondsLeft } = transfer;
  if (status === 'done') return <span>{formatBytes(size, locale)}</span>;
  if (status !== 'running' && status !== 'paused') return null;
  const left = secondsLeft === null ? null : roundDuration(secondsLeft);
  return (
    <>
      <span>{t('transfer.amount', { done: formatBytes(done, locale), size: formatBytes(size, locale) })}</span>
      {speed > 0 && <span>{formatSpeed(speed, locale)}</span>}
      {left !== null && <span>{t(`transfer.left.${left.unit}`, { count: left.count })}</span>}
    </>
  );
}

function StatusIcon({ transfer: { status, direction, isPartial } }: { transfer: Transfer }) {
  const props = { size: 18, strokeWidth: 1.75, 'aria-hidden': true as const };
  if (status === 'done' && isPartial === true) return <TriangleAlert {...props} className={css.bad} />;
  if (status === 'done') return <CircleCheck {...props} className={css.good} />;
  if (status === 'failed') return <CircleAlert {...props} className={css.bad} />;
  if (status === 'cancelled') return <Ban {...props} className={css.quiet} />;
  return direction === 'up' ? <Upload {...props} className={css.quiet} /> : <Download {...props} className={css.quiet} />;
}
