import { useMemo } from 'react';
import { useDragAndDrop, type DragAndDropHooks } from 'react-aria-components/useDragAndDrop';
import { useText } from '../../lib/i18n';
import { TOUCH, useMedia } from '../../lib/useMedia';
import { NODE_TYPE } from './dragged';
import css from './moving.module.css';

/**
 * Lets the rows of a list be dragged onto folders, the selected ones together. For the mouse: the keyboard and
 * the finger, of which a long press selects, have the dialog, and Ctrl+X and Ctrl+V.
 */
export function useRowDrag(isDraggable: boolean): DragAndDropHooks {
  const { t } = useText();
  const isTouch = useMedia(TOUCH);
  const options = useMemo(
    () => ({
      // A list that has the hooks keeps them.
      isDisabled: !isDraggable || isTouch,
      getItems: (keys: Iterable<string | number>) => [...keys].map((key) => ({ [NODE_TYPE]: String(key) })),
      getAllowedDropOperations: () => ['move' as const],
      renderDragPreview: (items: readonly unknown[]) => <div className={css.preview}>{t('files.items', { count: items.length })}</div>,
    }),
    [t, isDraggable, isTouch],
  );
  return useDragAndDrop(options).dragAndDropHooks;
}
