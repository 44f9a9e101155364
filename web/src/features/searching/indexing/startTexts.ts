import type { Beginning } from './beginTexts';
import type { TextIndexer } from './textIndexer';

export type Texts = Pick<TextIndexer, 'written' | 'excerpts' | 'end'>;

/** Has notes and documents read for the search as long as the vault is open, by what is loaded only then. */
export function startTexts(beginning: Beginning): Texts {
  let hasEnded = false;
  const started = import('./beginTexts').then(({ beginTexts }) => {
    const indexer = beginTexts(beginning);
    if (hasEnded) indexer.end();
    return indexer;
  });
  // Without it names and tags are found, and texts are not.
  const indexer = started.catch(() => null);
  return {
    written: async (...written) => (await indexer)?.written(...written),
    excerpts: async (nodes, words) => (await (await indexer)?.excerpts(nodes, words)) ?? new Map<string, readonly string[]>(),
    end() {
      hasEnded = true;
      void indexer.then((running) => running?.end());
    },
  };
}
