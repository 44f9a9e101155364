import { ZoomIn, ZoomOut } from 'lucide-react';
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { useCallback, useEffect, useRef, useState } from 'react';
import { formatPercent } from '../../../lib/format';
import { useText } from '../../../lib/i18n';
import { IconButton } from '../../../ui/Button';
import { asPdfProblem, openPdf } from '../pdf/openPdf';
import { useContent, type Prepare } from '../useContent';
import css from './PdfViewer.module.css';
import { PdfPage } from './PdfPage';
import { Viewing, type ViewerProps } from './Viewing';

interface Pdf {
  document: PDFDocumentProxy;
  /** Of the first page, in points; the others are laid out like it until they are seen. */
  size: { width: number; height: number };
}

const prepare: Prepare<Pdf> = async (content, { onFailed, onEnd }) => {
  const opened = await openPdf(content, onFailed).catch((error: unknown) => {
    throw asPdfProblem(error);
  });
  onEnd(opened.close);
  const { width, height } = (await opened.document.getPage(1)).getViewport({ scale: 1 });
  return { document: opened.document, size: { width, height } };
};

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];

/** Page after page; each is drawn, with its text for selecting and reading aloud, as it comes into view. */
export default function PdfViewer({ entry, version, ...ways }: ViewerProps) {
  const opened = useContent(entry.id, version, prepare);
  return (
    <Viewing opened={opened} {...ways}>
      {(pdf) => <Pages pdf={pdf} name={entry.name} />}
    </Viewing>
  );
}

function Pages({ pdf: { document, size }, name }: { pdf: Pdf; name: string }) {
  const { t, locale } = useText();
  const frame = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState<number | null>(null);
  const [zoom, setZoom] = useState(1);
  const [current, setCurrent] = useState(1);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setRoom(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const onScroll = useCallback(() => {
    const element = frame.current;
    if (element === null) return;
    const middle = element.getBoundingClientRect().top + element.clientHeight / 2;
    const pages = [...element.querySelectorAll<HTMLElement>('[data-page]')];
    const seen = pages.find((page) => page.getBoundingClientRect().bottom >= middle);
    if (seen !== undefined) setCurrent(Number(seen.dataset.page));
  }, []);

  // Fits the width, but no wider than a page is comfortable to read.
  const fitted = room === null ? null : Math.min(1.6, (room - 32) / size.width);
  const scale = fitted === null ? null : fitted * zoom;
  const step = (by: 1 | -1) => {
    const next = by > 0 ? ZOOMS.find((value) => value > zoom) : ZOOMS.findLast((value) => value < zoom);
    if (next !== undefined) setZoom(next);
  };
  return (
    <div className={css.stage} data-swipe={zoom > 1 ? 'none' : undefined}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached with the keyboard */}
      <div ref={frame} className={css.pages} role="region" aria-label={name} tabIndex={0} onScroll={onScroll}>
        {scale !== null &&
          Array.from({ length: document.numPages }, (_, index) => (
            <PdfPage key={index} document={document} number={index + 1} guess={size} scale={scale} label={t('preview.page', { number: index + 1 })} />
          ))}
      </div>
      <div className={css.tools} role="toolbar" aria-label={t('preview.zoom')}>
        <span className={`numeric ${css.count ?? ''}`}>{t('preview.page.of', { number: current, count: document.numPages })}</span>
        <IconButton label={t('preview.zoom.out')} icon={<ZoomOut size={16} />} isDisabled={zoom === ZOOMS[0]} onPress={() => step(-1)} />
        <span className={`numeric ${css.count ?? ''}`}>{formatPercent(zoom, locale)}</span>
        <IconButton label={t('preview.zoom.in')} icon={<ZoomIn size={16} />} isDisabled={zoom === ZOOMS.at(-1)} onPress={() => step(1)} />
      </div>
    </div>
  );
}
