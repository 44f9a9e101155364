import type { App } from '../../app/contract';

/** What can be opened in the editor. */
export interface Note {
  id: string;
  name: string;
}

/** Makes a text; its name is the one that it was really given. */
export async function makeText(app: Pick<App, 'createText' | 'entry'>, folder: string, name: string, text: string): Promise<Note> {
  const id = await app.createText(folder, name, text);
  return { id, name: (await app.entry(id))?.name ?? name };
}

/** Makes new notes, one at a time: who asks while one is being made gets null, and means that one. */
export function noteMaker(app: Pick<App, 'createText' | 'entry'>): (folder: string, name: string) => Promise<Note | null> {
  let isMaking = false;
  return async (folder, name) => {
    if (isMaking) return null;
    isMaking = true;
    try {
      return await makeText(app, folder, name, '');
    } finally {
      isMaking = false;
    }
  };
}
