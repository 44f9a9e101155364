import { Navigate, Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { useAppState } from '../app/hooks';
import { WishKeeper } from '../features/editing/WishKeeper';
import { AppFrame } from '../features/frame/AppFrame';
import { LeavingGuard } from '../features/frame/LeavingGuard';
import { CopyKeeper } from '../features/moving/CopyKeeper';
import { ThumbnailsKeeper } from '../features/thumbnails/ThumbnailsKeeper';
import { UndoKeeper } from '../features/undo/UndoKeeper';
import { useText } from '../lib/i18n';
import { Notices } from '../ui/Notices';
import { Splash } from './Splash';
import { UnlockedContext } from './unlocked';

const loadUnlockPage = () => import('./UnlockPage');
const UnlockPage = lazy(loadUnlockPage);

/** Guards the pages of an open vault: without a session to sign-in, without keys to unlocking. */
export default function Inside() {
  const { t } = useText();
  const phase = useAppState((state) => state.phase);
  useEffect(() => {
    // Behind the files: the vault may be locked while there is no network. If it fails, locking tries again.
    loadUnlockPage().catch(() => undefined);
  }, []);
  if (phase.name === 'locked') {
    return (
      <Suspense fallback={<Splash />}>
        <UnlockPage email={phase.email} />
      </Suspense>
    );
  }
  if (phase.name !== 'unlocked') return <Navigate to="/sign-in" replace />;
  return (
    <UnlockedContext value={phase}>
      <Notices label={t('notices.label')} dismissLabel={t('app.dismiss')}>
        <UndoKeeper>
          <CopyKeeper>
            <LeavingGuard>
              <ThumbnailsKeeper>
                <WishKeeper>
                  <AppFrame email={phase.email} userId={phase.userId}>
                    <Outlet />
                  </AppFrame>
                </WishKeeper>
              </ThumbnailsKeeper>
            </LeavingGuard>
          </CopyKeeper>
        </UndoKeeper>
      </Notices>
    </UnlockedContext>
  );
}
