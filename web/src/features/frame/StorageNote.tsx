import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAppState } from '../../app/hooks';
import { formatBytes } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { fillOf } from './storageFill';

/** Says early that the storage fills up, and plainly once it is full. */
export function StorageNote() {
  const { t, locale } = useText();
  const storage = useAppState((state) => state.storage);
  const [isDismissed, setDismissed] = useState(false);
  if (storage === null) return null;
  const fill = fillOf(storage);
  if (fill === 'room' || (fill === 'nearly' && isDismissed)) return null;
  return (
    <Banner
      tone={fill === 'full' ? 'danger' : 'warning'}
      title={t(fill === 'full' ? 'storage.note.full' : 'storage.note.nearly')}
      actions={fill === 'nearly' && <Button onPress={() => setDismissed(true)}>{t('app.dismiss')}</Button>}
    >
      <p>
        {t('storage.note.text', { left: formatBytes(Math.max(0, storage.limit - storage.used), locale) })} <Link to="/trash">{t('storage.note.trash')}</Link>
      </p>
    </Banner>
  );
}
