import css from './Spinner.module.css';

/** Turns while something is under way; with reduced motion it fades instead. Words beside it say what. */
export function Spinner({ size = 16 }: { size?: number }) {
  return (
    <svg className={css.spinner} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6" className={css.track} />
      <path d="M8 2a6 6 0 0 1 6 6" className={css.arc} />
    </svg>
  );
}
