import { Check, Minus } from 'lucide-react';
import { CheckboxButton, CheckboxField } from 'react-aria-components/Checkbox';
import css from './SelectBox.module.css';

/** The checkbox of a row, or of all rows in a list's header. */
export function SelectBox() {
  return (
    <CheckboxField slot="selection" className={css.field}>
      <CheckboxButton className={css.box}>
        {({ isIndeterminate, isSelected }) => (
          <span className={css.square}>
            {isIndeterminate ? <Minus size={12} strokeWidth={3} /> : isSelected && <Check size={12} strokeWidth={3} />}
          </span>
        )}
      </CheckboxButton>
    </CheckboxField>
  );
}
