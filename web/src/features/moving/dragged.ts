import type { DropItem } from 'react-aria-components/Table';

/** The type under which the id of a dragged entry travels; nothing else of it does. */
export const NODE_TYPE = 'application/x-strongroom-node';

/** The ids among what was dropped. */
export function draggedNodes(items: readonly DropItem[]): Promise<string[]> {
  const ours = items.filter((item) => item.kind === 'text').filter(({ types }) => types.has(NODE_TYPE));
  return Promise.all(ours.map((item) => item.getText(NODE_TYPE)));
}
