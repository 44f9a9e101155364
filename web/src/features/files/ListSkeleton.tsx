import type { View } from '../../lib/preferences';
import css from './ListSkeleton.module.css';

const WIDTHS = ['w1', 'w2', 'w3', 'w2', 'w1', 'w3', 'w1', 'w2'] as const;

/** The shape of what is still on its way. */
export function ListSkeleton({ label, view }: { label: string; view: View }) {
  return (
    <div className={view === 'list' ? css.list : css.grid} role="status">
      <span className="visually-hidden">{label}</span>
      {WIDTHS.map((width, index) => (
        <div key={index} className={view === 'list' ? css.row : css.card} aria-hidden="true">
          <span className={css.icon} />
          <span className={`${css.line} ${css[width]}`} />
          <span className={`${css.line} ${css.short}`} />
        </div>
      ))}
    </div>
  );
}
