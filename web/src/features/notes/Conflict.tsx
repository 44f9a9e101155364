import { useEffect, useState } from 'react';
import { useText } from '../../lib/i18n';
import { useTask } from '../../lib/useTask';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { useNotify } from '../../ui/Notices';
import { Spinner } from '../../ui/Spinner';
import { ErrorMessage } from '../errors/ErrorMessage';
import type { Autosave } from './autosave';
import { CodeView } from './CodeView';
import css from './NoteEditor.module.css';
import type { Note } from './makeNote';
import type { TextStore } from './textStore';

interface ConflictProps {
  note: Note;
  store: TextStore;
  autosave: Autosave;
  saveCopy: (text: string) => Promise<string>;
  /** Shows another text in the editor, which is stored already. */
  onReplace: (text: string, version: string) => void;
}

interface Theirs {
  text: string;
  version: string;
}

/** Another device was faster: asks what becomes of both texts. Neither is lost, whatever the answer. */
export function Conflict({ note, store, autosave, saveCopy, onReplace }: ConflictProps) {
  const { t } = useText();
  const notify = useNotify();
  const { run, isBusy, error } = useTask();
  const [theirs, setTheirs] = useState<Theirs | null>(null);
  const [isComparing, setComparing] = useState(false);
  const [typed] = useState(() => autosave.text);

  useEffect(() => {
    void run(async () => {
      const found = await store.readText(note.id);
      // Both typed the same: there is nothing to ask.
      if (found.text === typed) autosave.accept(found.text, found.version);
      else setTheirs(found);
    });
  }, [run, store, note.id, typed, autosave]);

  const keepMine = (them: Theirs) => run(async () => {
      await autosave.keepMine(them.version);
    });
  const keepTheirs = (them: Theirs) =>
    run(async () => {
      const name = await saveCopy(autosave.text);
      onReplace(them.text, them.version);
      notify({ text: t('note.conflict.copied', { name }) });
    });

  return (
    <Dialog
      role="alertdialog"
      isOpen
      onClose={() => undefined}
      isWide={isComparing}
      title={t('note.conflict.title')}
      actions={
        theirs !== null && (
          <>
            {!isComparing && <Button onPress={() => setComparing(true)}>{t('note.conflict.compare')}</Button>}
            <Button isBusy={isBusy} onPress={() => void keepTheirs(theirs)}>
              {t('note.conflict.theirs')}
            </Button>
            <Button look="primary" isBusy={isBusy} onPress={() => void keepMine(theirs)}>
              {t('note.conflict.mine')}
            </Button>
          </>
        )
      }
    >
      <p>{t('note.conflict.text', { name: note.name })}</p>
      {theirs === null && error === null && <Spinner />}
      {error !== null && <ErrorMessage error={error} />}
      {isComparing && theirs !== null && (
        <div className={css.both}>
          <section className={css.side} aria-label={t('note.conflict.side.mine')}>
            <h3>{t('note.conflict.side.mine')}</h3>
            <CodeView text={typed} name={note.name} label={t('note.conflict.side.mine')} />
          </section>
          <section className={css.side} aria-label={t('note.conflict.side.theirs')}>
            <h3>{t('note.conflict.side.theirs')}</h3>
            <CodeView text={theirs.text} name={note.name} label={t('note.conflict.side.theirs')} />
          </section>
        </div>
      )}
    </Dialog>
  );
}
