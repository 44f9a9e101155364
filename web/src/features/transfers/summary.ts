import type { Transfer } from '../../app/contract';

export interface TransferSummary {
  active: number;
  failed: number;
  /** Of those that failed, the ones that may be tried again. */
  retryable: number;
  done: number;
  /** 0 to 1 over everything that is under way or came through; null when nothing is under way. */
  fraction: number | null;
}

/** Whether something may still become of it without being begun anew. */
export function isActive({ status }: Transfer): boolean {
  return status === 'queued' || status === 'running' || status === 'finishing' || status === 'paused' || status === 'needs-file';
}

/** What was left out was never begun. */
export function canRetry({ status, leftOut }: Transfer): boolean {
  return (status === 'failed' || status === 'cancelled') && leftOut === undefined;
}

export function summarise(transfers: readonly Transfer[]): TransferSummary {
  const active = transfers.filter(isActive);
  const done = transfers.filter((transfer) => transfer.status === 'done');
  const counted = [...active, ...done];
  const size = counted.reduce((sum, transfer) => sum + transfer.size, 0);
  const sent = counted.reduce((sum, transfer) => sum + transfer.done, 0);
  return {
    active: active.length,
    failed: transfers.filter((transfer) => transfer.status === 'failed').length,
    retryable: transfers.filter((transfer) => transfer.status === 'failed' && canRetry(transfer)).length,
    done: done.length,
    fraction: active.length === 0 ? null : size === 0 ? 0 : Math.min(1, sent / size),
  };
}

const RANK = { 'needs-file': 0, running: 0, finishing: 0, paused: 0, failed: 1, queued: 2, done: 3, cancelled: 4 } as const;

/** As many as a person can look at: all in their order, or of very many the ones that matter most now. */
export function shownTransfers(transfers: readonly Transfer[], limit: number): readonly Transfer[] {
  if (transfers.length <= limit) return transfers;
  return [...transfers].sort((a, b) => RANK[a.status] - RANK[b.status]).slice(0, limit);
}
