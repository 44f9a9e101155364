import { useCallback } from 'react';
import type { OpenContent, VersionInfo } from '../../app/contract';
import { useApp } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { formatExactTime } from '../../lib/format';
import { useText } from '../../lib/i18n';
import { useNotify } from '../../ui/Notices';
import { saveFile } from '../transfers/saveFile';
import { useUndo } from '../undo/useUndo';

/** Read at once, in bytes. */
const STEP = 8 * 1024 * 1024;

/** Both reject with an `AppError`. */
interface VersionActions {
  download: (version: VersionInfo) => Promise<void>;
  /** `all` are the versions that there are. */
  restore: (version: VersionInfo, all: readonly VersionInfo[]) => Promise<void>;
}

/** What can be done with one version of a file, with the messages for it. */
export function useVersionActions({ id, name }: Entry): VersionActions {
  const { t, locale } = useText();
  const app = useApp();
  const notify = useNotify();
  const { doUndoable } = useUndo();

  const download = useCallback(
    async (version: VersionInfo) => {
      const content = await app.openContent(id, version.id);
      const dismiss = content.size > STEP ? notify({ text: t('versions.fetching', { name }) }) : () => undefined;
      try {
        saveFile(await wholeOf(content), content.name);
      } finally {
        dismiss();
        content.close();
      }
    },
    [app, id, name, notify, t],
  );
  const restore = useCallback(
    (version: VersionInfo, all: readonly VersionInfo[]) =>
      doUndoable(async () => {
        const before = all.find(({ current }) => current);
        await app.restoreVersion(id, version.id);
        const done = t('versions.restored', { name, time: formatExactTime(version.time, locale) });
        if (before === undefined) {
          notify({ text: done });
          return null;
        }
        return {
          done,
          undone: t('versions.restored', { name, time: formatExactTime(before.time, locale) }),
          about: [id],
          undo: () => app.restoreVersion(id, before.id),
        };
      }),
    [app, id, locale, name, notify, doUndoable, t],
  );
  return { download, restore };
}

/** Put together of pieces that the browser may keep on the disk. */
async function wholeOf(content: OpenContent): Promise<Blob> {
  const pieces: Blob[] = [];
  for (let at = 0; at < content.size; at += STEP) pieces.push(new Blob([(await content.read(at, Math.min(at + STEP, content.size))) as BlobPart]));
  return new Blob(pieces);
}
