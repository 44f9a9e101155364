import { useCallback, useRef, type ReactNode } from 'react';

interface FilePicker {
  /** Opens the browser's own dialog. Only while handling something that the person did. */
  open: () => void;
  /** Has to be rendered, once; shows nothing. */
  input: ReactNode;
}

/** The browser's dialog for choosing files, for buttons, menus and keys alike. */
export function useFilePicker(onPick: (files: readonly File[]) => void, { accept, isFolder = false }: { accept?: string; /** A folder with all that is in it. */ isFolder?: boolean } = {}): FilePicker {
  const field = useRef<HTMLInputElement>(null);
  const open = useCallback(() => field.current?.click(), []);
  const input = (
    <input
      ref={field}
      type="file"
      hidden
      multiple={accept === undefined}
      {...(isFolder && { webkitdirectory: '' })}
      accept={accept}
      onChange={({ currentTarget }) => {
        const files = [...(currentTarget.files ?? [])];
        // So that the same file can be chosen again.
        currentTarget.value = '';
        if (files.length > 0) onPick(files);
      }}
    />
  );
  return { open, input };
}
