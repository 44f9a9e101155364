import { i18n } from '@lingui/core';
import { useLingui } from '@lingui/react';
import type english from '../locales/en.json';
import { getPreferences } from './preferences';

/** Every text has an id; a text without one does not compile. */
export type MessageId = keyof typeof english;
export type Values = Record<string, string | number>;
export type Translate = (id: MessageId, values?: Values) => string;

/** The languages that are complete, with their own names. */
export const LANGUAGES = [{ tag: 'en', name: 'English' }] as const;

export type Language = (typeof LANGUAGES)[number]['tag'];

const catalogues: Record<Language, () => Promise<{ messages: Record<string, string> }>> = {
  en: () => import('../locales/en.json?lingui'),
};

/** Loads and shows the preferred language, or the closest one that exists. */
export async function startLanguage(): Promise<void> {
  const { language } = getPreferences();
  await showLanguage(chooseLanguage(language === null ? navigator.languages : [language]));
}

export async function showLanguage(language: Language): Promise<void> {
  const { messages } = await catalogues[language]();
  // Numbers and dates keep the person's regional habits (British dates, say) where the language is the same.
  const regional = navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;
  i18n.loadAndActivate({ locale: language, locales: [regional], messages });
  document.documentElement.lang = language;
  document.documentElement.dir = 'ltr';
}

/** The first wanted language that is there; English if none is. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const known = LANGUAGES.find((language) => language.tag === tag.split('-')[0]);
    if (known !== undefined) return known.tag;
  }
  return 'en';
}

/** The words and the locale for a component; it renders again when the language changes. */
export function useText(): { t: Translate; locale: string } {
  const { i18n: active } = useLingui();
  const locale = active.locales;
  return {
    t: (id, values) => active._(id, values),
    locale: (Array.isArray(locale) ? locale[0] : locale) ?? active.locale,
  };
}
