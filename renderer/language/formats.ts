import { formatLocaleOf, isRightToLeft, locale } from './locale.ts';

/*
 * Times and numbers as people of this page's language write them.
 */

/** How values of one kind are written. */
export interface Format {
  /** @param value a number, or milliseconds since 1970 */
  format(value: number): string;
}

let known: string | undefined;
const formatLocale = (): string => (known ??= formatLocaleOf(navigator.languages, locale));

/** Made when something is to be written: `Intl` takes tens of milliseconds for its first format, and a window's first pictures need none. */
function whenNeeded(make: () => Format): Format {
  let made: Format | undefined;
  return {
    format: (value) => {
      made ??= make();
      return made.format(value);
    },
  };
}

export function dateFormat(options: Intl.DateTimeFormatOptions): Format {
  return whenNeeded(() => new Intl.DateTimeFormat(formatLocale(), { hourCycle: 'h23', ...options }));
}

export function numberFormat(options?: Intl.NumberFormatOptions): Format {
  return whenNeeded(() => new Intl.NumberFormat(formatLocale(), options));
}

const moment = dateFormat({ dateStyle: 'medium', timeStyle: 'short' });

/** When something was, for a person. @param time milliseconds since 1970 */
export function momentWords(time: number): string {
  return moment.format(time);
}

const percent = numberFormat({ style: 'percent' });

/** A part of a whole, in whole percent; Arabic has its marks for the direction with it. @param share 0 … 1, or more */
export function percentWords(share: number): string {
  return percent.format(share);
}

/** One after the other, with commas. */
export function joined(parts: readonly string[]): string {
  return parts.join(isRightToLeft ? '، ' : ', ');
}

/** Words that stand alone otherwise, behind others: with a small first letter where that says nothing, unless it begins a name such as H.265. */
export function inSentence(words: string): string {
  return locale === 'en' ? words.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()) : words;
}
