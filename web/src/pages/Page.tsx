import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { I18nProvider as AriaLocale } from 'react-aria-components/I18nProvider';
import type { App } from '../app/contract';
import { AppContext, useAppState } from '../app/hooks';
import { useText } from '../lib/i18n';
import { router } from './router';
import { Splash } from './Splash';

const UnsupportedPage = lazy(() => import('./UnsupportedPage'));

/** The whole page, given the app core. */
export function Page({ app }: { app: App }) {
  return (
    <I18nProvider i18n={i18n}>
      <AppContext value={app}>
        <Localised />
      </AppContext>
    </I18nProvider>
  );
}

function Localised() {
  const { locale } = useText();
  const phase = useAppState((state) => state.phase);
  return (
    <AriaLocale locale={locale}>
      <Suspense fallback={<Splash />}>
        {phase.name === 'starting' && <Splash problem={phase.error} />}
        {phase.name === 'unsupported' && <UnsupportedPage missing={phase.missing} />}
        {phase.name !== 'starting' && phase.name !== 'unsupported' && <RouterProvider router={router} />}
      </Suspense>
    </AriaLocale>
  );
}
