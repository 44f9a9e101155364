import { Maximize, ZoomIn, ZoomOut } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { HEADER_BYTES, imageSize } from '../../../lib/imageSize';
import { useText } from '../../../lib/i18n';
import { formatPercent } from '../../../lib/format';
import { Problem } from '../../../lib/problem';
import { IconButton } from '../../../ui/Button';
import { MOST_PIXELS, shownType } from '../previewKind';
import { readWhole } from '../readContent';
import { useContent, type Prepare } from '../useContent';
import { fit, isFitted, keepInside, zoomAt, type Placement } from '../zoom';
import css from './ImageViewer.module.css';
import { Viewing, type ViewerProps } from './Viewing';

/** What a browser draws where a drawing does not say how large it is. */
const UNSIZED = { width: 300, height: 150 };

interface Picture {
  address: string;
  width: number;
  height: number;
}

/** A picture: whole at first, then as close as one likes. It is shown as a picture only, so that nothing in it can act. */
export default function ImageViewer({ entry, version, ...ways }: ViewerProps) {
  const [type] = useState(() => shownType(entry));
  const prepare = useCallback<Prepare<Picture>>(
    async (content, { signal, onProgress, onEnd }) => {
      const bytes = await readWhole(content, signal, onProgress);
      const stated = imageSize(bytes.subarray(0, HEADER_BYTES));
      if (stated !== null && stated.width * stated.height > MOST_PIXELS) throw new Problem({ code: 'too-many-pixels', message: 'The image states too many pixels.' });
      const address = URL.createObjectURL(new Blob([bytes], { type }));
      onEnd(() => URL.revokeObjectURL(address));
      const image = new Image();
      image.src = address;
      await image.decode().catch((error: unknown) => {
        throw new Problem({ code: 'not-decoded', message: 'The browser cannot decode it.' }, { cause: error });
      });
      const { naturalWidth, naturalHeight } = image;
      return { address, width: naturalWidth || UNSIZED.width, height: naturalHeight || UNSIZED.height };
    },
    [type],
  );
  const opened = useContent(entry.id, version, prepare);
  return (
    <Viewing opened={opened} {...ways}>
      {(picture) => <Stage picture={picture} name={entry.name} />}
    </Viewing>
  );
}

interface Touch {
  x: number;
  y: number;
}

function Stage({ picture, name }: { picture: Picture; name: string }) {
  const { t, locale } = useText();
  const frame = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState<{ width: number; height: number } | null>(null);
  /** Null: the whole picture, however large the frame is. */
  const [chosen, setChosen] = useState<Placement | null>(null);
  const touches = useRef(new Map<number, Touch>());

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setRoom({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const size = room ?? picture;
  const placement = chosen === null ? fit(picture, size) : keepInside(chosen, picture, size);
  const isWhole = isFitted(placement, picture, size);
  const place = (next: Placement) => setChosen(isFitted(next, picture, size) ? null : next);
  const zoom = (factor: number, at: Touch = { x: 0, y: 0 }) => place(zoomAt(placement, factor, at, picture, size));

  const fromMiddle = ({ clientX, clientY }: { clientX: number; clientY: number }): Touch => {
    const box = frame.current?.getBoundingClientRect();
    return box === undefined ? { x: 0, y: 0 } : { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  };
  const onWheel = useRef<(event: WheelEvent) => void>(() => undefined);
  useEffect(() => {
    onWheel.current = (event) => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 400)), fromMiddle(event));
    };
  });
  useEffect(() => {
    const element = frame.current;
    const listener = (event: WheelEvent) => onWheel.current(event);
    // React's own listeners cannot keep the page from zooming.
    element?.addEventListener('wheel', listener, { passive: false });
    return () => element?.removeEventListener('wheel', listener);
  }, []);

  const onPointerDown = (event: PointerEvent) => {
    if (event.target instanceof Element && event.target.closest('button') !== null) return;
    touches.current.set(event.pointerId, fromMiddle(event));
    // Fingers on a whole picture belong to the frame around it, which turns pages.
    if (!isWhole || touches.current.size > 1) event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent) => {
    const before = touches.current.get(event.pointerId);
    if (before === undefined) return;
    const now = fromMiddle(event);
    const other = [...touches.current].find(([id]) => id !== event.pointerId)?.[1];
    touches.current.set(event.pointerId, now);
    if (other !== undefined) {
      const distance = (touch: Touch) => Math.hypot(touch.x - other.x, touch.y - other.y);
      zoom(distance(now) / Math.max(1, distance(before)), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
    } else if (!isWhole) {
      place(keepInside({ ...placement, x: placement.x + now.x - before.x, y: placement.y + now.y - before.y }, picture, size));
    }
  };
  const onPointerEnd = (event: PointerEvent) => touches.current.delete(event.pointerId);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = 60;
    const move = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') zoom(1.5);
    else if (event.key === '-') zoom(1 / 1.5);
    else if (event.key === '0') setChosen(null);
    else if (move !== undefined && !isWhole) place(keepInside({ ...placement, x: placement.x + (move[0] ?? 0), y: placement.y + (move[1] ?? 0) }, picture, size));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- pans and zooms what its buttons zoom as well
    <div
      ref={frame}
      role="group"
      aria-label={name}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the arrow keys move the picture in it
      tabIndex={0}
      data-swipe={isWhole ? undefined : 'none'}
      className={`${css.stage} ${isWhole ? '' : css.close}`}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
      onDoubleClick={(event) => {
        if (isWhole) zoom(placement.scale < 1 ? 1 / placement.scale : 2, fromMiddle(event));
        else setChosen(null);
      }}
      onKeyDown={onKeyDown}
    >
      <img
        src={picture.address}
        alt={name}
        draggable={false}
        className={css.picture}
        // The picture's own pixels; what it covers is a matter of the transformation.
        style={{
          inlineSize: picture.width,
          blockSize: picture.height,
          transform: `translate(-50%, -50%) translate(${String(placement.x)}px, ${String(placement.y)}px) scale(${String(placement.scale)})`,
        }}
      />
      <div className={css.tools} role="toolbar" aria-label={t('preview.zoom')}>
        <IconButton label={t('preview.zoom.out')} icon={<ZoomOut size={16} />} isDisabled={isWhole} onPress={() => zoom(1 / 1.5)} />
        <span className={`numeric ${css.percent ?? ''}`}>{formatPercent(placement.scale, locale)}</span>
        <IconButton label={t('preview.zoom.in')} icon={<ZoomIn size={16} />} onPress={() => zoom(1.5)} />
        <IconButton label={t('preview.zoom.fit')} icon={<Maximize size={16} />} isDisabled={isWhole} onPress={() => setChosen(null)} />
      </div>
    </div>
  );
}
