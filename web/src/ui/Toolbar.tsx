import { Ellipsis, X } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { useFocusKept } from '../lib/useFocusKept';
import { PHONE, useMedia } from '../lib/useMedia';
import { useRoom } from '../lib/useRoom';
import { Button, IconButton } from './Button';
import { Menu, type MenuEntry } from './Menu';
import css from './Toolbar.module.css';

interface ToolbarProps {
  /** What leads here, before the name. */
  before?: ReactNode;
  title: string;
  detail?: string | undefined;
  children?: ReactNode;
}

/** The line above a page's content: its name, and what can be done with it. */
export function Toolbar({ before, title, detail, children }: ToolbarProps) {
  return (
    <div className={css.bar}>
      {before}
      <h1 className={css.title}>
        <span title={title} dir="auto">
          {title}
        </span>
      </h1>
      {detail !== undefined && <span className={css.detail}>{detail}</span>}
      <div className={css.actions}>{children}</div>
    </div>
  );
}

interface SelectionBarProps {
  label: string;
  title: string;
  clearLabel: string;
  /** What the menu of the minor actions is called. */
  moreLabel: string;
  onClear: () => void;
  actions: readonly MenuEntry[];
}

/** Takes the toolbar's place while something is selected; on phones the actions stand below, where the thumb is. */
export function SelectionBar({ label, title, clearLabel, moreLabel, onClear, actions }: SelectionBarProps) {
  const isPhone = useMedia(PHONE);
  useFocusKept();
  const isInMenu = ({ isMinor = false }: MenuEntry) => (isMinor === 'phone' ? isPhone : isMinor);
  // Beside the buttons that were taken out of it, what is left of the menu makes no groups.
  const minor = actions.filter(isInMenu).map((action) => ({ ...action, beginsGroup: false }));
  const shown = actions.filter((action) => !isInMenu(action));
  const bar = useRef<HTMLDivElement>(null);
  const isRoomy = useRoom(bar, [title, ...shown.map((action) => action.label)].join('\n'));
  const buttons = shown.map(({ id, label: action, icon, isDisabled = false, onAction }) => {
    if (isPhone) {
      return (
        <AriaButton key={id} className={css.thumb} isDisabled={isDisabled} onPress={onAction}>
          {icon}
          <span>{action}</span>
        </AriaButton>
      );
    }
    return isRoomy ? (
      <Button key={id} look="quiet" icon={icon} isDisabled={isDisabled} onPress={onAction}>
        {action}
      </Button>
    ) : (
      <IconButton key={id} label={action} icon={icon} isDisabled={isDisabled} onPress={onAction} />
    );
  });
  const more = minor.length > 0 && (
    <Menu
      label={moreLabel}
      entries={minor}
      trigger={
        isPhone ? (
          <AriaButton className={css.thumb}>
            <Ellipsis size={16} />
            <span>{moreLabel}</span>
          </AriaButton>
        ) : (
          <IconButton label={moreLabel} icon={<Ellipsis size={16} />} />
        )
      }
    />
  );
  return (
    <>
      <div ref={bar} className={`${css.bar} ${css.selection}`}>
        <IconButton label={clearLabel} icon={<X size={16} />} onPress={onClear} />
        <h1 className={css.selected}>{title}</h1>
        {!isPhone && (
          <div className={css.actions} role="toolbar" aria-label={label}>
            {buttons}
            {more}
          </div>
        )}
      </div>
      {isPhone && (
        <div className={css.thumbs} role="toolbar" aria-label={label}>
          {buttons}
          {more}
        </div>
      )}
    </>
  );
}
