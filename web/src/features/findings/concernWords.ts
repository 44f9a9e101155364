import type { Translate } from '../../lib/i18n';
import type { FindingGroup } from './groupFindings';

const NAMED_AT_ONCE = 3;

/** Whom a group of findings concerns: by name as far as names are known. */
export function concernWords(group: FindingGroup, t: Translate): string {
  if (group.concerns === 'account') return t('findings.account');
  if (group.concerns === 'folder') return t('findings.folder');
  const named = group.names.slice(0, NAMED_AT_ONCE);
  if (named.length === 0) {
    return group.count > 1 ? t('findings.many', { count: group.count }) : t('findings.unnamed');
  }
  const list = named.map((name) => t('findings.one', { name })).join(', ');
  const rest = group.count - named.length;
  return rest > 0 ? `${list} ${t('findings.more', { count: rest })}` : list;
}
