import { lazy, Suspense } from 'react';
import type { Entry } from '../../crypto/types';
import type { PreviewState } from './usePreview';

const Preview = lazy(() => import('./Preview'));

interface PreviewHostProps {
  preview: PreviewState;
  onDownload: (entry: Entry) => void;
  /** Left out where nothing can be written. */
  onEdit?: ((entry: Entry) => void) | undefined;
}

/** Where a file is looked at; what that takes is loaded with the first one. */
export function PreviewHost({ preview, onDownload, onEdit }: PreviewHostProps) {
  const { entry, files, open, close } = preview;
  if (entry === null) return null;
  return (
    <Suspense fallback={null}>
      <Preview entry={entry} files={files} onShow={open} onClose={close} onDownload={onDownload} onEdit={onEdit} />
    </Suspense>
  );
}
