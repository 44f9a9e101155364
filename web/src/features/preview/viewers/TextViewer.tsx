import { lazy, Suspense, useState } from 'react';
import { useText } from '../../../lib/i18n';
import { formatBytes } from '../../../lib/format';
import { Problem } from '../../../lib/problem';
import { CodeView } from '../../notes/CodeView';
import { MOST_TEXT, previewKind } from '../previewKind';
import { readStart } from '../readContent';
import { readText } from '../readText';
import { useContent, type Prepare } from '../useContent';
import css from './TextViewer.module.css';
import { Viewing, type ViewerProps } from './Viewing';

const MarkdownText = lazy(() => import('../rich/MarkdownText'));

interface Text {
  text: string;
  isCut: boolean;
}

const prepare: Prepare<Text> = async (content, { signal, onProgress }) => {
  const isCut = content.size > MOST_TEXT;
  const text = readText(await readStart(content, MOST_TEXT, signal, onProgress), isCut);
  if (text === null) throw new Problem({ code: 'not-text', message: 'It holds zero bytes.' });
  return { text, isCut };
};

/** Texts, with colours where their language is known; Markdown as it is meant, or as it was typed. */
export default function TextViewer({ entry, version, ...ways }: ViewerProps) {
  const { t, locale } = useText();
  const [isMarkdown] = useState(() => previewKind(entry) === 'markdown');
  const opened = useContent(entry.id, version, prepare);
  return (
    <Viewing opened={opened} {...ways}>
      {({ text, isCut }) => (
        <div className={css.text}>
          {isCut && <p className={css.cut}>{t('preview.text.cut', { size: formatBytes(MOST_TEXT, locale) })}</p>}
          {isMarkdown && !isCut ? (
            // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached with the keyboard
            <div className={css.scroll} role="region" aria-label={entry.name} tabIndex={0}>
              <Suspense fallback={null}>
                <MarkdownText text={text} />
              </Suspense>
            </div>
          ) : (
            <CodeView text={text} name={entry.name} label={entry.name} />
          )}
        </div>
      )}
    </Viewing>
  );
}
