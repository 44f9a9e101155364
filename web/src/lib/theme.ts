import { getPreferences, subscribePreferences } from './preferences';

/** Keeps `data-theme` on the root element in step with the preference and the system. */
export function followTheme(): void {
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const { theme } = getPreferences();
    const dark = theme === 'dark' || (theme === 'system' && system.matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  };
  apply();
  system.addEventListener('change', apply);
  subscribePreferences(apply);
}
