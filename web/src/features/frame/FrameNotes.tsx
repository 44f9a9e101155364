import { useState } from 'react';
import { useApp, useAppState } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { useOnline } from '../../lib/useOnline';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { isActive } from '../transfers/summary';
import css from './AppFrame.module.css';

/** Above every page: what concerns all of them. */
export function FrameNotes() {
  const { t } = useText();
  const app = useApp();
  const isOnline = useOnline();
  const update = useAppState((state) => state.update);
  const isBusy = useAppState((state) => state.transfers.some(isActive));
  const [isLater, setLater] = useState(false);
  return (
    <div className={css.notes} role="status">
      {!isOnline && (
        <Banner tone="warning" title={t('frame.offline')}>
          <p>{t('frame.offline.text')}</p>
        </Banner>
      )}
      {update === 'ready' && !isLater && (
        <Banner
          tone="info"
          title={t('frame.update')}
          actions={
            <>
              <Button isDisabled={isBusy} onPress={() => app.applyUpdate()}>
                {t('frame.update.now')}
              </Button>
              <Button look="quiet" onPress={() => setLater(true)}>
                {t('frame.update.later')}
              </Button>
            </>
          }
        >
          <p>{t(isBusy ? 'frame.update.busy' : 'frame.update.text')}</p>
        </Banner>
      )}
    </div>
  );
}
