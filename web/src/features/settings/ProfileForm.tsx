import { useState, type SubmitEvent } from 'react';
import type { Profile } from '../../app/contract';
import { useApp, useAppState } from '../../app/hooks';
import { useText } from '../../lib/i18n';
import { useFilePicker } from '../../lib/useFilePicker';
import { useTask } from '../../lib/useTask';
import { Avatar } from '../../ui/Avatar';
import { Button } from '../../ui/Button';
import { useNotify } from '../../ui/Notices';
import { Spinner } from '../../ui/Spinner';
import { TextField } from '../../ui/TextField';
import { ErrorMessage } from '../errors/ErrorMessage';
import { StorageBar } from '../frame/StorageBar';
import css from './Settings.module.css';
import { stillTyped } from './stillTyped';

/** Who one is to the server, and the picture that only one's own devices see. */
export function ProfileForm({ email }: { email: string }) {
  const { t } = useText();
  const profile = useAppState((state) => state.profile);
  return (
    <>
      <div>
        <p className={css.label}>{t('field.email')}</p>
        <p className={css.value}>{email}</p>
      </div>
      <div className={css.meter}>
        <StorageBar />
      </div>
      {profile === null ? (
        <p className={css.waiting} role="status">
          <Spinner /> {t('settings.profile.loading')}
        </p>
      ) : (
        <>
          <Picture profile={profile} />
          <Names profile={profile} />
        </>
      )}
    </>
  );
}

function Picture({ profile }: { profile: Profile }) {
  const { t } = useText();
  const app = useApp();
  const notify = useNotify();
  const task = useTask();
  const set = (picture: Blob | null) =>
    void task.run(async () => {
      await app.setAvatar(picture);
      notify({ text: t(picture === null ? 'settings.picture.removed' : 'settings.picture.saved') });
    });
  const picker = useFilePicker(([picked]) => set(picked?.file ?? null), { accept: 'image/*', isSingle: true });
  return (
    <div className={css.picture}>
      <Avatar picture={profile.avatar} name={profile.firstName ?? profile.username ?? profile.email} size="large" />
      <div className={css.stack}>
        <p className={css.label}>{t('settings.picture')}</p>
        <p className={css.hint}>{t('settings.picture.text')}</p>
        {picker.input}
        <div className={css.row}>
          <Button onPress={picker.open} isBusy={task.isBusy}>
            {t(profile.avatar === null ? 'settings.picture.choose' : 'settings.picture.change')}
          </Button>
          {profile.avatar !== null && (
            <Button look="quiet" isDisabled={task.isBusy} onPress={() => set(null)}>
              {t('settings.picture.remove')}
            </Button>
          )}
        </div>
        {task.error !== null && <ErrorMessage error={task.error} />}
      </div>
    </div>
  );
}

const FIELDS = ['username', 'firstName', 'lastName'] as const;
const AUTOCOMPLETE = { username: 'nickname', firstName: 'given-name', lastName: 'family-name' } as const;

function Names({ profile }: { profile: Profile }) {
  const { t } = useText();
  const app = useApp();
  const notify = useNotify();
  const task = useTask();
  const [typed, setTyped] = useState<Partial<Record<(typeof FIELDS)[number], string>>>({});
  const valueOf = (field: (typeof FIELDS)[number]) => typed[field] ?? profile[field] ?? '';
  const changed = FIELDS.filter((field) => valueOf(field).trim() !== (profile[field] ?? ''));

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (changed.length === 0) return;
    const changes = Object.fromEntries(changed.map((field) => [field, valueOf(field).trim() || null]));
    if (!(await task.run(() => app.updateProfile(changes)))) return;
    setTyped((now) => stillTyped(now, typed));
    notify({ text: t('settings.profile.saved') });
  };

  return (
    <form className={css.form} noValidate onSubmit={(event) => void submit(event)}>
      <p className={css.hint}>{t('settings.profile.readable')}</p>
      {FIELDS.map((field) => (
        <TextField
          key={field}
          label={t(`settings.profile.${field}`)}
          name={field}
          autoComplete={AUTOCOMPLETE[field]}
          maxLength={100}
          value={valueOf(field)}
          onChange={(value) => {
            setTyped((now) => ({ ...now, [field]: value }));
            task.clear();
          }}
        />
      ))}
      {task.error !== null && <ErrorMessage error={task.error} />}
      <div>
        <Button type="submit" isDisabled={changed.length === 0} isBusy={task.isBusy}>
          {t(task.isBusy ? 'settings.profile.busy' : 'settings.profile.save')}
        </Button>
      </div>
    </form>
  );
}
