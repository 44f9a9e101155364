import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { writeServiceWorker } from './serviceWorker.ts';

const COMPRESSIBLE = /\.(?:js|mjs|css|html|wasm|svg|json|webmanifest|txt|ttf)$/;

/**
 * After the files are written: subresource integrity for everything that index.html names,
 * the service worker with the list of them all, and a `.br` and a `.gz` beside each file that shrinks, so that the server
 * never compresses.
 */
export function finishAssets(): Plugin {
  let folder = '';
  let source = '';
  return {
    name: 'finish-assets',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
      source = join(config.root, 'src/sw/sw.ts');
    },
    writeBundle: {
      sequential: true,
      order: 'post',
      handler() {
        const page = join(folder, 'index.html');
        writeFileSync(page, withIntegrity(readFileSync(page, 'utf8'), (path) => readFileSync(join(folder, path))));
        writeServiceWorker(folder, source);
        for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
          if (COMPRESSIBLE.test(file)) compress(join(folder, file));
        }
      },
    },
  };
}

/** Adds `integrity` to every script and link tag that loads one of our own hashed assets. */
export function withIntegrity(html: string, read: (path: string) => Uint8Array): string {
  return html.replace(/<(?:script|link)\b[^>]*\b(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"[^>]*>/g, (tag, path: string) => {
    const hash = createHash('sha384').update(read(path)).digest('base64');
    return tag.replace(/\s*\/?>$/, ` integrity="sha384-${hash}">`);
  });
}

function compress(file: string): void {
  const bytes = readFileSync(file);
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  if (brotli.length < bytes.length) writeFileSync(`${file}.br`, brotli);
  const gzip = gzipSync(bytes, { level: 9 });
  if (gzip.length < bytes.length) writeFileSync(`${file}.gz`, gzip);
}
