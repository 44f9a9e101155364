import { LayoutGrid, List, Monitor, Moon, Sun } from 'lucide-react';
import { LANGUAGES, startLanguage, useText } from '../../lib/i18n';
import { setPreferences } from '../../lib/preferences';
import { usePreferences } from '../../lib/usePreferences';
import { Choice } from '../../ui/Choice';

const AUTO = 'auto';

export function ThemeChoice() {
  const { t } = useText();
  const { theme } = usePreferences();
  return (
    <Choice
      label={t('settings.theme')}
      value={theme}
      onChange={(value) => setPreferences({ theme: value })}
      options={[
        { value: 'system', label: t('settings.theme.system'), icon: <Monitor size={16} /> },
        { value: 'light', label: t('settings.theme.light'), icon: <Sun size={16} /> },
        { value: 'dark', label: t('settings.theme.dark'), icon: <Moon size={16} /> },
      ]}
    />
  );
}

export function ViewChoice() {
  const { t } = useText();
  const { view } = usePreferences();
  return (
    <Choice
      label={t('settings.view')}
      value={view}
      onChange={(value) => setPreferences({ view: value })}
      options={[
        { value: 'list', label: t('settings.view.list'), icon: <List size={16} /> },
        { value: 'grid', label: t('settings.view.grid'), icon: <LayoutGrid size={16} /> },
      ]}
    />
  );
}

export function LanguageChoice() {
  const { t } = useText();
  const { language } = usePreferences();
  return (
    <Choice<string>
      label={t('settings.language.label')}
      value={language ?? AUTO}
      onChange={(value) => {
        setPreferences({ language: value === AUTO ? null : value });
        void startLanguage();
      }}
      options={[
        { value: AUTO, label: t('settings.language.auto') },
        ...Object.entries(LANGUAGES).map(([tag, { name }]) => ({ value: tag, label: name })),
      ]}
    />
  );
}
