export type Missing = 'webassembly' | 'subtle-crypto' | 'workers';

/** What this browser lacks, or null. On plain http at a LAN address there is no `crypto.subtle`. */
export function missingSupport(scope: typeof globalThis = globalThis): Missing | null {
  const has = (name: string): boolean => Reflect.get(scope, name) !== undefined;
  if (!has('crypto') || (Reflect.get(scope.crypto, 'subtle') as SubtleCrypto | undefined) === undefined) return 'subtle-crypto';
  if (!has('WebAssembly')) return 'webassembly';
  return has('Worker') ? null : 'workers';
}
