import { useCallback, useEffect, useRef, useState } from 'react';
import type { AppError } from '../app/contract';
import { asAppError } from './appError';

export interface Task {
  isBusy: boolean;
  error: AppError | null;
  /** Runs it unless one is running already; true when it went well. */
  run: (work: () => Promise<void>) => Promise<boolean>;
  clear: () => void;
}

/** Something that takes a while and may fail, started by the person. */
export function useTask(): Task {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<AppError | null>(null);
  const running = useRef(false);
  const gone = useRef(false);

  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);

  const run = useCallback(async (work: () => Promise<void>) => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setError(null);
    try {
      await work();
      return true;
    } catch (reason) {
      if (!gone.current) setError(asAppError(reason));
      return false;
    } finally {
      running.current = false;
      if (!gone.current) setBusy(false);
    }
  }, []);

  const clear = useCallback(() => setError(null), []);
  return { isBusy, error, run, clear };
}
