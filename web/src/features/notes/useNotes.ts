import { useCallback, useMemo, useState } from 'react';
import { useApp } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { stemLength } from '../../lib/fileNames';
import { useAttempt } from '../errors/useAttempt';
import { freeName } from './freeName';
import type { Note } from './NoteEditor';
import type { TextStore } from './textStore';

export interface Notes {
  store: TextStore;
  /** What is being written. */
  note: Note | null;
  /** Makes a new note and opens it. */
  create: () => void;
  edit: (entry: Entry) => void;
  close: () => void;
  saveCopy: (text: string) => Promise<string>;
}

/** The notes of a folder: new ones, and the one that is open. */
export function useNotes(folder: string, entries: readonly Entry[]): Notes {
  const { t } = useText();
  const app = useApp();
  const attempt = useAttempt();
  const store: TextStore = app;
  const [note, setNote] = useState<Note | null>(null);
  const free = useCallback((name: string) => freeName(name, new Set(entries.map((entry) => entry.name))), [entries]);

  const create = useCallback(() => {
    const name = free(`${t('note.untitled')}.md`);
    void attempt(async () => {
      const id = await store.createText(folder, name, '');
      setNote({ id, name });
    });
  }, [store, folder, free, attempt, t]);
  const saveCopy = useCallback(
    async (text: string) => {
      if (note === null) return '';
      const stem = note.name.slice(0, stemLength(note.name));
      const name = free(`${t('note.copy', { name: stem })}${note.name.slice(stem.length)}`);
      await store.createText(folder, name, text);
      return name;
    },
    [store, note, folder, free, t],
  );
  const edit = useCallback((entry: Entry) => setNote({ id: entry.id, name: entry.name }), []);
  const close = useCallback(() => setNote(null), []);
  return useMemo(() => ({ store, note, create, edit, close, saveCopy }), [store, note, create, edit, close, saveCopy]);
}
