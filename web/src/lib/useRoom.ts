import { useLayoutEffect, useState, type RefObject } from 'react';

/**
 * Whether there is room in an element for what it holds at its widest, as for buttons with their words.
 * `holds` says what that is: when it changes, it is measured again.
 */
export function useRoom(element: RefObject<HTMLElement | null>, holds: string): boolean {
  const [width, setWidth] = useState(Infinity);
  const [needed, setNeeded] = useState({ holds, width: 0 });
  const known = needed.holds === holds ? needed.width : 0;
  const hasRoom = width >= known;
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const measure = (): void => {
      setWidth(current.clientWidth);
      // Only what is shown at its widest tells how wide that is.
      if (hasRoom && current.scrollWidth > current.clientWidth) setNeeded({ holds, width: current.scrollWidth });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [element, holds, hasRoom]);
  return hasRoom;
}
