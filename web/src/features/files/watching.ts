import type { Folders } from './folders';

const EVERY = 30_000;

/** Keeps a folder fresh while somebody looks at it: at once, whenever the page is looked at again, and every half minute. */
export function watchFolder(id: string, folders: Folders, page: Document): () => void {
  // Failures are part of the folder's state, or pass by the next look.
  const look = (work: Promise<void>): void => void work.catch(() => undefined);
  const refresh = (): void => look(folders.refresh(id));
  const onVisible = (): void => {
    if (page.visibilityState === 'visible') refresh();
  };
  refresh();
  const timer = setInterval(() => {
    if (page.visibilityState === 'visible') look(folders.poll(id));
  }, EVERY);
  page.addEventListener('visibilitychange', onVisible);
  globalThis.addEventListener('focus', refresh);
  globalThis.addEventListener('online', refresh);
  return () => {
    clearInterval(timer);
    page.removeEventListener('visibilitychange', onVisible);
    globalThis.removeEventListener('focus', refresh);
    globalThis.removeEventListener('online', refresh);
  };
}
