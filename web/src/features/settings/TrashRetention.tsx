import { useText } from '../../lib/i18n';
import { retentionOf, RETENTION_DAYS, setRetention } from '../../lib/preferences';
import { usePreferences } from '../../lib/usePreferences';
import { Choice } from '../../ui/Choice';

const NEVER = 'never';

/** After how many days this device empties the trash by itself. */
export function TrashRetention({ userId }: { userId: string }) {
  const { t } = useText();
  const days = retentionOf(usePreferences(), userId);
  return (
    <Choice<string>
      label={t('settings.trash.after')}
      value={days === null ? NEVER : String(days)}
      onChange={(value) => setRetention(userId, value === NEVER ? null : Number(value))}
      options={[
        { value: NEVER, label: t('settings.trash.never') },
        ...RETENTION_DAYS.map((count) => ({ value: String(count), label: t('settings.trash.days', { count }) })),
      ]}
    />
  );
}
