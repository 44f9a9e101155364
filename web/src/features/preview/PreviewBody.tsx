import { lazy, Suspense, useState, type ComponentType, type LazyExoticComponent } from 'react';
import { PreviewFailed } from './PreviewFailed';
import { isTooLarge, previewKind, type PreviewKind } from './previewKind';
import type { ViewerProps } from './viewers/Viewing';

const text = lazy(() => import('./viewers/TextViewer'));
const media = lazy(() => import('./viewers/MediaViewer'));
const document = lazy(() => import('./viewers/DocumentViewer'));

/** Each is loaded when there is something to show in it. */
const VIEWERS: Readonly<Record<Exclude<PreviewKind, 'none'>, LazyExoticComponent<ComponentType<ViewerProps>>>> = {
  image: lazy(() => import('./viewers/ImageViewer')),
  pdf: lazy(() => import('./viewers/PdfViewer')),
  video: media,
  audio: media,
  markdown: text,
  code: text,
  docx: document,
  xlsx: document,
};

/** What is in a file, or in an older version of it, or why that is not shown; of one and the same as long as it is there. */
export function PreviewBody({ entry, version, onDownload }: Pick<ViewerProps, 'entry' | 'version' | 'onDownload'>) {
  const [attempt, setAttempt] = useState(0);
  const kind = previewKind(entry);
  const ways = { onDownload, onRetry: () => setAttempt(attempt + 1) };
  const refusal = kind === 'none' ? 'not-shown' : isTooLarge(kind, entry.size) ? 'too-large' : null;
  const Viewer = kind === 'none' ? null : VIEWERS[kind];
  if (refusal !== null || Viewer === null) return <PreviewFailed error={{ code: refusal ?? 'not-shown', message: '' }} {...ways} />;
  return (
    <Suspense key={attempt} fallback={null}>
      <Viewer entry={entry} version={version} {...ways} />
    </Suspense>
  );
}
