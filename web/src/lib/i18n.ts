import { i18n } from '@lingui/core';
import { useLingui } from '@lingui/react';
import { useMemo } from 'react';
import type english from '../locales/en.json';
import { getPreferences } from './preferences';

/** Every text has an id; a text without one does not compile. */
export type MessageId = keyof typeof english;
export type Values = Record<string, string | number>;
export type Translate = (id: MessageId, values?: Values) => string;

interface Catalogue {
  /** In the language itself. */
  name: string;
  direction: 'ltr' | 'rtl';
  load: () => Promise<{ messages: Record<string, string> }>;
}

export type Language = 'en' | 'de' | 'fr';

/** The languages that are complete. */
export const LANGUAGES: Readonly<Record<Language, Catalogue>> = {
  en: { name: 'English', direction: 'ltr', load: () => import('../locales/en.json?lingui') },
  de: { name: 'Deutsch', direction: 'ltr', load: () => import('../locales/de.json?lingui') },
  fr: { name: 'Français', direction: 'ltr', load: () => import('../locales/fr.json?lingui') },
};

/** Loads and shows the preferred language, or the closest one that exists. */
export async function startLanguage(): Promise<void> {
  const { language } = getPreferences();
  await showLanguage(chooseLanguage(language === null ? navigator.languages : [language]));
}

export async function showLanguage(language: Language): Promise<void> {
  const { direction, load } = LANGUAGES[language];
  const { messages } = await load();
  // Numbers and dates keep the person's regional habits (British dates, say) where the language is the same.
  const regional = navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;
  i18n.loadAndActivate({ locale: language, locales: [regional], messages });
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
}

/** The first wanted language that is there; English if none is. */
export function chooseLanguage(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.split('-')[0] ?? tag);
  return known.find(isLanguage) ?? 'en';
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag);
}

/**
 * The words and the locale for a component; it renders again when the language changes.
 * Both stay the same objects until then, so that lists need not be built anew.
 */
export function useText(): { t: Translate; locale: string } {
  const context = useLingui();
  return useMemo(() => {
    const { i18n: active } = context;
    const locale = Array.isArray(active.locales) ? active.locales[0] : active.locales;
    return { t: (id, values) => active._(id, values), locale: locale ?? active.locale };
  }, [context]);
}
