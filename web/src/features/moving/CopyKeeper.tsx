import { useCallback, useEffect, useMemo, useReducer, useRef, type ReactNode } from 'react';
import { useApp } from '../../app/hooks';
import { asAppError } from '../../lib/appError';
import { useText } from '../../lib/i18n';
import { Problem } from '../../lib/problem';
import { useNotify } from '../../ui/Notices';
import { errorWords, operatorHint } from '../errors/errorWords';
import { afterStep, shownJobs } from './copyJobs';
import { copyable, CopyingContext } from './useCopying';

/** Milliseconds after which a copy that is not done yet is shown. */
const SHOWN_AFTER = 600;

/** Makes copies while one goes on working; those that are not done when the vault is locked are stopped. */
export function CopyKeeper({ children }: { children: ReactNode }) {
  const { t, locale } = useText();
  const app = useApp();
  const notify = useNotify();
  const [copies, step] = useReducer(afterStep, []);
  const running = useRef(new Map<number, AbortController>());
  const nextId = useRef(0);

  const copy = useCallback(
    (nodes: readonly string[], to: string, onShow?: () => void) => {
      const id = nextId.current++;
      const stopping = new AbortController();
      const { signal } = stopping;
      let [done, total]: [number, number | null] = [0, null];
      const run = async () => {
        const [target, ...entries] = await Promise.all([to, ...nodes].map((node) => app.entry(node)));
        const sources = copyable(entries);
        const [first] = sources;
        if (first === undefined) throw new Problem({ code: 'no-such-entry', message: 'Nothing of it is there any more.' });
        const about = { count: sources.length, name: first.name };
        step({ id, kind: 'known', about: { ...about, folder: target?.name ?? '' } });
        const { isWhole } = await app.copy(
          sources.map((entry) => entry.id),
          to,
          {
            signal,
            onProgress: (now, of) => {
              [done, total] = [now, of];
              step({ id, kind: 'progress', done, total });
            },
          },
        );
        notify({
          text: t('copy.done', { ...about, folder: target?.name || t('files.title') }),
          ...(!isWhole && { detail: t('copy.partial'), isProblem: true }),
          ...(onShow !== undefined && { action: { label: t('copy.show'), run: onShow } }),
        });
      };
      step({ id, kind: 'asked' });
      const timer = setTimeout(() => step({ id, kind: 'late' }), SHOWN_AFTER);
      running.current.set(id, stopping);
      const end = (reason: unknown) => {
        // A vault that was locked on the way has nobody to tell.
        if (!running.current.has(id)) return;
        const stayed = total === null ? undefined : t('copy.stayed', { done, total });
        if (signal.aborted) {
          notify({ text: t('copy.stopped'), ...(stayed !== undefined && { detail: stayed }) });
          return;
        }
        const error = asAppError(reason);
        const detail = [stayed, operatorHint(error, t)].filter((words) => typeof words === 'string').join(' ');
        notify({ text: errorWords(error, t, locale), ...(detail !== '' && { detail }), isProblem: true });
      };
      void run()
        .catch(end)
        .finally(() => {
          clearTimeout(timer);
          running.current.delete(id);
          step({ id, kind: 'over' });
        });
    },
    [app, locale, notify, t],
  );
  const cancel = useCallback((id: number) => running.current.get(id)?.abort(), []);

  const isBusy = copies.length > 0;
  useEffect(() => {
    if (!isBusy) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isBusy]);
  useEffect(() => {
    const all = running.current;
    return () => {
      const left = [...all.values()];
      all.clear();
      for (const stopping of left) stopping.abort();
    };
  }, []);

  const copying = useMemo(() => ({ jobs: shownJobs(copies), isBusy, copy, cancel }), [copies, isBusy, copy, cancel]);
  return <CopyingContext value={copying}>{children}</CopyingContext>;
}
