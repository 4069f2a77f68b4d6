import { formatLocale } from './locale.ts';

/*
 * Times and numbers as people of this page's language write them.
 */

export function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(formatLocale, { hourCycle: 'h23', ...options });
}

export function numberFormat(options?: Intl.NumberFormatOptions): Intl.NumberFormat {
  return new Intl.NumberFormat(formatLocale, options);
}

const moment = dateFormat({ dateStyle: 'medium', timeStyle: 'short' });
const list = new Intl.ListFormat(formatLocale, { type: 'conjunction' });

/** When something was, for a person. @param time milliseconds since 1970 */
export function momentWords(time: number): string {
  return moment.format(time);
}

/** "one, two, and three". */
export function listWords(parts: readonly string[]): string {
  return list.format(parts);
}
