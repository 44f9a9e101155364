import { useRef, useState, type SubmitEvent } from 'react';
import type { AppError } from '../../app/contract';
import { emailProblem } from '../../lib/email';
import { useText, type Translate } from '../../lib/i18n';
import type { Task } from '../../lib/useTask';
import { TextArea } from '../../ui/TextArea';
import { EmailField } from './EmailField';
import css from './Entering.module.css';
import { PHRASE_LENGTH, phraseWords } from './phraseText';
import { SubmitStep } from './SubmitStep';

interface PhraseFormProps {
  task: Task;
  email: string;
  onEmail: (email: string) => void;
  /** The words, one space between them. */
  onPhrase: (phrase: string) => void;
}

/** The first step of recovering: whose account it is, and the words that open it. */
export function PhraseForm({ task, email, onEmail, onPhrase }: PhraseFormProps) {
  const { t } = useText();
  const [text, setText] = useState('');
  const [isChecked, setChecked] = useState(false);
  const emailField = useRef<HTMLInputElement>(null);
  const phraseField = useRef<HTMLTextAreaElement>(null);
  const words = phraseWords(text);
  const problem = isChecked ? phraseProblem(words, task.error, t) : undefined;

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (emailProblem(email) !== null) return emailField.current?.focus();
    if (words.length !== PHRASE_LENGTH) return phraseField.current?.focus();
    onPhrase(words.join(' '));
  };

  return (
    <form className={css.form} noValidate onSubmit={submit}>
      <p className={css.lead}>{t('recover.text')}</p>
      <EmailField value={email} onChange={onEmail} isChecked={isChecked} inputRef={emailField} />
      <TextArea
        label={t('phrase.title')}
        name="recovery-phrase"
        rows={5}
        value={text}
        onChange={(typed) => {
          setText(typed);
          task.clear();
        }}
        areaRef={phraseField}
        hint={t('recover.phrase.hint', { count: words.length, total: PHRASE_LENGTH })}
        error={problem}
      />
      <SubmitStep task={task} label={t('recover.next')} busyLabel={t('recover.busy')} error={errorBelow(task.error)} />
    </form>
  );
}

/** What is wrong with the words is said at their field; and no password was asked here that could be wrong. */
function errorBelow(error: AppError | null): AppError | null {
  if (error === null || error.code === 'invalid-phrase') return null;
  return error.code === 'INVALID_CREDENTIALS' ? { ...error, code: 'phrase-mismatch' } : error;
}

function phraseProblem(words: readonly string[], error: AppError | null, t: Translate): string | undefined {
  if (words.length === 0) return t('recover.phrase.empty');
  if (words.length !== PHRASE_LENGTH) return t('recover.phrase.count', { count: words.length, total: PHRASE_LENGTH });
  if (error?.code !== 'invalid-phrase') return undefined;
  const fault = error.phrase;
  if (fault?.kind === 'unknown-word') return t('recover.phrase.unknown', { number: fault.word, word: words[fault.word - 1] ?? '' });
  return t('recover.phrase.checksum');
}
