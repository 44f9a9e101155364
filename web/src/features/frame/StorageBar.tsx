import { useAppState } from '../../app/hooks';
import { formatBytes } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { Meter } from '../../ui/Meter';
import { fillOf, fractionOf } from './storageFill';

const WORDS = { room: 'storage.used', nearly: 'storage.nearlyFull', full: 'storage.full' } as const;
const TONES = { room: 'accent', nearly: 'warning', full: 'danger' } as const;

/** How much of the storage is used; nothing while nobody knows. */
export function StorageBar() {
  const { t, locale } = useText();
  const storage = useAppState((state) => state.storage);
  if (storage === null) return null;
  const fill = fillOf(storage);
  const words = t(WORDS[fill], { used: formatBytes(storage.used, locale), limit: formatBytes(storage.limit, locale) });
  return <Meter label={t('storage.label')} words={words} value={fractionOf(storage)} tone={TONES[fill]} />;
}
