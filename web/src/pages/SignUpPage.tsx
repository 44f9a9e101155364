import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { PreparedAccount } from '../app/contract';
import { useApp } from '../app/hooks';
import { CheckStep } from '../features/entering/CheckStep';
import { EnteringFrame } from '../features/entering/EnteringFrame';
import { useNewPassword } from '../features/entering/NewPassword';
import { PhraseStep } from '../features/entering/PhraseStep';
import { pickPlaces } from '../features/entering/quiz';
import { SignUpForm } from '../features/entering/SignUpForm';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { useTask } from '../lib/useTask';

type Step = 'form' | 'phrase' | 'check';

interface Prepared {
  account: PreparedAccount;
  password: string;
  places: readonly number[];
}

export default function SignUpPage() {
  const { t } = useText();
  const app = useApp();
  const task = useTask();
  const [step, setStep] = useState<Step>('form');
  const [email, setEmail] = useState('');
  const password = useNewPassword(email);
  const [prepared, setPrepared] = useState<Prepared | null>(null);
  const forget = useRef<PreparedAccount | null>(null);

  const titles = { form: t('signUp.title'), phrase: t('phrase.title'), check: t('check.title') };
  usePageTitle(titles[step]);

  // Keys that were made but never used are wiped when the page is left.
  useEffect(() => () => forget.current?.discard(), []);

  const go = (next: Step) => {
    task.clear();
    setStep(next);
    window.scrollTo(0, 0);
  };

  const prepare = async () => {
    const isReady = await task.run(async () => {
      if (prepared?.password === password.password) return;
      // The core keeps one such account at a time, so the old one goes before the new one comes.
      prepared?.account.discard();
      setPrepared(null);
      const account = await app.prepareAccount(password.password);
      forget.current = account;
      setPrepared({ account, password: password.password, places: pickPlaces(account.phrase.length, 3) });
    });
    if (isReady) go('phrase');
  };

  const complete = () => {
    if (prepared === null) return;
    void task.run(async () => {
      // Once it is complete this page goes away, and the account must not be wiped with it.
      forget.current = null;
      try {
        await prepared.account.complete(email.trim());
      } catch (reason) {
        forget.current = prepared.account;
        throw reason;
      }
    });
  };

  return (
    <EnteringFrame
      title={titles[step]}
      step={t('signUp.step', { step: { form: 1, phrase: 2, check: 3 }[step], steps: 3 })}
      isWide={step !== 'form'}
      footer={
        step === 'form' && (
          <>
            {t('signUp.have')} <Link to="/sign-in">{t('signUp.signIn')}</Link>
          </>
        )
      }
    >
      {step === 'form' && (
        <SignUpForm task={task} email={email} onEmail={setEmail} password={password} onNext={() => void prepare()} />
      )}
      {step === 'phrase' && prepared !== null && (
        <PhraseStep
          phrase={prepared.account.phrase}
          email={email.trim()}
          backLabel={t('app.back')}
          onBack={() => go('form')}
          onNext={() => go('check')}
        />
      )}
      {step === 'check' && prepared !== null && (
        <CheckStep
          task={task}
          phrase={prepared.account.phrase}
          places={prepared.places}
          email={email}
          onEmail={setEmail}
          onBack={() => go('phrase')}
          onComplete={complete}
        />
      )}
    </EnteringFrame>
  );
}
