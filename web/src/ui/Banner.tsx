import { CircleAlert, Info, ShieldAlert, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import css from './Banner.module.css';

export type Tone = 'info' | 'warning' | 'danger' | 'trust';

const icons = { info: Info, warning: TriangleAlert, danger: CircleAlert, trust: ShieldAlert };

interface BannerProps {
  tone: Tone;
  title?: string;
  children?: ReactNode;
  actions?: ReactNode;
  /** Read aloud as soon as it appears. */
  isAlert?: boolean;
}

/** Something to know, in place: a frame, a tint and an icon of its own for each tone. */
export function Banner({ tone, title, children, actions, isAlert = false }: BannerProps) {
  const Icon = icons[tone];
  return (
    <div className={`${css.banner} ${css[tone]}`} role={isAlert ? 'alert' : undefined}>
      <Icon size={18} className={css.icon} aria-hidden="true" />
      <div className={css.content}>
        <div className={css.words}>
          {title !== undefined && <p className={css.title}>{title}</p>}
          {children !== undefined && <div className={css.text}>{children}</div>}
        </div>
        {actions !== undefined && <div className={css.actions}>{actions}</div>}
      </div>
    </div>
  );
}
