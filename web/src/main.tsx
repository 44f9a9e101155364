import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApp } from './app/app';
import { startLanguage } from './lib/i18n';
import { followTheme } from './lib/theme';
import { Page } from './pages/Page';
import './ui/base.css';

followTheme();
// The core starts looking for a session while the words are still on their way.
const app = createApp();
const place = document.getElementById('root');

if (place !== null) {
  await startLanguage();
  createRoot(place).render(
    <StrictMode>
      <Page app={app} />
    </StrictMode>,
  );
}
