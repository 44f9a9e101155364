import { Label, Meter as AriaMeter } from 'react-aria-components/Meter';
import css from './Meter.module.css';

interface MeterProps {
  label: string;
  /** The value in words. */
  words: string;
  /** Between 0 and 1. */
  value: number;
  tone?: 'accent' | 'warning' | 'danger';
}

/** How much of something there is. */
export function Meter({ label, words, value, tone = 'accent' }: MeterProps) {
  return (
    // In whole thousandths: a tiny share would be written as 1e-7, which is no number to a screen reader.
    <AriaMeter value={Math.round(value * 1000)} minValue={0} maxValue={1000} valueLabel={words} className={css.meter}>
      {({ percentage }) => (
        <>
          <Label className={css.label}>{label}</Label>
          <div className={css.track}>
            <div className={`${css.fill} ${css[tone]}`} style={{ inlineSize: `${percentage}%` }} />
          </div>
          <span className={css.words}>{words}</span>
        </>
      )}
    </AriaMeter>
  );
}
