import { SettingsView } from '../features/settings/SettingsView';
import { useText } from '../lib/i18n';
import { usePageTitle } from '../lib/pageTitle';
import { useUnlocked } from './unlocked';

export default function SettingsPage() {
  const { t } = useText();
  const { email, userId } = useUnlocked();
  usePageTitle(t('settings.title'));
  return <SettingsView email={email} userId={userId} />;
}
