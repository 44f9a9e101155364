import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from './Button';
import { TextField, type TextFieldProps } from './TextField';

export interface PasswordFieldProps extends Omit<TextFieldProps, 'type' | 'trailing'> {
  showLabel: string;
  hideLabel: string;
}

/** A password that its owner may look at while typing. */
export function PasswordField({ showLabel, hideLabel, ...props }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <TextField
      {...props}
      type={shown ? 'text' : 'password'}
      trailing={
        <IconButton
          label={shown ? hideLabel : showLabel}
          icon={shown ? <EyeOff size={16} /> : <Eye size={16} />}
          onPress={() => setShown(!shown)}
        />
      }
    />
  );
}
