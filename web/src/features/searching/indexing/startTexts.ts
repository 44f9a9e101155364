import type { Beginning } from './beginTexts';
import type { TextIndexer } from './textIndexer';

export type Texts = Pick<TextIndexer, 'written' | 'excerpts' | 'end'>;

/** Has notes and documents read for the search as long as the vault is open, by what is loaded only then. */
export function startTexts(beginning: Beginning): Texts {
  let running: TextIndexer | null = null;
  let hasEnded = false;
  const started = import('./beginTexts').then(
    ({ beginTexts }) => {
      if (!hasEnded) running = beginTexts(beginning);
      return running;
    },
    // Without it names and tags are found, and texts are not.
    () => null,
  );
  return {
    written: async (...written) => (await started)?.written(...written),
    excerpts: async (nodes, words) => (await (await started)?.excerpts(nodes, words)) ?? new Map<string, readonly string[]>(),
    async end() {
      hasEnded = true;
      await running?.end();
    },
  };
}
