import { Copy, FileDown, Printer } from 'lucide-react';
import { useState } from 'react';
import { useText, type MessageId } from '../../lib/i18n';
import { saveText } from '../../lib/saveText';
import { Button } from '../../ui/Button';
import css from './Entering.module.css';

interface PhraseStepProps {
  phrase: readonly string[];
  email: string;
  backLabel: string;
  onBack: () => void;
  onNext: () => void;
}

/** Shows the recovery phrase, the only time that it is shown, with three ways to keep it. */
export function PhraseStep({ phrase, email, backLabel, onBack, onNext }: PhraseStepProps) {
  const { t } = useText();
  const [note, setNote] = useState<MessageId | null>(null);
  const server = window.location.host;

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(phrase.join(' '));
      setNote('phrase.copied');
    } catch {
      setNote('phrase.copyFailed');
    }
  };
  const save = () => {
    const words = phrase.map((word, index) => `${String(index + 1).padStart(2)}  ${word}`);
    saveText(t('phrase.file.name'), `${t('phrase.file.intro', { email, server })}\n${words.join('\n')}\n`);
  };

  return (
    <div data-printed className={css.form}>
      <p className={css.lead}>{t('phrase.text')}</p>
      <div className={css.printOnly}>
        <p>{t('phrase.print.account', { email })}</p>
        <p>{t('phrase.print.server', { server })}</p>
        <p>{t('phrase.print.text')}</p>
      </div>
      <ol className={css.words} aria-label={t('phrase.words')}>
        {phrase.map((word, index) => (
          <li key={index}>
            <span className={css.number}>{index + 1}</span>
            <span className={css.word} translate="no">
              {word}
            </span>
          </li>
        ))}
      </ol>
      <div className={css.row}>
        <Button icon={<Copy size={16} />} onPress={() => void copy()}>
          {t('phrase.copy')}
        </Button>
        <Button icon={<FileDown size={16} />} onPress={save}>
          {t('phrase.save')}
        </Button>
        <Button icon={<Printer size={16} />} onPress={() => window.print()}>
          {t('phrase.print')}
        </Button>
      </div>
      <p className={css.note} role="status">
        {note !== null && t(note)}
      </p>
      <div className={css.end}>
        <Button look="quiet" onPress={onBack}>
          {backLabel}
        </Button>
        <Button look="primary" isWide onPress={onNext}>
          {t('phrase.next')}
        </Button>
      </div>
    </div>
  );
}
