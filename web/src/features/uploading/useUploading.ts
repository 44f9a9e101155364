import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { DropItem } from 'react-aria-components/Table';
import type { App } from '../../app/contract';
import { useApp } from '../../app/hooks';
import type { Handles } from '../../lib/fileHandles';
import { useAttempt } from '../errors/useAttempt';
import { fromPicked, walkDropped, type Found } from './walk';

export interface Uploading {
  /** How many files were found so far in what was dropped; null: nothing is being looked through. */
  walking: number | null;
  cancel: () => void;
  drop: (items: readonly DropItem[], into: string, handles: Promise<Handles>) => void;
  /** From the browser's dialog for folders. */
  pick: (files: readonly File[], into: string) => void;
}

/** Looks through dropped folders, makes them here, and hands their files to the transfers. */
export function useUploading(): Uploading {
  const app = useApp();
  const attempt = useAttempt();
  const [walking, setWalking] = useState<number | null>(null);
  const running = useRef<AbortController | null>(null);

  const cancel = useCallback(() => running.current?.abort(), []);
  // Whoever goes to another folder goes on uploading; whoever locks the vault does not.
  useEffect(() => app.subscribe(() => app.getState().phase.name !== 'unlocked' && cancel()), [app, cancel]);

  const run = useCallback(
    async (find: (onFile: (count: number) => void, signal: AbortSignal) => Promise<Found>, into: string) => {
      const work = new AbortController();
      running.current = work;
      setWalking(0);
      // A large folder has thousands of files: one look at the counter in a while is enough.
      let last = 0;
      const onFile = (count: number) => {
        if (Date.now() - last < 100) return;
        last = Date.now();
        setWalking(count);
      };
      await attempt(async () => {
        try {
          place(app, into, await find(onFile, work.signal), work.signal);
        } catch (error) {
          if (!work.signal.aborted) throw error;
        }
      });
      if (running.current === work) {
        running.current = null;
        setWalking(null);
      }
    },
    [app, attempt],
  );
  const drop = useCallback(
    (items: readonly DropItem[], into: string, handles: Promise<Handles>) => void run((onFile, signal) => walkDropped(items, { onFile, signal, handles }), into),
    [run],
  );
  const pick = useCallback((files: readonly File[], into: string) => void run((onFile, signal) => fromPicked(files, { onFile, signal }), into), [run]);
  return useMemo(() => ({ walking, cancel, drop, pick }), [walking, cancel, drop, pick]);
}

function place(app: App, into: string, { files, ...rest }: Found, signal: AbortSignal): void {
  signal.throwIfAborted();
  app.upload(into, files, rest);
}
