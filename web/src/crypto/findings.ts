import type { FindingKind } from './types';

const KINDS: ReadonlySet<string> = new Set<FindingKind>([
  'injected',
  'missing',
  'rolled-back',
  'forked',
  'does-not-belong-here',
  'truncated',
  'trailing-data',
  'altered',
  'not-an-allowed-writer',
  'unsupported-version',
]);

/** Whether an error's code says that the server's answer is not what was signed. */
export function isFindingKind(code: string): code is FindingKind {
  return KINDS.has(code);
}
