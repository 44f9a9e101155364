import { useText } from '../../lib/i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import type { Uploading } from './useUploading';

/** While a dropped folder is being looked through. */
export function UploadingNote({ uploading: { walking, cancel } }: { uploading: Uploading }) {
  const { t } = useText();
  if (walking === null) return null;
  return (
    <div role="status">
      <Banner tone="info" title={t('upload.walking')} actions={<Button onPress={cancel}>{t('app.cancel')}</Button>}>
        <p className="numeric">{t('upload.walking.found', { count: walking })}</p>
      </Banner>
    </div>
  );
}
