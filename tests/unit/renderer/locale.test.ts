import { expect, test } from 'vitest';
import { formatLocaleOf, preferredLocale } from '../../../renderer/language/locale.ts';

test('the first language of the browser that there is counts, else English', () => {
  expect(preferredLocale(['fr-FR', 'de-AT', 'en'])).toBe('de');
  expect(preferredLocale(['fr', 'zh-CN'])).toBe('en');
  expect(preferredLocale([])).toBe('en');
});

test('times and numbers are written as in the region of the person, with Latin digits', () => {
  expect(formatLocaleOf(['en', 'de-AT', 'de'], 'de')).toBe('de-AT-u-nu-latn');
  expect(formatLocaleOf(['ar-EG'], 'ar')).toBe('ar-EG-u-nu-latn');
  expect(formatLocaleOf(['fr'], 'es')).toBe('es-u-nu-latn');
});

test.each([['en-US@posix'], ['en-'], ['en-C_UTF8']])(
  'a language that is none (%s, on a Linux without one) leaves no empty page',
  (tag) => {
    expect(preferredLocale([tag])).toBe('en');
    expect(formatLocaleOf([tag], 'en')).toBe('en-u-nu-latn');
  },
);
