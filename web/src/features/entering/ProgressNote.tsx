import { useAppState } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { Progress } from '../../ui/Progress';
import css from './Entering.module.css';

/** Says what a long step is doing. The work happens in a worker, so this really moves. */
export function ProgressNote({ isBusy }: { isBusy: boolean }) {
  const { t } = useText();
  const progress = useAppState((state) => state.progress);
  return (
    <div role="status" className={css.progress}>
      {isBusy && (
        <>
          <Progress label={t('progress.label')} value={null} />
          <p>{t(`progress.${progress ?? 'contacting'}`)}</p>
        </>
      )}
    </div>
  );
}
