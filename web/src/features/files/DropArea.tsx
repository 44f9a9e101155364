import { CloudUpload } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import type { DropItem } from 'react-aria-components/Table';
import { useDrop } from 'react-aria-components/useDrop';
import { droppedHandles, type Handles } from '../../lib/fileHandles';
import { draggedNodes, NODE_TYPE } from '../moving/dragged';
import css from './DropArea.module.css';

interface DropAreaProps {
  children: ReactNode;
  isDisabled: boolean;
  title: string;
  text: string;
  /** Whether a row stands for a folder that things can be dropped into. */
  isFolder: (id: string) => boolean;
  /** The folder over which something is held; null: none. */
  over: string | null;
  onOver: (id: string | null) => void;
  /** Files and folders from the desktop; into a folder of the list, or where we are. */
  onDrop: (items: readonly DropItem[], into: string | null, handles: Promise<Handles>) => void;
  /** Entries of this vault. */
  onNodes: (nodes: readonly string[], into: string) => void;
}

/** Takes files and folders dragged from the desktop, anywhere over its content, and entries dragged onto folders in it. */
export function DropArea({ children, isDisabled, title, text, isFolder, over, onOver, onDrop, onNodes }: DropAreaProps) {
  const area = useRef<HTMLDivElement>(null);
  const handles = useRef<Promise<Handles>>(Promise.resolve(new Map()));
  const folderAt = (x: number, y: number): string | null => {
    const box = area.current?.getBoundingClientRect();
    if (box === undefined) return null;
    const id = document.elementFromPoint(box.x + x, box.y + y)?.closest('[role="row"][data-key]')?.getAttribute('data-key') ?? null;
    return id !== null && isFolder(id) ? id : null;
  };
  const { dropProps, isDropTarget } = useDrop({
    ref: area,
    isDisabled,
    getDropOperationForPoint: (types, allowed, x, y) => {
      const into = folderAt(x, y);
      if (into !== over) onOver(into);
      if (types.has(NODE_TYPE)) return into !== null && allowed.includes('move') ? 'move' : 'cancel';
      return allowed.includes('copy') ? 'copy' : 'cancel';
    },
    onDropExit: () => onOver(null),
    onDrop: ({ items, x, y }) => {
      const into = folderAt(x, y);
      onOver(null);
      void draggedNodes(items).then((nodes) => {
        if (nodes.length === 0) onDrop(items, into, handles.current);
        else if (into !== null) onNodes(nodes, into);
      });
    },
  });
  return (
    <div
      {...dropProps}
      role="presentation"
      ref={area}
      className={css.area}
      // Before the items are read, which cannot be asked for handles any more.
      onDropCapture={({ dataTransfer }) => {
        handles.current = droppedHandles(dataTransfer);
      }}
    >
      {children}
      {isDropTarget && over === null && (
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
