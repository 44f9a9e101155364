import { useCallback, useMemo, useState } from 'react';
import type { App } from '../../app/contract';
import { useTree } from '../../app/hooks';
import type { Entry, PathStep } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import type { Excerpts, Places } from './FileCells';

/** What was gathered; where it is known, with what stands around the words that were looked for. */
export type Found = readonly Entry[] | { entries: readonly Entry[]; excerpts: Excerpts };

export interface Gathered {
  entries: readonly Entry[];
  excerpts: Excerpts | undefined;
  /** The path of every folder that one of them is in. */
  paths: readonly (readonly PathStep[])[];
}

/** Entries from all over the tree, and where they are; undefined while nobody knows. `ask` must be stable. */
export function useGathered(ask: (app: App) => Promise<Found>): { entries: readonly Entry[]; places: Places; excerpts: Excerpts | undefined } | undefined {
  const { t } = useText();
  const now = useTree(useCallback((app: App) => gather(app, ask), [ask]));
  const [gathered, setGathered] = useState(now);
  // What was found for the last question stays until there is an answer to the next.
  if (now !== undefined && now !== gathered) setGathered(now);
  return useMemo(() => {
    if (gathered === undefined) return undefined;
    const places = new Map<string, { name: string; isRoot: boolean }>();
    for (const path of gathered.paths) {
      const folder = path.at(-1);
      if (folder !== undefined) places.set(folder.id, { name: folder.name === '' ? t('files.title') : folder.name, isRoot: path.length === 1 });
    }
    return { entries: gathered.entries, excerpts: gathered.excerpts, places };
  }, [gathered, t]);
}

async function gather(app: App, ask: (app: App) => Promise<Found>): Promise<Gathered> {
  const found = await ask(app);
  const { entries, excerpts } = 'entries' in found && 'excerpts' in found ? found : { entries: found, excerpts: undefined };
  const folders = [...new Set(entries.map(({ folder }) => folder))];
  const paths = await Promise.all(folders.map((folder) => app.path(folder)));
  return { entries, excerpts, paths: paths.filter((path) => path !== null) };
}
