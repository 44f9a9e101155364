import { useCallback, useState } from 'react';
import { useText } from '../../../lib/i18n';
import { Problem } from '../../../lib/problem';
import { convertDocument } from '../documents/convert';
import type { Converted } from '../documents/documents.worker';
import { readWhole } from '../readContent';
import { RichText } from '../rich/RichText';
import { useContent, type Prepare } from '../useContent';
import { previewKind } from '../previewKind';
import css from './DocumentViewer.module.css';
import { SheetTable } from './SheetTable';
import { Viewing, type ViewerProps } from './Viewing';

/** Letters and tables of office programs, converted on this device; their words and figures, not their layout. */
export default function DocumentViewer({ entry, version, ...ways }: ViewerProps) {
  const { t } = useText();
  const [kind] = useState<'docx' | 'xlsx'>(() => (previewKind(entry) === 'xlsx' ? 'xlsx' : 'docx'));
  const prepare = useCallback<Prepare<Converted>>(
    async (content, { signal, onProgress }) => {
      // The conversion takes its share of the time.
      const bytes = await readWhole(content, signal, (done) => onProgress(done * 0.8));
      const converted = await convertDocument(kind, bytes, signal);
      const isEmpty = converted.kind === 'xlsx' && converted.sheets.length === 0;
      if (isEmpty) throw new Problem({ code: 'not-decoded', message: 'There is no sheet in it.' });
      return converted;
    },
    [kind],
  );
  const opened = useContent(entry.id, version, prepare);
  return (
    <Viewing opened={opened} {...ways}>
      {(converted) =>
        converted.kind === 'xlsx' ? (
          <SheetTable sheets={converted.sheets} />
        ) : (
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached with the keyboard
          <div className={css.scroll} role="region" aria-label={entry.name} tabIndex={0}>
            <div className={css.paper}>
              <RichText nodes={converted.nodes} />
            </div>
            <p className={css.note}>{t('preview.converted')}</p>
          </div>
        )
      }
    </Viewing>
  );
}
