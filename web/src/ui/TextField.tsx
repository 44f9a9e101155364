import type { ReactNode, Ref } from 'react';
import { Text } from 'react-aria-components/Text';
import {
  FieldError,
  Input,
  Label,
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
} from 'react-aria-components/TextField';
import css from './TextField.module.css';

export interface TextFieldProps extends Omit<AriaTextFieldProps, 'className' | 'children' | 'style'> {
  label: string;
  hint?: ReactNode;
  /** Words for what is wrong; empty when nothing is. */
  error?: string | undefined;
  inputRef?: Ref<HTMLInputElement>;
  /** Shown inside the field, at its end. */
  trailing?: ReactNode;
  isMonospace?: boolean;
  /** The id of a list of suggestions. */
  list?: string;
}

export function TextField({ label, hint, error, inputRef, trailing, isMonospace = false, list, ...props }: TextFieldProps) {
  return (
    <AriaTextField {...props} isInvalid={Boolean(error)} validationBehavior="aria" className={css.field}>
      <Label className={css.label}>{label}</Label>
      <div className={css.box}>
        {/* Addresses, passwords, names and phrase words: nothing here is prose to be corrected. */}
        <Input
          ref={inputRef}
          list={list}
          className={`${css.input} ${isMonospace ? css.mono : ''}`}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck="false"
        />
        {trailing}
      </div>
      {hint !== undefined && (
        <Text slot="description" className={css.hint}>
          {hint}
        </Text>
      )}
      <FieldError className={css.error}>{error}</FieldError>
    </AriaTextField>
  );
}
