import { TextLayer, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../../../lib/i18n';
import css from './PdfViewer.module.css';

interface PdfPageProps {
  document: PDFDocumentProxy;
  /** Counted from 1. */
  number: number;
  /** In points, as long as the page has not been looked at. */
  guess: { width: number; height: number };
  scale: number;
  label: string;
}

/** A canvas larger than this is drawn more coarsely: some browsers draw nothing at all. */
const MOST_PIXELS = 16 * 1024 * 1024;

/** One page: drawn when it is about to be seen, and emptied when it is far away. */
export function PdfPage({ document, number, guess, scale, label }: PdfPageProps) {
  const { t } = useText();
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const text = useRef<HTMLDivElement>(null);
  const [isNear, setNear] = useState(false);
  const [size, setSize] = useState(guess);
  const [isBroken, setBroken] = useState(false);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new IntersectionObserver(([seen]) => setNear(seen?.isIntersecting ?? false), { rootMargin: '800px 0px' });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const [drawing, words] = [canvas.current, text.current];
    if (!isNear || drawing === null || words === null) return;
    let isOver = false;
    let cancel = (): void => undefined;
    const draw = async (): Promise<void> => {
      const page = await document.getPage(number);
      if (isOver) return;
      const viewport = page.getViewport({ scale });
      setSize({ width: viewport.width / scale, height: viewport.height / scale });
      const pixels = viewport.width * viewport.height;
      const density = Math.min(globalThis.devicePixelRatio, Math.sqrt(MOST_PIXELS / pixels));
      drawing.width = Math.floor(viewport.width * density);
      drawing.height = Math.floor(viewport.height * density);
      const rendering = page.render({ canvas: drawing, viewport, transform: [density, 0, 0, density, 0, 0] });
      words.replaceChildren();
      const layer = new TextLayer({ textContentSource: page.streamTextContent(), container: words, viewport });
      cancel = () => {
        rendering.cancel();
        layer.cancel();
      };
      await Promise.all([rendering.promise, layer.render()]);
    };
    draw().catch(() => {
      if (!isOver) setBroken(true);
    });
    return () => {
      isOver = true;
      cancel();
      // Gives its memory back.
      drawing.width = 0;
      drawing.height = 0;
      words.replaceChildren();
    };
  }, [document, number, scale, isNear]);

  return (
    <div
      ref={place}
      data-page={number}
      role="group"
      aria-label={label}
      className={css.page}
      style={{ inlineSize: size.width * scale, blockSize: size.height * scale, '--total-scale-factor': String(scale) } as React.CSSProperties}
    >
      <canvas ref={canvas} className={css.canvas} aria-hidden="true" />
      <div ref={text} className={css.text} />
      {isBroken && <p className={css.broken}>{t('preview.page.broken')}</p>}
    </div>
  );
}
