import { useId, useState } from 'react';
import { nameProblem } from '../../lib/fileNames';
import { useText } from '../../lib/i18n';
import { useTask } from '../../lib/useTask';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { TextField } from '../../ui/TextField';
import { ErrorMessage } from '../errors/ErrorMessage';

const takeFocus = (field: HTMLInputElement | null) => field?.focus();

interface NewFolderDialogProps {
  onCreate: (name: string) => Promise<void>;
  onClose: () => void;
}

/** Asks what the new folder is called. */
export default function NewFolderDialog({ onCreate, onClose }: NewFolderDialogProps) {
  const { t } = useText();
  const [name, setName] = useState('');
  const [isShown, setShown] = useState(false);
  const task = useTask();
  const form = useId();
  const problem = nameProblem(name);
  const create = async () => {
    setShown(true);
    if (problem === null && (await task.run(() => onCreate(name.trim())))) onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('files.newFolder')}
      actions={
        <>
          <Button onPress={onClose}>{t('app.cancel')}</Button>
          <Button look="primary" type="submit" form={form} isBusy={task.isBusy}>
            {t('files.newFolder.create')}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <TextField
          inputRef={takeFocus}
          label={t('files.newFolder.name')}
          value={name}
          onChange={(typed) => {
            setName(typed);
            task.clear();
          }}
          // An empty field is no mistake before something was typed.
          error={problem !== null && (isShown || problem !== 'empty') ? t(`name.${problem}`) : undefined}
          autoComplete="off"
        />
      </form>
      {task.error !== null && <ErrorMessage error={task.error} />}
    </Dialog>
  );
}
