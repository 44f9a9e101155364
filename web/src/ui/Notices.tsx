import { X } from 'lucide-react';
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react';
import { keepFocus } from '../lib/useFocusKept';
import { Button, IconButton } from './Button';
import css from './Notices.module.css';

export interface Notice {
  text: string;
  /** More about it, in small. */
  detail?: string;
  action?: { label: string; /** The key that does the same. */ shortcut?: string; run: () => void };
  /** Stays until it is dismissed. */
  isProblem?: boolean;
}

/** Gives a function that takes the message away early. */
type Notify = (notice: Notice) => () => void;

const NotifyContext = createContext<Notify>(() => () => undefined);

/** Shows a short message that goes away by itself. */
export function useNotify(): Notify {
  return useContext(NotifyContext);
}

const SHOWN_MS = 8000;
/** Long enough to be read aloud and then reached with the keyboard. */
const SHOWN_WITH_ACTION_MS = 20_000;
const AT_ONCE = 3;

interface NoticesProps {
  children: ReactNode;
  label: string;
  dismissLabel: string;
}

/** The place for short messages, read aloud politely. */
export function Notices({ children, label, dismissLabel }: NoticesProps) {
  const [notices, setNotices] = useState<readonly (Notice & { id: number })[]>([]);
  const nextId = useRef(0);
  const region = useRef<HTMLElement>(null);

  const dismiss = useCallback((id: number) => {
    setNotices((shown) => shown.filter((notice) => notice.id !== id));
    keepFocus();
  }, []);
  const notify = useCallback<Notify>(
    (notice) => {
      const id = nextId.current;
      nextId.current += 1;
      setNotices((shown) => [...shown, { ...notice, id }].slice(-AT_ONCE));
      // Nothing goes away under the pointer, or from someone on the way to its button.
      const leave = () => {
        if (region.current?.matches(':hover, :focus-within') === true) setTimeout(leave, SHOWN_MS);
        else dismiss(id);
      };
      if (notice.isProblem !== true) setTimeout(leave, notice.action === undefined ? SHOWN_MS : SHOWN_WITH_ACTION_MS);
      return () => dismiss(id);
    },
    [dismiss],
  );

  const list = useMemo(
    () =>
      notices.map(({ id, text, detail, action, isProblem }) => (
        <li key={id} className={`${css.notice} ${isProblem === true ? css.problem : ''}`}>
          <div className={css.words}>
            <p>{text}</p>
            {detail !== undefined && <p className={css.detail}>{detail}</p>}
          </div>
          {action !== undefined && (
            <Button
              look="quiet"
              onPress={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
              {action.shortcut !== undefined && <kbd className={css.shortcut}>{action.shortcut}</kbd>}
            </Button>
          )}
          <IconButton label={dismissLabel} icon={<X size={16} />} onPress={() => dismiss(id)} />
        </li>
      )),
    [notices, dismiss, dismissLabel],
  );

  return (
    <NotifyContext value={notify}>
      {children}
      <section ref={region} className={css.region} aria-label={label} aria-live="polite">
        <ol className={css.list}>{list}</ol>
      </section>
    </NotifyContext>
  );
}
