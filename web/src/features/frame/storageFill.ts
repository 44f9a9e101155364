import type { StorageUse } from '../../app/contract';

const NEARLY = 0.9;

/** Between 0 and 1. */
export function fractionOf({ used, limit }: StorageUse): number {
  return limit === 0 ? 1 : Math.min(1, used / limit);
}

export function fillOf(storage: StorageUse): 'room' | 'nearly' | 'full' {
  const fraction = fractionOf(storage);
  if (fraction >= 1) return 'full';
  return fraction >= NEARLY ? 'nearly' : 'room';
}
