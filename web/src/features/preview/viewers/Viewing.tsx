import type { ReactNode } from 'react';
import type { Entry } from '../../../crypto/types';
import { useText } from '../../../lib/i18n';
import { Progress } from '../../../ui/Progress';
import { PreviewFailed } from '../PreviewFailed';
import type { Opened } from '../useContent';
import css from './Viewing.module.css';

export interface ViewerProps {
  entry: Entry;
  /** Another version than the current one. */
  version?: string | undefined;
  onDownload: () => void;
  onRetry: () => void;
}

/** What every viewer shows until it has something to show, and when it has not. */
export function Viewing<Result>({ opened, onDownload, onRetry, children }: Omit<ViewerProps, 'entry' | 'version'> & { opened: Opened<Result>; children: (result: Result) => ReactNode }) {
  const { t } = useText();
  if (opened.status === 'failed') return <PreviewFailed error={opened.error} onDownload={onDownload} onRetry={onRetry} />;
  if (opened.status === 'ready') return children(opened.result);
  return (
    <div className={css.loading} role="status">
      <span>{t('preview.loading')}</span>
      <Progress label={t('preview.loading')} value={opened.done} />
    </div>
  );
}
