import { baseLocale, type Locale, locales, overwriteGetLocale, toLocale } from './paraglide/runtime.js';

/*
 * The language of this page: as it was chosen on this station, else the first of the browser's that there is, else English.
 * It is known before any message is read (`messages.ts` imports it), and stays: who chooses another one loads the page again.
 */

const storageKey = 'gatehouse.language';

/** Each language in its own name. */
export const languageNames: Readonly<Record<Locale, string>> = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  ar: 'العربية',
};

/** What was chosen on this station; null: the browser's language counts. */
export const chosenLocale: Locale | null = loadLocale();

export const locale: Locale = chosenLocale ?? preferredLocale(navigator.languages);

export const isRightToLeft: boolean = locale === 'ar';

overwriteGetLocale(() => locale);

// Tests of single classes have no page.
if (typeof document !== 'undefined') {
  document.documentElement.lang = locale;
  document.documentElement.dir = isRightToLeft ? 'rtl' : 'ltr';
}

/** @param tags as a browser lists them: `de-AT`, `en` */
export function preferredLocale(tags: readonly string[]): Locale {
  for (const tag of tags) {
    const known = toLocale(languageOf(tag));
    if (known !== undefined) return known;
  }
  return baseLocale;
}

/**
 * For `Intl`: the person's region counts where it is one of the language; digits are Latin everywhere, as in the numbers of cameras.
 * @param tags as a browser lists them; Chromium on a Linux without a language says `en-US@posix`, which `Intl` refuses
 */
export function formatLocaleOf(tags: readonly string[], language: Locale): string {
  const tag = tags.find((each) => languageOf(each) === language && isWellFormed(each)) ?? language;
  return new Intl.Locale(tag, { numberingSystem: 'latn' }).toString();
}

/** Loads the page again, in that language. @param chosen null: as the browser */
export function chooseLocale(chosen: Locale | null): void {
  try {
    if (chosen === null) localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, chosen);
  } catch {
    // A browser that stores nothing keeps its own language.
  }
  location.reload();
}

export function isLocale(text: string): text is Locale {
  return (locales as readonly string[]).includes(text);
}

function isWellFormed(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

function languageOf(tag: string): string {
  return tag.split('-', 1)[0] ?? tag;
}

// Not by `state/browser-storage.ts`: the phone's page shares this module, and little else.
function loadLocale(): Locale | null {
  if (typeof document === 'undefined') return null;
  try {
    return toLocale(localStorage.getItem(storageKey)) ?? null;
  } catch {
    return null;
  }
}
