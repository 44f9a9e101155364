import { useRef, type ReactNode } from 'react';
import { useDrop } from 'react-aria-components/useDrop';
import css from '../files/PathBar.module.css';
import { draggedNodes, NODE_TYPE } from './dragged';

/** Takes what is dragged out of the list below, into a folder above. */
export function CrumbTarget({ children, onNodes }: { children: ReactNode; onNodes: (nodes: readonly string[]) => void }) {
  const ref = useRef<HTMLDivElement>(null);
  const { dropProps, isDropTarget } = useDrop({
    ref,
    getDropOperation: (types, allowed) => (types.has(NODE_TYPE) && allowed.includes('move') ? 'move' : 'cancel'),
    onDrop: ({ items }) => void draggedNodes(items).then(onNodes),
  });
  return (
    <div {...dropProps} ref={ref} role="presentation" className={isDropTarget ? css.over : css.target}>
      {children}
    </div>
  );
}
