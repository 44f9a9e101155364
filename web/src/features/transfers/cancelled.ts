import { Problem } from '../../lib/problem';

export function cancelled(): Problem {
  return new Problem({ code: 'cancelled', message: 'The transfer was cancelled.' });
}

export function stopIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled();
}
