import { useState } from 'react';
import { useApp, useAppState } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { isActive } from '../transfers/summary';

/** Says that a newer version of the app is on this device: on every page, so that one that an old version cannot leave offers it too. */
export function UpdateNote() {
  const { t } = useText();
  const app = useApp();
  const update = useAppState((state) => state.update);
  const isBusy = useAppState((state) => state.transfers.some(isActive));
  const [isLater, setLater] = useState(false);
  if (update !== 'ready' || isLater) return null;
  return (
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
  );
}
