import { useEffect, useMemo, useRef, useState } from 'react';
import type { App } from '../../app/contract';
import { useApp } from '../../app/hooks';
import type { Entry, PathStep } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { Asker } from './asker';
import type { Excerpts, Places } from './FileCells';

/** What was gathered; where it is known, with what stands around the words that were looked for. */
export type Found = readonly Entry[] | { entries: readonly Entry[]; excerpts: Excerpts };

export interface Gathered {
  entries: readonly Entry[];
  excerpts: Excerpts | undefined;
  /** The path of every folder that one of them is in. */
  paths: readonly (readonly PathStep[])[];
}

/** As often, in milliseconds, it is asked again for what comes bit by bit. */
const BITS = 1000;

/** What is shown. */
interface Shown {
  entries: readonly Entry[];
  places: Places;
  excerpts: Excerpts | undefined;
  /** It answers the question before: there is no answer yet. */
  isOld: boolean;
}

/**
 * Entries from all over the tree, and where they are; undefined while nobody knows. It is asked again when the tree
 * changes, and now and then while `bits` grows. `ask` must be stable; another one is another question.
 */
export function useGathered(ask: (app: App) => Promise<Found>, bits = 0): Shown | undefined {
  const { t } = useText();
  const app = useApp();
  // What was found for the last question stays until there is an answer to the next.
  const [answered, setAnswered] = useState<{ ask: typeof ask; gathered: Gathered }>();
  const asker = useRef<Asker<Gathered> | null>(null);
  useEffect(() => {
    const asking = new Asker(
      () => gather(app, ask),
      (gathered) => setAnswered({ ask, gathered }),
    );
    asker.current = asking;
    asking.again();
    const unwatch = app.watchTree(() => asking.again());
    return () => {
      unwatch();
      asking.end();
    };
  }, [app, ask]);
  const seen = useRef(bits);
  useEffect(() => {
    if (seen.current === bits) return;
    seen.current = bits;
    asker.current?.again(BITS);
  }, [bits]);

  const gathered = answered?.gathered;
  const isOld = answered?.ask !== ask;
  const shown = useMemo(() => {
    if (gathered === undefined) return undefined;
    const places = new Map<string, { name: string; isRoot: boolean }>();
    for (const path of gathered.paths) {
      const folder = path.at(-1);
      if (folder !== undefined) places.set(folder.id, { name: folder.name === '' ? t('files.title') : folder.name, isRoot: path.length === 1 });
    }
    return { entries: gathered.entries, excerpts: gathered.excerpts, places };
  }, [gathered, t]);
  return useMemo(() => shown && { ...shown, isOld }, [shown, isOld]);
}

async function gather(app: App, ask: (app: App) => Promise<Found>): Promise<Gathered> {
  const found = await ask(app);
  const { entries, excerpts } = 'entries' in found && 'excerpts' in found ? found : { entries: found, excerpts: undefined };
  const folders = [...new Set(entries.map(({ folder }) => folder))];
  const paths = await Promise.all(folders.map((folder) => app.path(folder)));
  return { entries, excerpts, paths: paths.filter((path) => path !== null) };
}
