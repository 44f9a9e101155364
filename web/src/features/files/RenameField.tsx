import { useEffect, useEffectEvent, useId, useRef, useState, type KeyboardEvent } from 'react';
import { Popover } from 'react-aria-components/Popover';
import { Input, TextField } from 'react-aria-components/TextField';
import { nameProblem, stemLength } from '../../lib/fileNames';
import { useText } from '../../lib/i18n';
import { useTask } from '../../lib/useTask';
import { Spinner } from '../../ui/Spinner';
import { errorWords } from '../errors/errorWords';
import { useAttempt } from '../errors/useAttempt';
import css from './RenameField.module.css';

interface RenameFieldProps {
  name: string;
  onRename: (name: string) => Promise<void>;
  /** Done, or left as it was. */
  onClose: () => void;
}

/** Edits a name in its place: Enter or leaving saves, Escape does not, a name that cannot be says why. */
export function RenameField({ name, onRename, onClose }: RenameFieldProps) {
  const { t, locale } = useText();
  const [value, setValue] = useState(name);
  const task = useTask();
  const attempt = useAttempt();
  const isOver = useRef(false);
  const field = useRef<HTMLInputElement>(null);
  const describedBy = useId();
  const problem = nameProblem(value);
  const words = problem !== null ? t(`name.${problem}`) : task.error !== null ? errorWords(task.error, t, locale) : null;

  const edit = useEffectEvent(() => {
    field.current?.focus();
    field.current?.setSelectionRange(0, stemLength(name));
  });
  // Once: the new name is in the list before it is known to be saved, and the field stays until then.
  useEffect(() => {
    // A list into which the focus comes from elsewhere gives it to the row. So the row has it
    // first, and the field when the list has settled.
    const row = field.current?.closest<HTMLElement>('[role="row"]') ?? null;
    if (row === null || row === document.activeElement) {
      edit();
      return;
    }
    row.focus({ preventScroll: true });
    const frame = requestAnimationFrame(() => edit());
    return () => cancelAnimationFrame(frame);
  }, []);

  useEffect(() => {
    isOver.current = false;
    return () => {
      isOver.current = true;
    };
  }, []);

  const rename = async (wanted: string) => {
    const renamed = onRename(wanted);
    try {
      await renamed;
    } catch (error) {
      if (!isOver.current) throw error;
      // There is no field any more that could say it.
      await attempt(() => renamed);
    }
  };
  const save = async () => {
    const wanted = value.trim();
    if (problem !== null) return;
    const isDone = wanted === name || (await task.run(() => rename(wanted)));
    if (isDone && !isOver.current) onClose();
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) void save();
    else if (event.key === 'Escape') onClose();
  };
  const blur = () => {
    if (problem !== null || task.error !== null) onClose();
    else void save();
  };

  return (
    <span className={css.box}>
      <TextField
        aria-label={t('files.rename.label', { name })}
        aria-describedby={describedBy}
        value={value}
        onChange={(typed) => {
          setValue(typed);
          task.clear();
        }}
        isInvalid={words !== null}
        isReadOnly={task.isBusy}
        className={css.field}
        onBlur={blur}
        onKeyDown={keyDown}
      >
        <Input ref={field} className={css.input} autoComplete="off" spellCheck="false" />
      </TextField>
      {task.isBusy && <Spinner />}
      <span id={describedBy} className="visually-hidden">
        {words ?? t('files.rename.hint')}
      </span>
      <Popover triggerRef={field} isOpen={words !== null} isNonModal placement="bottom start" offset={2} className={css.problem}>
        <span role="alert">{words}</span>
      </Popover>
    </span>
  );
}
