import type { ReactNode, Ref } from 'react';
import { Text } from 'react-aria-components/Text';
import { TextArea as AriaTextArea } from 'react-aria-components/TextArea';
import { FieldError, Label, TextField as AriaTextField, type TextFieldProps as AriaTextFieldProps } from 'react-aria-components/TextField';
import css from './TextField.module.css';

interface TextAreaProps extends Omit<AriaTextFieldProps, 'className' | 'children' | 'style'> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  rows: number;
  areaRef?: Ref<HTMLTextAreaElement>;
  /** Words in a person's own language. */
  isProse?: boolean;
}

/** A field of several lines; for secrets, unless it says otherwise: nothing in it is corrected or remembered. */
export function TextArea({ label, hint, error, rows, areaRef, isProse = false, ...props }: TextAreaProps) {
  return (
    <AriaTextField {...props} isInvalid={Boolean(error)} validationBehavior="aria" className={css.field}>
      <Label className={css.label}>{label}</Label>
      <AriaTextArea
        ref={areaRef}
        rows={rows}
        className={`${css.input} ${isProse ? '' : css.mono} ${css.area}`}
        autoComplete="off"
        {...(!isProse && { autoCapitalize: 'none', autoCorrect: 'off', spellCheck: 'false' as const })}
      />
      {hint !== undefined && (
        <Text slot="description" className={css.hint}>
          {hint}
        </Text>
      )}
      <FieldError className={css.error}>{error}</FieldError>
    </AriaTextField>
  );
}
