import { useMemo, useState } from 'react';
import type { Entry } from '../../crypto/types';
import { setPreferences } from '../../lib/preferences';
import { ROOMY, useMedia } from '../../lib/useMedia';
import { usePreferences } from '../../lib/usePreferences';
import { useWindowKeys } from '../../lib/useWindowKeys';
import { isInList } from './useListEvents';
import type { FileSelection } from './useSelection';

export interface DetailsState {
  /** Beside the files; remembered. */
  isPaneOpen: boolean;
  /** What the sheet is about, where there is no room for a pane; null while it is closed. */
  inSheet: readonly Entry[] | null;
  show: (entries: readonly Entry[]) => void;
  toggle: () => void;
  close: () => void;
}

/** Where details are shown, and the key `i` for them. In a list, where typing seeks names, it is Ctrl+I. */
export function useDetails(entries: readonly Entry[], { chosen, select }: FileSelection): DetailsState {
  const isRoomy = useMedia(ROOMY);
  const { details } = usePreferences();
  const [sheet, setSheet] = useState<ReadonlySet<string> | null>(null);
  const isPaneOpen = isRoomy && details;

  const inSheet = useMemo(() => (sheet === null || isRoomy ? null : entries.filter(({ id }) => sheet.has(id))), [entries, sheet, isRoomy]);
  const { show, toggle, close } = useMemo(
    () => ({
      show: (about: readonly Entry[]) => {
        const ids = new Set(about.map(({ id }) => id));
        if (!isRoomy) { setSheet(ids); return; }
        select(ids);
        setPreferences({ details: true });
      },
      toggle: () => {
        if (isRoomy) setPreferences({ details: !details });
        else setSheet(new Set(chosen.map(({ id }) => id)));
      },
      close: () => {
        if (isRoomy) setPreferences({ details: false });
        setSheet(null);
      },
    }),
    [isRoomy, details, chosen, select],
  );

  useWindowKeys((event) => {
    const isPlain = event.key === 'i' && !event.ctrlKey && !event.metaKey && !event.altKey;
    const isCombined = event.key.toLowerCase() === 'i' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!isCombined && (!isPlain || isInList(event.target))) return;
    event.preventDefault();
    toggle();
  });

  return { isPaneOpen, inSheet, show, toggle, close };
}
