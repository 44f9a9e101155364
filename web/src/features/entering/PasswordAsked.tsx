import { useText } from '../../lib/i18n';
import { PasswordField, type PasswordFieldProps } from '../../ui/PasswordField';

type PasswordAskedProps = Omit<PasswordFieldProps, 'showLabel' | 'hideLabel' | 'autoComplete'> & {
  /** Whether the form was sent, so that an empty field is worth a word. */
  isChecked?: boolean;
};

/** Asks for a password that is in force, as opposed to a new one. */
export function PasswordAsked({ isChecked = false, error, ...props }: PasswordAskedProps) {
  const { t } = useText();
  return (
    <PasswordField
      {...props}
      showLabel={t('field.password.show')}
      hideLabel={t('field.password.hide')}
      autoComplete="current-password"
      error={error ?? (isChecked && props.value === '' ? t('field.password.empty') : undefined)}
    />
  );
}
