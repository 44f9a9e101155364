import { useEffect, useRef, useState, type SubmitEvent } from 'react';
import type { PreparedPhrase } from '../../app/contract';
import { useApp } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { isPassing } from '../../lib/problem';
import { useTask } from '../../lib/useTask';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { KnownEmail } from '../entering/EmailField';
import { PasswordAsked } from '../entering/PasswordAsked';
import { PhraseQuiz } from '../entering/PhraseQuiz';
import { PhraseStep } from '../entering/PhraseStep';
import { ProgressNote } from '../entering/ProgressNote';
import { pickPlaces } from '../entering/quiz';
import { ErrorMessage } from '../errors/ErrorMessage';
import css from './Settings.module.css';

type Step = 'closed' | 'password' | 'phrase' | 'check' | 'done';

/** A new recovery phrase; the old one stays valid until the new one was kept and asked back. */
export function NewPhrase({ email }: { email: string }) {
  const { t } = useText();
  const app = useApp();
  const task = useTask();
  const [step, setStep] = useState<Step>('closed');
  const [password, setPassword] = useState('');
  const [isChecked, setChecked] = useState(false);
  const [prepared, setPrepared] = useState<{ phrase: PreparedPhrase; places: readonly number[] } | null>(null);
  /** A request may have arrived although its answer did not. */
  const [isUncertain, setUncertain] = useState(false);
  const forget = useRef<PreparedPhrase | null>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const isWrong = task.error?.code === 'wrong-password' || task.error?.code === 'INVALID_CREDENTIALS';

  // A phrase that was made but never confirmed is wiped when the page is left.
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      forget.current?.discard();
    };
  }, []);

  const go = (next: Step) => {
    task.clear();
    setStep(next);
  };
  const prepare = async (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (password === '') return passwordField.current?.focus();
    const isReady = await task.run(async () => {
      const phrase = await app.preparePhrase(password);
      if (isGone.current) {
        phrase.discard();
        return;
      }
      forget.current = phrase;
      setPrepared({ phrase, places: pickPlaces(phrase.phrase.length, 3) });
    });
    if (!isReady) return passwordField.current?.select();
    setPassword('');
    setChecked(false);
    go('phrase');
  };
  const complete = () => {
    if (prepared === null) return;
    void task
      .run(async () => {
        try {
          await prepared.phrase.complete();
        } catch (reason) {
          if (isPassing(reason)) setUncertain(true);
          throw reason;
        }
      })
      .then((isDone) => {
        if (!isDone) return;
        setUncertain(false);
        forget.current = null;
        setPrepared(null);
        go('done');
      });
  };
  const cancel = () => {
    prepared?.phrase.discard();
    forget.current = null;
    setPrepared(null);
    setPassword('');
    setChecked(false);
    go('closed');
  };

  const uncertain = isUncertain && (
    <Banner tone="warning" title={t('settings.phrase.uncertain')}>
      <p>{t('settings.phrase.uncertain.text')}</p>
    </Banner>
  );

  if (step === 'password') {
    return (
      <form className={css.form} noValidate onSubmit={(event) => void prepare(event)}>
        <KnownEmail email={email} />
        <PasswordAsked
          label={t('settings.password.current')}
          name="current-password"
          // eslint-disable-next-line jsx-a11y/no-autofocus -- the button that opened this has just gone
          autoFocus
          value={password}
          onChange={(value) => {
            setPassword(value);
            task.clear();
          }}
          inputRef={passwordField}
          isChecked={isChecked}
          error={isWrong ? t('error.wrongPassword') : undefined}
        />
        {task.error !== null && !isWrong && <ErrorMessage error={task.error} />}
        <div className={css.row}>
          <Button type="submit" look="primary" isBusy={task.isBusy}>
            {t('settings.phrase.make')}
          </Button>
          <Button look="quiet" onPress={cancel} isDisabled={task.isBusy}>
            {t('app.cancel')}
          </Button>
        </div>
        <ProgressNote isBusy={task.isBusy} />
      </form>
    );
  }
  if (step === 'phrase' && prepared !== null) {
    return (
      <>
        {uncertain}
        <PhraseStep phrase={prepared.phrase.phrase} email={email} backLabel={t('app.cancel')} onBack={cancel} onNext={() => go('check')} />
      </>
    );
  }
  if (step === 'check' && prepared !== null) {
    return (
      <PhraseQuiz
        task={task}
        phrase={prepared.phrase.phrase}
        places={prepared.places}
        onBack={() => go('phrase')}
        onRight={complete}
        label={t('settings.phrase.complete')}
        busyLabel={t('settings.phrase.busy')}
      >
        {task.error !== null && <ErrorMessage error={task.error} />}
        {uncertain}
      </PhraseQuiz>
    );
  }
  return (
    <>
      {uncertain}
      <div role="status">
        {step === 'done' && (
          <Banner tone="info">
            <p>{t('settings.phrase.done')}</p>
          </Banner>
        )}
      </div>
      <div>
        <Button onPress={() => go('password')}>{t('settings.phrase.new')}</Button>
      </div>
    </>
  );
}
