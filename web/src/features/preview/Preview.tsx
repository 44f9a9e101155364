import { ChevronLeft, ChevronRight, Info, Pencil } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState, type PointerEvent } from 'react';
import type { Entry } from '../../crypto/types';
import { formatBytes } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { IconButton } from '../../ui/Button';
import { DetailsSheet } from '../files/FileDetails';
import css from './Preview.module.css';
import { PreviewBody } from './PreviewBody';
import { isEditable } from './previewKind';
import { DownloadButton, PreviewHeader, PreviewWindow } from './PreviewWindow';

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

  const download = () => onDownload(entry);
  return (
    <PreviewWindow label={t('preview.title', { name: entry.name })} onClose={onClose}>
      <PreviewHeader
        entry={entry}
        closeLabel={t('preview.close')}
        onClose={onClose}
        facts={
          <>
            {formatBytes(entry.size, locale)}
            {files.length > 1 && index >= 0 && <> · {t('preview.position', { number: index + 1, count: files.length })}</>}
          </>
        }
      >
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
        <DownloadButton onPress={download} />
      </PreviewHeader>
      <div
        className={css.body}
        onPointerDown={onPointerDown}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          swipe.current = null;
        }}
      >
        {/* What was saved or brought back meanwhile is what is shown. */}
        <PreviewBody key={`${entry.id} ${entry.version ?? ''}`} entry={entry} onDownload={download} />
      </div>
      <DetailsSheet isOpen={hasDetails} chosen={[entry]} all={files} place={t('files.title')} onClose={() => setDetails(false)} />
    </PreviewWindow>
  );
}
