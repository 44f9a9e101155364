import { lazy, Suspense } from 'react';
import type { Notes } from './useNotes';

const NoteEditor = lazy(() => import('./NoteEditor'));

/** Where a note is written; what that takes is loaded with the first one. */
export function NoteHost({ notes: { store, note, saveCopy, close }, onDownload }: { notes: Notes; onDownload: (id: string) => void }) {
  if (note === null) return null;
  return (
    <Suspense fallback={null}>
      <NoteEditor key={note.id} note={note} store={store} saveCopy={saveCopy} onClose={close} onDownload={() => onDownload(note.id)} />
    </Suspense>
  );
}
