import type { App } from '../../app/contract';
import type { Found } from '../files/usePlaces';
import { isSought, wantedOf, type Sought } from './wanted';

/** Best ones whose texts are opened again, to show what stands there: as many as are seen at once, and some. */
const SHOWN = 100;

/** What is found, and what stands in the texts of those that were found by their text. */
export async function askFound(app: Pick<App, 'search' | 'excerpts'>, sought: Sought, now: number): Promise<Found> {
  if (!isSought(sought)) return [];
  const { matches } = await app.search(wantedOf(sought, now));
  const entries = matches.map(({ entry }) => entry);
  const inText = matches.filter(({ place }) => place === 'text').map(({ entry }) => entry.id);
  if (inText.length === 0) return entries;
  const excerpts = await app.excerpts(inText.slice(0, SHOWN), sought.text);
  // That it was found there is known even where nothing can be shown of it.
  return { entries, excerpts: new Map(inText.map((id) => [id, excerpts.get(id) ?? []])) };
}
