import { lazy, Suspense } from 'react';
import type { Entry } from '../../crypto/types';
import type { PreviewState } from './usePreview';

const Preview = lazy(() => import('./Preview'));

/** Where a file is looked at; what that takes is loaded with the first one. */
export function PreviewHost({ preview, onDownload }: { preview: PreviewState; onDownload: (entry: Entry) => void }) {
  const { entry, files, open, close } = preview;
  if (entry === null) return null;
  return (
    <Suspense fallback={null}>
      <Preview entry={entry} files={files} onShow={open} onClose={close} onDownload={onDownload} />
    </Suspense>
  );
}
