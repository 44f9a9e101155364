import { useText } from '../../lib/i18n';
import { Banner } from '../../ui/Banner';
import { Button } from '../../ui/Button';
import { Progress } from '../../ui/Progress';
import css from './moving.module.css';
import { useCopying } from './useCopying';

/** The copies that take a while: how far they are, and a way to stop them. */
export function CopyNotes() {
  const { t, locale } = useText();
  const { jobs, cancel } = useCopying();
  return jobs.map(({ id, count, name, folder, done, total }) => {
    const title = t('copy.running', { count, name, folder: folder || t('files.title') });
    const number = new Intl.NumberFormat(locale);
    return (
      <Banner key={id} tone="info" title={title} actions={<Button onPress={() => cancel(id)}>{t('copy.stop')}</Button>}>
        <div className={css.copying}>
          {/* For the eyes: the bar tells the same to whoever asks for it. */}
          <p className="numeric" aria-hidden="true">
            {total === null ? t('copy.listing') : t('copy.progress', { done: number.format(done), total: number.format(total) })}
          </p>
          <Progress label={title} value={total === null || total === 0 ? null : done / total} />
        </div>
      </Banner>
    );
  });
}
