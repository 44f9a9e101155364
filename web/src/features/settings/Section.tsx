import type { ReactNode } from 'react';
import css from './Settings.module.css';

interface SectionProps {
  id: string;
  title: string;
  text?: string;
  children: ReactNode;
}

/** One group of settings; the list at the side leads to it. */
export function Section({ id, title, text, children }: SectionProps) {
  return (
    <section id={id} className={css.section} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {text !== undefined && <p className={css.text}>{text}</p>}
      {children}
    </section>
  );
}
