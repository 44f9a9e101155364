import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import { Spinner } from './Spinner';
import css from './Button.module.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  look?: 'primary' | 'secondary' | 'quiet' | 'danger';
  icon?: ReactNode;
  children: ReactNode;
  /** Under way: keeps its label and its place, takes no further press. */
  isBusy?: boolean;
  isWide?: boolean;
}

export function Button({ look = 'secondary', icon, children, isBusy = false, isWide = false, ...props }: ButtonProps) {
  // Not react-aria's own pending state: that announces a progress bar inside the button,
  // while here the words beside the button are what is read aloud.
  const busy = { 'aria-disabled': true, type: 'button', onPress: undefined } as const;
  return (
    <AriaButton
      {...props}
      {...(isBusy && busy)}
      className={`${css.button} ${css[look]} ${isWide ? css.wide : ''} ${isBusy ? css.busy : ''}`}
    >
      {isBusy ? <Spinner /> : icon}
      <span className={css.label}>{children}</span>
    </AriaButton>
  );
}

export interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  label: string;
  icon: ReactNode;
  look?: 'quiet' | 'row';
}

/** A button of one icon; its label is read aloud and shown on hovering. */
export function IconButton({ label, icon, look = 'quiet', ...props }: IconButtonProps) {
  return (
    <AriaButton
      {...props}
      aria-label={label}
      className={`${css.button} ${css.quiet} ${css.icon} ${look === 'row' ? css.row : ''}`}
      render={(domProps) => <button {...domProps} title={label} />}
    >
      {icon}
    </AriaButton>
  );
}
