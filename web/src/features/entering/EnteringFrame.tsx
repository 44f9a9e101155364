import { ShieldCheck } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { useText } from '../../lib/i18n';
import { noteArrival } from '../../lib/useArrivalFocus';
import { TOUCH } from '../../lib/useMedia';
import { Logo } from '../../ui/Logo';
import { UpdateNote } from '../frame/UpdateNote';
import css from './Entering.module.css';

interface EnteringFrameProps {
  title: string;
  children: ReactNode;
  /** Small print above the title. */
  step?: string;
  footer?: ReactNode;
  isWide?: boolean;
}

/** The page around everything that happens before the files: one column, one task. */
export function EnteringFrame({ title, children, step, footer, isWide = false }: EnteringFrameProps) {
  const { t } = useText();
  const main = useRef<HTMLElement>(null);

  // Each title is a page of its own. With a keyboard one can type at once; on a touch
  // screen the field is left alone, since focusing it would cover the page with keys.
  useEffect(() => {
    const field = main.current?.querySelector<HTMLElement>('input:not([tabindex="-1"])');
    const start = window.matchMedia(TOUCH).matches ? null : field;
    (start ?? main.current)?.focus({ preventScroll: true });
    noteArrival(title);
  }, [title]);

  return (
    <div className={css.page}>
      <header className={css.header}>
        <Logo name={t('app.name')} />
      </header>
      <main id="main" ref={main} tabIndex={-1} className={`${css.card} ${isWide ? css.wide : ''}`}>
        <div role="status" className={css.update}>
          <UpdateNote />
        </div>
        {step !== undefined && <p className={css.step}>{step}</p>}
        <h1>{title}</h1>
        {children}
      </main>
      <footer className={css.footer}>
        {Boolean(footer) && <p>{footer}</p>}
        <p className={css.private}>
          <ShieldCheck size={16} aria-hidden="true" />
          <span>{t('private.line')}</span>
        </p>
      </footer>
    </div>
  );
}
