import { useCallback, useRef, type ReactNode } from 'react';

/** A file that was chosen. */
export interface Picked {
  file: File;
  /** Where the browser finds it again after a reload, if it can. */
  handle?: FileSystemFileHandle;
}

interface FilePicker {
  /** Opens the browser's own dialog. Only while handling something that the person did. */
  open: () => void;
  /** Has to be rendered, once; shows nothing. */
  input: ReactNode;
}

interface Options {
  /** For the dialog: which files it offers. */
  accept?: string;
  /** Whether it offers only one. */
  isSingle?: boolean;
  /** A folder with all that is in it. */
  isFolder?: boolean;
}

/** Not in every browser. */
type ShowOpenFilePicker = (options: { multiple: boolean }) => Promise<FileSystemFileHandle[]>;

/** The browser's dialog for choosing files, for buttons, menus and keys alike. */
export function useFilePicker(onPick: (picked: readonly Picked[]) => void, { accept, isSingle = false, isFolder = false }: Options = {}): FilePicker {
  const field = useRef<HTMLInputElement>(null);
  const open = useCallback(() => {
    // The dialog that gives handles knows folders too, but will not open every one of them.
    const show = (globalThis as { showOpenFilePicker?: ShowOpenFilePicker }).showOpenFilePicker;
    if (show === undefined || isFolder || accept !== undefined) {
      field.current?.click();
      return;
    }
    const pick = async (): Promise<void> => {
      const handles = await show({ multiple: !isSingle });
      onPick(await Promise.all(handles.map(async (handle) => ({ file: await handle.getFile(), handle }))));
    };
    pick().catch((error: unknown) => {
      // Somebody has closed it.
      if (!(error instanceof DOMException && error.name === 'AbortError')) field.current?.click();
    });
  }, [accept, isFolder, isSingle, onPick]);
  const input = (
    <input
      ref={field}
      type="file"
      hidden
      multiple={!isSingle}
      {...(isFolder && { webkitdirectory: '' })}
      accept={accept}
      onChange={({ currentTarget }) => {
        const files = [...(currentTarget.files ?? [])];
        // So that the same file can be chosen again.
        currentTarget.value = '';
        if (files.length > 0) onPick(files.map((file) => ({ file })));
      }}
    />
  );
  return { open, input };
}
