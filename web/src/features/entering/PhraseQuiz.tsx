import { useRef, useState, type ReactNode, type SubmitEvent } from 'react';
import { useText } from '../../lib/i18n';
import type { Task } from '../../lib/useTask';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/TextField';
import css from './Entering.module.css';
import { ProgressNote } from './ProgressNote';
import { isSameWord } from './quiz';

interface PhraseQuizProps {
  task: Task;
  phrase: readonly string[];
  /** The places asked back, counted from 0. */
  places: readonly number[];
  /** Messages and further fields, between the words and the buttons. */
  children?: ReactNode;
  onBack: () => void;
  /** All words were right. */
  onRight: () => void;
  label: string;
  busyLabel: string;
}

/** Asks some words of a new phrase back, to be sure that the copy is right. */
export function PhraseQuiz({ task, phrase, places, children, onBack, onRight, label, busyLabel }: PhraseQuizProps) {
  const { t } = useText();
  const [typed, setTyped] = useState<Readonly<Record<number, string>>>({});
  const [isChecked, setChecked] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const isRight = (place: number) => isSameWord(typed[place] ?? '', phrase[place]);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    const wrong = places.find((place) => !isRight(place));
    if (wrong === undefined) { onRight(); return; }
    form.current?.querySelector<HTMLInputElement>(`[name="word-${String(wrong)}"]`)?.focus();
  };

  return (
    <form ref={form} className={css.form} noValidate onSubmit={submit}>
      <p className={css.lead}>{t('check.text')}</p>
      <div className={css.checks}>
        {places.map((place) => (
          <TextField
            key={place}
            label={t('check.word', { number: place + 1 })}
            name={`word-${String(place)}`}
            autoComplete="off"
            isMonospace
            value={typed[place] ?? ''}
            onChange={(word) => setTyped({ ...typed, [place]: word })}
            error={isChecked && !isRight(place) ? t((typed[place] ?? '') === '' ? 'check.empty' : 'check.wrong', { number: place + 1 }) : undefined}
          />
        ))}
      </div>
      {children}
      <div className={css.end}>
        <Button look="quiet" onPress={onBack} isDisabled={task.isBusy}>
          {t('check.see')}
        </Button>
        <Button type="submit" look="primary" isWide isBusy={task.isBusy}>
          {task.isBusy ? busyLabel : label}
        </Button>
      </div>
      <ProgressNote isBusy={task.isBusy} />
    </form>
  );
}
