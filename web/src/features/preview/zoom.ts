/** How a picture lies in its frame: its middle, in pixels from the frame's middle, and its size in relation to its own. */
export interface Placement {
  scale: number;
  x: number;
  y: number;
}

interface Size {
  width: number;
  height: number;
}

/** A picture's pixel is never shown larger than so many. */
const LARGEST = 8;

/** The whole picture in the middle; small ones are not blown up. */
export function fit(picture: Size, frame: Size): Placement {
  return { scale: Math.min(1, frame.width / picture.width, frame.height / picture.height), x: 0, y: 0 };
}

/** Larger or smaller by a factor, while what is at a point (from the frame's middle) stays there. */
export function zoomAt(placement: Placement, factor: number, at: { x: number; y: number }, picture: Size, frame: Size): Placement {
  const smallest = fit(picture, frame).scale;
  const scale = Math.min(Math.max(placement.scale * factor, smallest), Math.max(LARGEST, smallest));
  const ratio = scale / placement.scale;
  return keepInside({ scale, x: at.x - (at.x - placement.x) * ratio, y: at.y - (at.y - placement.y) * ratio }, picture, frame);
}

/** Moved so far that no empty space is shown that need not be. */
export function keepInside({ scale, x, y }: Placement, picture: Size, frame: Size): Placement {
  const most = (length: number, room: number): number => Math.max(0, (length * scale - room) / 2);
  const within = (value: number, limit: number): number => Math.min(Math.max(value, -limit), limit);
  return { scale, x: within(x, most(picture.width, frame.width)), y: within(y, most(picture.height, frame.height)) };
}

export function isFitted(placement: Placement, picture: Size, frame: Size): boolean {
  return placement.scale <= fit(picture, frame).scale * 1.001;
}
