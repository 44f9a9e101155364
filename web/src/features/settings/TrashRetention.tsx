import { useText } from '../../lib/i18n';
import { retentionOf, RETENTION_DAYS, setRetention } from '../../lib/preferences';
import { usePreferences } from '../../lib/usePreferences';
import { RetentionChoice } from './RetentionChoice';

/** After how many days this device empties the trash by itself. */
export function TrashRetention({ userId }: { userId: string }) {
  const { t } = useText();
  return (
    <RetentionChoice
      label={t('settings.trash.after')}
      value={retentionOf(usePreferences(), userId)}
      known={RETENTION_DAYS}
      allLabel={t('settings.trash.never')}
      labelOf={(count) => t('settings.trash.days', { count })}
      onChange={(days) => setRetention(userId, days)}
    />
  );
}
