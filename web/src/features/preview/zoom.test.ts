import { describe, expect, it } from 'vitest';

import { fit, isFitted, keepInside, zoomAt } from './zoom';

const frame = { width: 400, height: 300 };
const large = { width: 4000, height: 3000 };

describe('a picture in its frame', () => {
  it('is shown whole, and never blown up', () => {
    expect(fit(large, frame)).toEqual({ scale: 0.1, x: 0, y: 0 });
    expect(fit({ width: 40, height: 30 }, frame).scale).toBe(1);
    expect(isFitted(fit(large, frame), large, frame)).toBe(true);
  });

  it('keeps what is under the finger there', () => {
    const before = { scale: 0.5, x: 20, y: -10 };
    const at = { x: 100, y: 50 };
    const after = zoomAt(before, 2, at, large, frame);
    const under = ({ scale, x, y }: typeof before) => [(at.x - x) / scale, (at.y - y) / scale];
    expect(after.scale).toBe(1);
    expect(under(after)).toEqual(under(before));
    expect(isFitted(after, large, frame)).toBe(false);
  });

  it('has limits', () => {
    expect(zoomAt(fit(large, frame), 0.01, { x: 0, y: 0 }, large, frame).scale).toBe(0.1);
    expect(zoomAt(fit(large, frame), 1e6, { x: 0, y: 0 }, large, frame).scale).toBe(8);
  });

  it('does not leave the frame', () => {
    expect(keepInside({ scale: 0.1, x: 50, y: 50 }, large, frame)).toEqual({ scale: 0.1, x: 0, y: 0 });
    expect(keepInside({ scale: 0.2, x: 1e9, y: -1e9 }, large, frame)).toEqual({ scale: 0.2, x: 200, y: -150 });
  });
});
