/** Text that was typed and is not stored yet, wherever it stands: whoever would end it asks here first. */
export interface Unsaved {
  isDirty: () => boolean;
  /** Stores it now; true when nothing is left to store. Never rejects. */
  save: () => Promise<boolean>;
}

const watched = new Set<Unsaved>();

/** Counts until the returned function is called. */
export function watchUnsaved(unsaved: Unsaved): () => void {
  watched.add(unsaved);
  return () => watched.delete(unsaved);
}

export function anyUnsaved(): boolean {
  return [...watched].some((unsaved) => unsaved.isDirty());
}

/** Stores all of it; true when nothing is left. */
export async function saveUnsaved(): Promise<boolean> {
  const saved = await Promise.all([...watched].map((unsaved) => unsaved.save()));
  return saved.every(Boolean);
}
