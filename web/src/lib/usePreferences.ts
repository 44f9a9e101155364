import { useSyncExternalStore } from 'react';
import { getPreferences, subscribePreferences, type Preferences } from './preferences';

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribePreferences, getPreferences);
}
