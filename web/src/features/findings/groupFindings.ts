import type { Finding, FindingKind } from '../../crypto/types';

export interface FindingGroup {
  kind: FindingKind;
  /** Entries concerned, named or not. */
  count: number;
  /** The names that are known, each once. */
  names: readonly string[];
  /** Whole folders or the account itself rather than single files. */
  concerns: 'files' | 'folder' | 'account';
}

/** One group for each kind and place, in the order in which they were found. */
export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const groups = new Map<string, { kind: FindingKind; count: number; names: Set<string>; concerns: FindingGroup['concerns'] }>();
  for (const finding of findings) {
    const concerns = finding.folder === null ? 'account' : finding.node === null && finding.name === null ? 'folder' : 'files';
    const key = `${finding.kind} ${concerns}`;
    const group = groups.get(key) ?? { kind: finding.kind, count: 0, names: new Set<string>(), concerns };
    group.count += finding.count;
    if (finding.name !== null) group.names.add(finding.name);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({ ...group, names: [...group.names] }));
}
