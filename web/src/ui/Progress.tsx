import { ProgressBar } from 'react-aria-components/ProgressBar';
import css from './Progress.module.css';

interface ProgressProps {
  label: string;
  /** Between 0 and 1, or null when nobody can tell. */
  value: number | null;
  tone?: 'accent' | 'warning' | 'danger' | 'muted';
}

export function Progress({ label, value, tone = 'accent' }: ProgressProps) {
  return (
    <ProgressBar
      aria-label={label}
      isIndeterminate={value === null}
      value={value ?? 0}
      minValue={0}
      maxValue={1}
      className={`${css.track} ${css[tone]}`}
    >
      {({ percentage }) => (
        <div
          className={`${css.fill} ${value === null ? css.endless : ''}`}
          style={value === null ? {} : { inlineSize: `${String(percentage ?? 0)}%` }}
        />
      )}
    </ProgressBar>
  );
}
