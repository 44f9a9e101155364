import { Navigate, Outlet } from '@tanstack/react-router';
import { useAppState } from '../app/hooks';
import { AppFrame } from '../features/frame/AppFrame';
import { LeavingGuard } from '../features/frame/LeavingGuard';
import { CopyKeeper } from '../features/moving/CopyKeeper';
import { ThumbnailsKeeper } from '../features/thumbnails/ThumbnailsKeeper';
import { UndoKeeper } from '../features/undo/UndoKeeper';
import { useText } from '../lib/i18n';
import { Notices } from '../ui/Notices';
import UnlockPage from './UnlockPage';
import { UnlockedContext } from './unlocked';

/** Guards the pages of an open vault: without a session to sign-in, without keys to unlocking. */
export default function Inside() {
  const { t } = useText();
  const phase = useAppState((state) => state.phase);
  if (phase.name === 'locked') return <UnlockPage email={phase.email} />;
  if (phase.name !== 'unlocked') return <Navigate to="/sign-in" replace />;
  return (
    <UnlockedContext value={phase}>
      <Notices label={t('notices.label')} dismissLabel={t('app.dismiss')}>
        <UndoKeeper>
          <CopyKeeper>
            <LeavingGuard>
              <ThumbnailsKeeper>
                <AppFrame email={phase.email} userId={phase.userId}>
                  <Outlet />
                </AppFrame>
              </ThumbnailsKeeper>
            </LeavingGuard>
          </CopyKeeper>
        </UndoKeeper>
      </Notices>
    </UnlockedContext>
  );
}
