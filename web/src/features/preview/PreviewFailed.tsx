import { Download, FileX, RotateCcw } from 'lucide-react';
import type { AppError } from '../../app/contract';
import { useText, type MessageId } from '../../lib/i18n';
import { Button } from '../../ui/Button';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorMessage } from '../errors/ErrorMessage';
import css from './Preview.module.css';

/** Why a file is not shown although nobody is at fault. */
const REASONS: Readonly<Record<string, MessageId>> = {
  'not-shown': 'preview.none.text',
  'too-large': 'preview.tooLarge.text',
  'too-many-pixels': 'preview.tooManyPixels.text',
  'not-text': 'preview.notText.text',
  'not-decoded': 'preview.notDecoded.text',
  'password-needed': 'preview.password.text',
};

interface PreviewFailedProps {
  error: AppError;
  onDownload: () => void;
  onRetry: () => void;
}

/** In the viewer's place: what was wrong, and what can be done instead. */
export function PreviewFailed({ error, onDownload, onRetry }: PreviewFailedProps) {
  const { t } = useText();
  const download = (
    <Button look="primary" icon={<Download size={16} />} onPress={onDownload}>
      {t('files.download')}
    </Button>
  );
  const reason = Object.hasOwn(REASONS, error.code) ? REASONS[error.code] : undefined;
  if (reason !== undefined) {
    return (
      <EmptyState icon={<FileX size={26} strokeWidth={1.5} />} title={t('preview.none')} actions={download}>
        <p>{t(reason)}</p>
      </EmptyState>
    );
  }
  return (
    <div className={css.failed}>
      <ErrorMessage
        error={error}
        title={t('preview.failed')}
        actions={
          <Button icon={<RotateCcw size={16} />} onPress={onRetry}>
            {t('app.retry')}
          </Button>
        }
      />
    </div>
  );
}
