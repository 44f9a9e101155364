import { isFindingKind } from '../crypto/findings';
import type { Finding, FindingKind } from '../crypto/types';
import { toProblem } from '../lib/problem';
import type { Store } from '../lib/store';
import type { AppState } from './contract';

/** Adds what is not known yet. */
export function report(state: Store<AppState>, findings: readonly Finding[]): void {
  const known = new Set(state.get().findings.map(findingKey));
  const fresh = findings.filter((finding) => !known.has(findingKey(finding)));
  const since = Date.now();
  if (fresh.length > 0) state.set({ findings: [...fresh.map((finding) => ({ ...finding, since })), ...state.get().findings] });
}

/** What an error says about the server, if it says anything; other errors are shown where they happen. */
export function reportCaught(state: Store<AppState>, folder: string | null, error: unknown): void {
  const { code } = toProblem(error);
  const kind = ACCOUNT_KINDS[code] ?? code;
  if (isFindingKind(kind)) report(state, [{ kind, folder, node: null, name: null, count: 1 }]);
}

/** Findings about the account as a whole. */
const ACCOUNT_KINDS: Readonly<Record<string, FindingKind>> = { 'account-tampered': 'altered', 'account-rolled-back': 'rolled-back' };

export function findingKey({ kind, folder, node }: Finding): string {
  return [kind, folder, node].join(' ');
}
