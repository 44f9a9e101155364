import { useText } from '../../lib/i18n';
import { MIN_SCORE, type Score } from './strength';
import css from './StrengthMeter.module.css';

const STEPS = [0, 1, 2, 3] as const;

interface StrengthMeterProps {
  score: Score | null;
  isEmpty: boolean;
  /** The field above says already that the password is too weak. */
  isRefused: boolean;
}

/** Four bars and a word; the word is read aloud when it changes. */
export function StrengthMeter({ score, isEmpty, isRefused }: StrengthMeterProps) {
  const { t } = useText();
  const isWeak = score !== null && score < MIN_SCORE;
  const words = score === null ? t('strength.checking') : t(`strength.${score}`);
  return (
    <div className={css.meter}>
      <div className={css.bars} aria-hidden="true">
        {STEPS.map((step) => (
          <span key={step} className={!isEmpty && score !== null && score > step ? css[`level${score}`] : ''} />
        ))}
      </div>
      <p className={css.words} role="status">
        {!isEmpty && (
          <>
            <span className="visually-hidden">{t('strength.label')} </span>
            <strong>{words}</strong>
            {isWeak && !isRefused && <span> {t('strength.more')}</span>}
          </>
        )}
      </p>
    </div>
  );
}
