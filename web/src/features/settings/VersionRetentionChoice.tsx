import { useText } from '../../lib/i18n';
import { setVersionRetention, VERSION_RETENTIONS, versionRetentionOf } from '../../lib/preferences';
import { usePreferences } from '../../lib/usePreferences';
import { RetentionChoice } from './RetentionChoice';

/** Which older versions of a file this device deletes by itself. */
export function VersionRetentionChoice({ userId }: { userId: string }) {
  const { t } = useText();
  return (
    <RetentionChoice
      label={t('settings.versions.keep')}
      value={versionRetentionOf(usePreferences(), userId)}
      known={VERSION_RETENTIONS}
      allLabel={t('settings.versions.all')}
      labelOf={(chosen) => (chosen.kind === 'newest' ? t('settings.versions.newest', { count: chosen.count }) : t('settings.versions.days', { count: chosen.days }))}
      onChange={(retention) => setVersionRetention(userId, retention)}
    />
  );
}
