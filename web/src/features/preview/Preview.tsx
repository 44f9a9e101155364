import { ChevronLeft, ChevronRight, Download, Info, Pencil, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useEffectEvent, useRef, useState, type ComponentType, type LazyExoticComponent, type PointerEvent } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Dialog } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import type { Entry } from '../../crypto/types';
import { formatBytes } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { IconButton } from '../../ui/Button';
import { DetailsSheet } from '../files/FileDetails';
import { FileIcon } from '../files/FileIcon';
import css from './Preview.module.css';
import { PreviewFailed } from './PreviewFailed';
import { isEditable, isTooLarge, previewKind, type PreviewKind } from './previewKind';
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

/** A finger has to go so far, in pixels, to turn to another file. */
const SWIPE = 60;
/** What has uses of its own for the arrow keys. */
const OWN_KEYS = 'input, textarea, select, video, audio, [contenteditable], [role="tablist"], [data-keys="own"]';

interface PreviewProps {
  entry: Entry;
  files: readonly Entry[];
  onShow: (entry: Entry) => void;
  onClose: () => void;
  onDownload: (entry: Entry) => void;
  /** Left out where nothing can be written. */
  onEdit?: ((entry: Entry) => void) | undefined;
}

/** One file over the whole window; the ones before and after it are a key, a click or a swipe away. */
export default function Preview({ entry, files, onShow, onClose, onDownload, onEdit }: PreviewProps) {
  const { t, locale } = useText();
  const [attempt, setAttempt] = useState(0);
  const [hasDetails, setDetails] = useState(false);
  const swipe = useRef<{ id: number; x: number; y: number } | null>(null);
  const index = files.findIndex(({ id }) => id === entry.id);
  const [before, after] = [files[index - 1], files[index + 1]];

  const turn = (to: Entry | undefined) => {
    if (to !== undefined) onShow(to);
  };
  const isMirrored = () => globalThis.document.documentElement.dir === 'rtl';
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    if (!isPlain || hasDetails || event.defaultPrevented || (event.target instanceof Element && event.target.closest(OWN_KEYS) !== null)) return;
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    turn((event.key === 'ArrowRight') === isMirrored() ? before : after);
  });
  // On the window: the dialog has the focus itself when it opens, and what has gone may have had it.
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);

  const onPointerDown = (event: PointerEvent) => {
    const isOurs = event.pointerType === 'touch' && event.isPrimary && event.target instanceof Element && event.target.closest('[data-swipe="none"], button') === null;
    swipe.current = isOurs ? { id: event.pointerId, x: event.clientX, y: event.clientY } : null;
  };
  const onPointerUp = (event: PointerEvent) => {
    const start = swipe.current;
    swipe.current = null;
    if (start?.id !== event.pointerId) return;
    const [x, y] = [event.clientX - start.x, event.clientY - start.y];
    if (Math.abs(x) >= SWIPE && Math.abs(x) > 2 * Math.abs(y)) turn(x > 0 === isMirrored() ? after : before);
  };

  const kind = previewKind(entry);
  const ways = { onDownload: () => onDownload(entry), onRetry: () => setAttempt(attempt + 1) };
  const refusal = kind === 'none' ? 'not-shown' : isTooLarge(kind, entry.size) ? 'too-large' : null;
  const Viewer = kind === 'none' ? null : VIEWERS[kind];
  return (
    <ModalOverlay
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      className={css.window}
    >
      <Modal className={css.modal}>
        <Dialog aria-label={t('preview.title', { name: entry.name })} className={css.dialog}>
            <header className={css.header}>
              <IconButton label={t('preview.close')} icon={<X size={18} />} onPress={onClose} />
              <FileIcon entry={entry} />
              <div className={css.words}>
                <h2 className={css.name} dir="auto">
                  <span title={entry.name}>{entry.name}</span>
                </h2>
                <p className={`numeric ${css.facts ?? ''}`}>
                  {formatBytes(entry.size, locale)}
                  {files.length > 1 && index >= 0 && <> · {t('preview.position', { number: index + 1, count: files.length })}</>}
                </p>
              </div>
              <IconButton label={t('preview.before')} icon={<ChevronLeft size={18} className={css.arrow} />} isDisabled={before === undefined} onPress={() => turn(before)} />
              <IconButton label={t('preview.after')} icon={<ChevronRight size={18} className={css.arrow} />} isDisabled={after === undefined} onPress={() => turn(after)} />
              {onEdit !== undefined && isEditable(entry) && (
                <IconButton
                  label={t('note.edit')}
                  icon={<Pencil size={18} />}
                  onPress={() => {
                    onClose();
                    onEdit(entry);
                  }}
                />
              )}
              <IconButton label={t('files.details')} icon={<Info size={18} />} onPress={() => setDetails(true)} />
              <AriaButton className={css.download} aria-label={t('files.download')} onPress={ways.onDownload}>
                <Download size={18} aria-hidden="true" />
                <span>{t('files.download')}</span>
              </AriaButton>
            </header>
            <div
              className={css.body}
              onPointerDown={onPointerDown}
              onPointerUp={onPointerUp}
              onPointerCancel={() => {
                swipe.current = null;
              }}
            >
              {refusal !== null || Viewer === null ? (
                <PreviewFailed error={{ code: refusal ?? 'not-shown', message: '' }} {...ways} />
              ) : (
                <Suspense key={`${entry.id} ${String(attempt)}`} fallback={null}>
                  <Viewer entry={entry} {...ways} />
                </Suspense>
              )}
            </div>
            <DetailsSheet isOpen={hasDetails} chosen={[entry]} all={files} place={t('files.title')} onClose={() => setDetails(false)} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
