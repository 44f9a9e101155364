import { useMemo } from 'react';
import { formatBytes } from '../../../lib/format';
import { useText } from '../../../lib/i18n';
import { fromMarkdown } from './fromMarkdown';
import { RichText } from './RichText';
import css from './RichText.module.css';

/** Characters that are laid out; more would keep the page busy for long. */
const MOST = 512 * 1024;

/** Markdown as it is meant. */
export default function MarkdownText({ text }: { text: string }) {
  const { t, locale } = useText();
  const nodes = useMemo(() => fromMarkdown(text.slice(0, MOST)), [text]);
  return (
    <>
      {text.length > MOST && <p className={css.cut}>{t('preview.text.cut', { size: formatBytes(MOST, locale) })}</p>}
      <RichText nodes={nodes} />
    </>
  );
}
