import { useCallback, useMemo, useState } from 'react';
import type { App } from '../../app/contract';
import { useApp } from '../../app/hooks';
import type { Entry } from '../../crypto/types';
import { useText } from '../../lib/i18n';
import { stemLength } from '../../lib/fileNames';
import { useAttempt } from '../errors/useAttempt';
import { keptVersions } from '../versions/keptVersions';
import { freeName } from './freeName';
import { makeText, noteMaker, type Note } from './makeNote';
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

/** Versions that are saved until those that are too many are deleted, besides at the end. */
const TIDY_AFTER = 20;

/** What the app does with texts; now and then it deletes the versions that are not kept. */
function createStore(app: App): TextStore {
  let saved = 0;
  return {
    readText: (node) => app.readText(node),
    async saveText(node, text, base) {
      const made = await app.saveText(node, text, base);
      saved += 1;
      if (saved % TIDY_AFTER === 0) tidy(app, node);
      return made;
    },
  };
}

function tidy(app: App, node: string): void {
  // It is done again when the versions are looked at.
  keptVersions(app, node, Date.now()).catch(() => undefined);
}

/** The notes of a folder: new ones, and the one that is open. */
export function useNotes(folder: string, entries: readonly Entry[]): Notes {
  const { t } = useText();
  const app = useApp();
  const attempt = useAttempt();
  const store = useMemo(() => createStore(app), [app]);
  const [note, setNote] = useState<Note | null>(null);
  const make = useMemo(() => noteMaker(app), [app]);
  const free = useCallback((name: string) => freeName(name, new Set(entries.map((entry) => entry.name))), [entries]);

  const create = useCallback(() => {
    const name = free(`${t('note.untitled')}.md`);
    void attempt(async () => {
      const made = await make(folder, name);
      // What is being written by now stays.
      if (made !== null) setNote((open) => open ?? made);
    });
  }, [make, folder, free, attempt, t]);
  const saveCopy = useCallback(
    async (text: string) => {
      if (note === null) return '';
      const stem = note.name.slice(0, stemLength(note.name));
      const name = free(`${t('note.copy', { name: stem })}${note.name.slice(stem.length)}`);
      return (await makeText(app, folder, name, text)).name;
    },
    [app, note, folder, free, t],
  );
  const edit = useCallback((entry: Entry) => setNote({ id: entry.id, name: entry.name }), []);
  const close = useCallback(() => {
    if (note !== null) tidy(app, note.id);
    setNote(null);
  }, [app, note]);
  return useMemo(() => ({ store, note, create, edit, close, saveCopy }), [store, note, create, edit, close, saveCopy]);
}
