import { useAppState } from '../../app/hooks';
import { formatBytes } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { Meter } from '../../ui/Meter';

const NEARLY = 0.9;

/** How much of the storage is used; nothing while nobody knows. */
export function StorageBar() {
  const { t, locale } = useText();
  const storage = useAppState((state) => state.storage);
  if (storage === null) return null;
  const fraction = storage.limit === 0 ? 1 : Math.min(1, storage.used / storage.limit);
  const values = { used: formatBytes(storage.used, locale), limit: formatBytes(storage.limit, locale) };
  const words =
    fraction >= 1 ? t('storage.full', values) : fraction >= NEARLY ? t('storage.nearlyFull', values) : t('storage.used', values);
  return (
    <Meter label={t('storage.label')} words={words} value={fraction} tone={fraction >= 1 ? 'danger' : fraction >= NEARLY ? 'warning' : 'accent'} />
  );
}
