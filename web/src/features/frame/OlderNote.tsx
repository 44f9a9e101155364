import { useState } from 'react';
import { useAppState } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';

/** Says that on another device somebody has accepted an older state of the account. */
export function OlderNote() {
  const { t } = useText();
  const isAccepted = useAppState((state) => state.olderAccepted);
  const [isRead, setRead] = useState(false);
  if (!isAccepted || isRead) return null;
  return (
    <Banner
      tone="trust"
      title={t('frame.older')}
      actions={
        <Button look="quiet" onPress={() => setRead(true)}>
          {t('frame.older.read')}
        </Button>
      }
    >
      <p>{t('frame.older.text')}</p>
    </Banner>
  );
}
