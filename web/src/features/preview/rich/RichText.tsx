import { ImageOff } from 'lucide-react';
import { Fragment, memo, type ReactNode } from 'react';
import { useText } from '../../../lib/i18n';
import css from './RichText.module.css';
import type { RichElement, RichNode } from './richText';

/** Draws it with elements, never from markup; links open elsewhere, know nothing of this page, and only when they are followed. */
export const RichText = memo(function RichText({ nodes }: { nodes: readonly RichNode[] }) {
  return (
    <div className={css.rich} dir="auto">
      {draw(nodes)}
    </div>
  );
});

function draw(nodes: readonly RichNode[]): ReactNode {
  return nodes.map((node, index) => (typeof node === 'string' ? <Fragment key={index}>{node}</Fragment> : <Element key={index} element={node} />));
}

function Element({ element }: { element: RichElement }): ReactNode {
  const { t } = useText();
  const { tag: Tag, children, href, src, alt, colSpan, rowSpan, start, align, checked } = element;
  switch (Tag) {
    case 'br':
    case 'hr':
      return <Tag />;
    case 'a':
      return href === undefined ? (
        <span className={css.dead}>{draw(children)}</span>
      ) : (
        <a href={href} target="_blank" rel="noopener noreferrer nofollow" referrerPolicy="no-referrer">
          {draw(children)}
        </a>
      );
    case 'img':
      if (src !== undefined) return <img src={src} alt={alt ?? ''} className={css.picture} />;
      return (
        <span className={css.missing}>
          <ImageOff size={14} aria-hidden="true" />
          {alt === undefined || alt === '' ? t('preview.picture') : alt}
        </span>
      );
    case 'task':
      return <input type="checkbox" checked={checked ?? false} disabled readOnly aria-label={t(checked === true ? 'preview.task.done' : 'preview.task.open')} />;
    case 'table':
      return (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached with the keyboard
        <div className={css.wide} data-swipe="none" role="group" aria-label={t('preview.table')} tabIndex={0}>
          <table>{draw(children)}</table>
        </div>
      );
    case 'td':
    case 'th':
      return (
        <Tag colSpan={colSpan} rowSpan={rowSpan} style={align === undefined ? {} : { textAlign: align }}>
          {draw(children)}
        </Tag>
      );
    case 'ol':
      return <ol start={start}>{draw(children)}</ol>;
    default:
      return <Tag>{draw(children)}</Tag>;
  }
}
