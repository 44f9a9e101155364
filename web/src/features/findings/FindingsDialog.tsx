import { ShieldCheck } from 'lucide-react';
import { useText } from '../../lib/i18n';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { concernWords } from './concernWords';
import type { FindingGroup } from './groupFindings';
import css from './FindingsDialog.module.css';

interface FindingsDialogProps {
  groups: readonly FindingGroup[];
  isOpen: boolean;
  onClose: () => void;
}

/** For each kind of wrong: what was noticed, whom it concerns, and what is safe to do. */
export function FindingsDialog({ groups, isOpen, onClose }: FindingsDialogProps) {
  const { t } = useText();
  return (
    <Dialog
      isWide
      isOpen={isOpen}
      onClose={onClose}
      title={t('findings.dialog')}
      actions={<Button onPress={onClose}>{t('app.close')}</Button>}
    >
      <p className={css.intro}>{t('findings.intro')}</p>
      <ul className={css.list}>
        {groups.map((group) => (
          <li key={`${group.kind} ${group.concerns}`} className={css.item}>
            <h3 className={css.title}>{t(`finding.${group.kind}`)}</h3>
            <p className={css.concern}>{concernWords(group, t)}</p>
            <p>{t(`finding.${group.kind}.what`)}</p>
            <p className={css.safe}>
              <ShieldCheck size={16} aria-hidden="true" />
              <span>
                <strong>{t('findings.safe')}</strong> {t(`finding.${group.kind}.do`)}
              </span>
            </p>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
