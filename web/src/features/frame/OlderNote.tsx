import { useText } from '../../lib/i18n';
import { setOlderAccepted } from '../../lib/preferences';
import { usePreferences } from '../../lib/usePreferences';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';

/** Says that on another device somebody has accepted an older state of the account. */
export function OlderNote({ userId }: { userId: string }) {
  const { t } = useText();
  const { olderAccepted } = usePreferences();
  if (olderAccepted[userId] === undefined) return null;
  return (
    <Banner
      tone="trust"
      title={t('frame.older')}
      actions={
        <Button look="quiet" onPress={() => setOlderAccepted(userId, false)}>
          {t('frame.older.read')}
        </Button>
      }
    >
      <p>{t('frame.older.text')}</p>
    </Banner>
  );
}
