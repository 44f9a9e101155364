import { useAppState } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { useOnline } from '../../lib/useOnline';
import { Banner } from '../../ui/Banner';
import { CopyNotes } from '../moving/CopyNotes';
import css from './AppFrame.module.css';
import { OlderNote } from './OlderNote';
import { UpdateNote } from './UpdateNote';

/** Above every page: what concerns all of them. */
export function FrameNotes({ userId }: { userId: string }) {
  const { t } = useText();
  const isOnline = useOnline();
  const isAway = useAppState((state) => state.phase.name === 'unlocked' && state.tree === 'away');
  return (
    <div className={css.notes} role="status">
      {!isOnline && (
        <Banner tone="warning" title={t('frame.offline')}>
          <p>{t('frame.offline.text')}</p>
        </Banner>
      )}
      {isOnline && isAway && (
        <Banner tone="warning" title={t('frame.away')}>
          <p>{t('frame.offline.text')}</p>
        </Banner>
      )}
      <OlderNote userId={userId} />
      <UpdateNote />
      <CopyNotes />
    </div>
  );
}
