import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useFocusKept } from '../lib/useFocusKept';
import { PHONE, useMedia } from '../lib/useMedia';
import { Button, IconButton } from './Button';
import css from './Toolbar.module.css';

interface ToolbarProps {
  title: string;
  detail?: string | undefined;
  children?: ReactNode;
}

/** The line above a page's content: its name, and what can be done with it. */
export function Toolbar({ title, detail, children }: ToolbarProps) {
  return (
    <div className={css.bar}>
      <h1 className={css.title}>{title}</h1>
      {detail !== undefined && <span className={css.detail}>{detail}</span>}
      <div className={css.actions}>{children}</div>
    </div>
  );
}

interface SelectionBarProps {
  label: string;
  title: string;
  clearLabel: string;
  onClear: () => void;
  actions: readonly { id: string; label: string; icon: ReactNode; isDisabled?: boolean; onPress: () => void }[];
}

/** Takes the toolbar's place while something is selected. */
export function SelectionBar({ label, title, clearLabel, onClear, actions }: SelectionBarProps) {
  const isPhone = useMedia(PHONE);
  useFocusKept();
  return (
    <div className={`${css.bar} ${css.selection}`} role="toolbar" aria-label={label}>
      <IconButton label={clearLabel} icon={<X size={16} />} onPress={onClear} />
      <h1 className={css.selected}>{title}</h1>
      <div className={css.actions}>
        {actions.map(({ id, label: action, icon, isDisabled = false, onPress }) =>
          isPhone ? (
            <IconButton key={id} label={action} icon={icon} isDisabled={isDisabled} onPress={onPress} />
          ) : (
            <Button key={id} look="quiet" icon={icon} isDisabled={isDisabled} onPress={onPress}>
              {action}
            </Button>
          ),
        )}
      </div>
    </div>
  );
}
