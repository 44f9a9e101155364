import { CloudUpload } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import { isDirectoryDropItem, isFileDropItem, useDrop } from 'react-aria-components/useDrop';
import css from './DropArea.module.css';

interface DropAreaProps {
  children: ReactNode;
  isDisabled: boolean;
  title: string;
  text: string;
  /** Files that were dropped, and the names of folders that were, if any. */
  onDrop: (files: readonly File[], folders: readonly string[]) => void;
}

/** Takes files dragged from the desktop, anywhere over its content. */
export function DropArea({ children, isDisabled, title, text, onDrop }: DropAreaProps) {
  const area = useRef<HTMLDivElement>(null);
  const { dropProps, isDropTarget } = useDrop({
    ref: area,
    getDropOperation: (_types, allowed) => (!isDisabled && allowed.includes('copy') ? 'copy' : 'cancel'),
    onDrop: ({ items }) => {
      const folders = items.filter(isDirectoryDropItem).map((item) => item.name);
      const files = items.filter(isFileDropItem).map((item) => item.getFile());
      void Promise.all(files).then((taken) => onDrop(taken, folders));
    },
  });
  return (
    <div {...dropProps} role="presentation" ref={area} className={css.area}>
      {children}
      {isDropTarget && (
        <div className={css.veil}>
          <div className={css.card}>
            <CloudUpload size={32} strokeWidth={1.5} aria-hidden="true" />
            <strong>{title}</strong>
            <span>{text}</span>
          </div>
        </div>
      )}
    </div>
  );
}
