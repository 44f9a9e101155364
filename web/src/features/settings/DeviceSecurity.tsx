import { useEffect, useState } from 'react';
import { useApp } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { useTask } from '../../lib/useTask';
import { Button } from '../../ui/Button';
import { CheckField } from '../../ui/CheckField';
import { Choice } from '../../ui/Choice';
import { ErrorMessage } from '../errors/ErrorMessage';
import { useLeaving } from '../frame/useLeaving';
import css from './Settings.module.css';

const NEVER = 'never';
const MINUTES = [5, 15, 60, 240] as const;

/** When this device locks itself, and whether it stays unlocked over a reload. */
export function DeviceSecurity() {
  const { t } = useText();
  const app = useApp();
  const { lock, signOut } = useLeaving();
  const [minutes, setMinutes] = useState(() => app.autoLock());
  // What was chosen elsewhere, in an older release say, is offered too.
  const offered = minutes === null || MINUTES.some((known) => known === minutes) ? MINUTES : [...MINUTES, minutes].sort((a, b) => a - b);

  return (
    <>
      <Choice<string>
        label={t('settings.autoLock')}
        value={minutes === null ? NEVER : String(minutes)}
        onChange={(value) => {
          const chosen = value === NEVER ? null : Number(value);
          app.setAutoLock(chosen);
          setMinutes(chosen);
        }}
        options={[
          ...offered.map((count) => ({ value: String(count), label: durationWords(count, t) })),
          { value: NEVER, label: t('settings.autoLock.never') },
        ]}
      />
      <KeepUnlocked onChanged={() => setMinutes(app.autoLock())} />
      <KeepOffline />
      <div className={css.row}>
        <Button onPress={lock}>{t('settings.lock')}</Button>
        <Button onPress={signOut}>{t('settings.signOut')}</Button>
      </div>
    </>
  );
}

function KeepUnlocked({ onChanged }: { onChanged: () => void }) {
  const { t } = useText();
  const app = useApp();
  const task = useTask();
  const { run } = task;
  const [isOn, setOn] = useState<boolean | null>(null);
  useEffect(() => {
    void run(async () => setOn(await app.keepUnlocked()));
  }, [app, run]);

  const set = (wanted: boolean) =>
    void run(async () => {
      await app.setKeepUnlocked(wanted);
      setOn(wanted);
      // Where nobody chose when it locks, that depends on this.
      onChanged();
    });
  return (
    <>
      {isOn !== null && <CheckField label={t('keep.label')} hint={t('keep.hint')} isSelected={isOn} isDisabled={task.isBusy} onChange={set} />}
      {task.error !== null && <ErrorMessage error={task.error} />}
    </>
  );
}

function KeepOffline() {
  const { t } = useText();
  const app = useApp();
  const task = useTask();
  const [isOn, setOn] = useState(() => app.keepOffline());
  const set = (wanted: boolean) =>
    void task.run(async () => {
      await app.setKeepOffline(wanted);
      setOn(wanted);
    });
  return (
    <>
      <CheckField label={t('offline.label')} hint={t('offline.hint')} isSelected={isOn} isDisabled={task.isBusy} onChange={set} />
      {task.error !== null && <ErrorMessage error={task.error} />}
    </>
  );
}

function durationWords(minutes: number, t: ReturnType<typeof useText>['t']): string {
  return minutes % 60 === 0 ? t('settings.autoLock.hours', { count: minutes / 60 }) : t('settings.autoLock.minutes', { count: minutes });
}
