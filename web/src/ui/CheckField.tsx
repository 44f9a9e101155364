import { Check } from 'lucide-react';
import { CheckboxButton, CheckboxField } from 'react-aria-components/Checkbox';
import { Text } from 'react-aria-components/Text';
import css from './CheckField.module.css';

interface CheckFieldProps {
  label: string;
  hint?: string;
  isSelected: boolean;
  isDisabled?: boolean;
  onChange: (isSelected: boolean) => void;
}

/** Something that is on or off, with words beside it. */
export function CheckField({ label, hint, isSelected, isDisabled = false, onChange }: CheckFieldProps) {
  return (
    <CheckboxField isSelected={isSelected} isDisabled={isDisabled} onChange={onChange} className={css.field}>
      <CheckboxButton className={css.button}>
        <span className={css.square}>{isSelected && <Check size={12} strokeWidth={3} />}</span>
        <span>{label}</span>
      </CheckboxButton>
      {hint !== undefined && (
        <Text slot="description" className={css.hint}>
          {hint}
        </Text>
      )}
    </CheckboxField>
  );
}
