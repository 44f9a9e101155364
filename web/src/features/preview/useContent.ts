import { useEffect, useState } from 'react';
import type { AppError, OpenContent } from '../../app/contract';
import { asAppError } from '../../lib/appError';
import { useApp } from '../../app/hooks';

export type Opened<Result> =
  /** `done`: a fraction between 0 and 1, or null while nobody can tell. */
  | { status: 'loading'; done: number | null }
  | { status: 'failed'; error: AppError }
  | { status: 'ready'; result: Result };

/** Opens a file, or an older version of it, and makes something of its content. All of them stay the same as long as the component is there. */
export function useContent<Result>(node: string, version: string | undefined, prepare: Prepare<Result>): Opened<Result> {
  const app = useApp();
  const [opened, setOpened] = useState<Opened<Result>>({ status: 'loading', done: null });

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const ends: (() => void)[] = [];
    const show = (now: Opened<Result>): void => {
      if (!signal.aborted) setOpened(now);
    };
    const run = async (): Promise<void> => {
      try {
        const content = await app.openContent(node, version);
        if (signal.aborted) content.close();
        else ends.push(() => content.close());
        signal.throwIfAborted();
        const result = await prepare(content, {
          signal,
          onProgress: (done) => show({ status: 'loading', done }),
          onFailed: (error) => show({ status: 'failed', error: asAppError(error) }),
          onEnd: (end) => {
            if (signal.aborted) end();
            else ends.push(end);
          },
        });
        show({ status: 'ready', result });
      } catch (error) {
        show({ status: 'failed', error: asAppError(error) });
      }
    };
    void run();
    return () => {
      controller.abort();
      for (const end of ends.reverse()) end();
    };
  }, [app, node, version, prepare]);

  return opened;
}

export interface Preparing {
  signal: AbortSignal;
  onProgress: (done: number) => void;
  /** What goes wrong after it was ready. */
  onFailed: (error: unknown) => void;
  /** Called when nobody looks any more. */
  onEnd: (end: () => void) => void;
}

export type Prepare<Result> = (content: OpenContent, preparing: Preparing) => Promise<Result>;
