import css from './ListSkeleton.module.css';

const WIDTHS = ['w1', 'w2', 'w3', 'w2', 'w1', 'w3', 'w1', 'w2'] as const;

/** The shape of a list that is still on its way. */
export function ListSkeleton({ label }: { label: string }) {
  return (
    <div className={css.list} role="status">
      <span className="visually-hidden">{label}</span>
      {WIDTHS.map((width, index) => (
        <div key={index} className={css.row} aria-hidden="true">
          <span className={css.icon} />
          <span className={`${css.line} ${css[width]}`} />
          <span className={`${css.line} ${css.short}`} />
        </div>
      ))}
    </div>
  );
}
