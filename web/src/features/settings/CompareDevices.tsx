import { useState } from 'react';
import { useApp } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { useTask } from '../../lib/useTask';
import { Button } from '../../ui/Button';
import { ErrorMessage } from '../errors/ErrorMessage';
import css from './Settings.module.css';

/** Digits that are the same on two devices unless the server shows them different histories. */
export function CompareDevices() {
  const { t } = useText();
  const app = useApp();
  const task = useTask();
  const [digits, setDigits] = useState<string | null>(null);
  const show = () => void task.run(async () => setDigits(await app.fingerprint()));
  return (
    <>
      <div role="status" className={css.stack}>
        {digits !== null && (
          <>
            <ol className={css.digits} aria-label={t('settings.compare.digits')}>
              {digits.split(/\s+/).map((group, index) => (
                // The same group may stand there twice; its place is what tells it apart.
                <li key={index}>{group}</li>
              ))}
            </ol>
            <p>{t('settings.compare.same')}</p>
            <p>{t('settings.compare.differ')}</p>
          </>
        )}
      </div>
      {task.error !== null && <ErrorMessage error={task.error} />}
      <div className={css.row}>
        <Button isBusy={task.isBusy} onPress={show}>
          {t(digits === null ? 'settings.compare.show' : 'settings.compare.again')}
        </Button>
      </div>
    </>
  );
}
