import { Link } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { AppState } from '../../app/contract';
import { useAppState } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { Banner } from '../../ui/Banner';
import { concernWords } from './concernWords';
import { groupFindings } from './groupFindings';

/** Where a folder is shown: what the server got wrong in it, or about the account. */
export function FolderFindings({ folder }: { folder: string }) {
  const { t } = useText();
  const select = useCallback(
    ({ findings }: AppState) => findings.filter((finding) => finding.folder === null || finding.folder === folder),
    [folder],
  );
  const findings = useAppState(select);
  const groups = groupFindings(findings);
  const [first] = groups;
  if (first === undefined) return null;

  return (
    <Banner
      tone="trust"
      isAlert
      title={t('findings.title', { count: groups.length })}
      actions={<Link to="/findings">{t('findings.open')}</Link>}
    >
      <p>{t('findings.line', { finding: t(`finding.${first.kind}`), concern: concernWords(first, t) })}</p>
      {groups.length > 1 && <p>{t('findings.others', { count: groups.length - 1 })}</p>}
    </Banner>
  );
}
