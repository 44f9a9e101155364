import css from './Logo.module.css';

/** The door of a strongroom with its wheel, and the name beside it. */
export function Logo({ name }: { name: string }) {
  return (
    <span className={css.logo}>
      <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" className={css.door} />
        <g className={css.wheel}>
          <circle cx="16" cy="16" r="8.5" />
          <path d="M16 4.5v4M16 23.5v4M4.5 16h4M23.5 16h4" />
        </g>
        <circle cx="16" cy="16" r="3" className={css.hub} />
      </svg>
      <span>{name}</span>
    </span>
  );
}
