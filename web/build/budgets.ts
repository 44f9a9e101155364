import type { Plugin } from 'vite';
import { gzipSync } from 'node:zlib';

/** What a page may cost on the wire, gzipped. `modules` are what it loads besides the entry. */
interface Budget {
  name: string;
  modules: readonly RegExp[];
  limit: number;
}

const KB = 1000;
const WORDS = /src\/locales\/en\.json/;
const BUDGETS: readonly Budget[] = [
  { name: 'sign-in and sign-up', modules: [WORDS, /src\/pages\/Sign(?:In|Up)Page\.tsx$/, /keeper\.worker/], limit: 200 * KB },
  { name: 'files page', modules: [WORDS, /src\/app\/openVault\.ts$/, /src\/pages\/(?:Inside|FilesPage)\.tsx$/, /(?:keeper|content)\.worker/], limit: 350 * KB },
];
/** Grew with the tree, the feed, search and the sealed cache; compiled while it streams in, and kept by the service worker. */
const WASM_LIMIT = 500 * KB;

/** The part of a bundler's chunk that this check reads. */
export interface ChunkSize {
  file: string;
  size: number;
  entry: boolean;
  imports: readonly string[];
  modules: readonly string[];
}

/** Fails the build when a page or the WASM module outgrows its budget. */
export function checkBudgets(): Plugin {
  return {
    name: 'check-budgets',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks: ChunkSize[] = [];
      for (const output of Object.values(bundle)) {
        if (output.type === 'chunk') {
          chunks.push({
            file: output.fileName,
            size: gzipSync(output.code).length,
            entry: output.isEntry,
            imports: output.imports,
            modules: [...output.moduleIds, output.facadeModuleId ?? ''],
          });
        } else if (output.fileName.endsWith('.wasm')) {
          this.info(report(output.fileName, gzipSync(output.source).length, WASM_LIMIT, (text) => this.error(text)));
        } else if (output.fileName.endsWith('.js')) {
          // Workers are bundled on their own and arrive as assets.
          chunks.push({ file: output.fileName, size: gzipSync(output.source).length, entry: false, imports: [], modules: [output.fileName] });
        }
      }
      for (const budget of BUDGETS) {
        const missing = budget.modules.find((pattern) => !chunks.some(({ modules }) => modules.some((id) => pattern.test(id))));
        // A renamed page must not slip out of its budget.
        if (missing !== undefined) this.error(`the budget of ${budget.name} names ${String(missing)}, which is nowhere in the build`);
        this.info(report(budget.name, pageSize(chunks, budget.modules), budget.limit, (text) => this.error(text)));
      }
    },
  };
}

/** Gzipped bytes of the entry, of the chunks that hold `modules`, and of all that these import statically. */
export function pageSize(chunks: readonly ChunkSize[], modules: readonly RegExp[]): number {
  const byFile = new Map(chunks.map((chunk) => [chunk.file, chunk]));
  const wanted = new Set<ChunkSize>();
  const add = (chunk: ChunkSize | undefined): void => {
    if (chunk === undefined || wanted.has(chunk)) return;
    wanted.add(chunk);
    for (const file of chunk.imports) add(byFile.get(file));
  };
  for (const chunk of chunks) {
    const holds = chunk.modules.some((id) => modules.some((pattern) => pattern.test(id)));
    if (chunk.entry || holds) add(chunk);
  }
  return [...wanted].reduce((sum, chunk) => sum + chunk.size, 0);
}

function report(name: string, size: number, limit: number, fail: (text: string) => never): string {
  const text = `${name}: ${(size / KB).toFixed(0)} KB gzipped of ${limit / KB} KB`;
  return size > limit ? fail(`over budget: ${text}`) : text;
}
