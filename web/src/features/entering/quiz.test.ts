import { describe, expect, it } from 'vitest';
import { isSameWord, pickPlaces } from './quiz';

describe('the words asked back', () => {
  it('are different ones, in order', () => {
    for (let round = 0; round < 200; round += 1) {
      const places = pickPlaces(24, 3);
      expect(new Set(places).size).toBe(3);
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(places.every((place) => place >= 0 && place < 24)).toBe(true);
    }
  });

  it('may be typed in any case', () => {
    expect(isSameWord(' Abandon ', 'abandon')).toBe(true);
    expect(isSameWord('', undefined)).toBe(false);
    expect(isSameWord('abandom', 'abandon')).toBe(false);
  });
});
