import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { Shell } from '../src/sw/shell.ts';

/** What is larger is fetched when it is used: the dictionaries of the strength meter, which need a server anyway. */
const MOST_BYTES = 1_500_000;
/** So is what few documents need, and there are hundreds of: fonts and character maps of PDF, languages to colour code in. */
const SELDOM = /\.(?:bcmap|pfb|ttf)$|^assets[\\/]seldom[\\/]/;
/** What it cannot serve: service workers, and the thread that sends past it. */
const OTHERS = /^(?:sw|direct)\.js$|^assets[\\/]direct[\\/]/;

/** Writes `sw.js` with the list of all that was built. After index.html got its final form, before anything is compressed. */
export function writeServiceWorker(folder: string, source: string): void {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile() && !OTHERS.test(name))
    .filter((name) => statSync(join(folder, name)).size <= MOST_BYTES && !SELDOM.test(name));
  const shell = shellOf(names, (name) => readFileSync(join(folder, name)));
  writeFileSync(join(folder, 'sw.js'), compile(readFileSync(source, 'utf8'), shell));
}

export function shellOf(names: readonly string[], read: (name: string) => Uint8Array): Shell {
  const files = names
    .map((name): [string, string] => [name === 'index.html' ? '/' : `/${name.replaceAll('\\', '/')}`, sha256(read(name))])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { version: sha256(JSON.stringify(files)).slice(0, 16), files };
}

/** The worker has no imports but of types, so that compiling it alone is enough. */
export function compile(source: string, shell: Shell): string {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, removeComments: true },
  });
  const script = outputText.replace(/^export \{\};?\s*$/m, '');
  if (/^\s*(?:import|export)\b/m.test(script)) throw new Error('the service worker must not import anything');
  return `const SHELL = ${JSON.stringify(shell)};\n${script}`;
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
