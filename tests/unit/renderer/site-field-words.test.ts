import { expect, test } from 'vitest';
import { settingsChange } from '../../../main/contract/site.ts';
import { siteFileCamera, siteFileKiosk, siteFileLayout } from '../../../main/contract/site-file.ts';
import { siteFileUpdates } from '../../../main/contract/site-file-policy.ts';
import { locales } from '../../../renderer/language/paraglide/runtime.js';
import {
  siteChangeName,
  siteFieldValue,
  siteFieldWords,
} from '../../../renderer/settings/site-field-words.ts';

const parts = [siteFileCamera, siteFileLayout, settingsChange, siteFileKiosk, siteFileUpdates];
/** The key is what the file itself goes by, and of a PIN no more is told than that there is one. */
const fields = parts
  .flatMap(({ shape }) => Object.keys(shape))
  .filter((field) => field !== 'key' && field !== 'pinHash');

test('whatever a site file may change has words in every language, and nobody reads the name of a field', () => {
  for (const locale of locales)
    for (const field of fields) expect(siteFieldWords(field, locale)).not.toBe(field);
});

test('a changed setting is called as in the settings, a camera by its own name', () => {
  const setting = { kind: 'setting' as const, change: 'changed' as const, name: 'pictureFit', fields: [] };
  expect(siteChangeName(setting, 'de')).toBe('Bilder');
  expect(siteChangeName({ ...setting, kind: 'camera', name: 'clock' }, 'de')).toBe('clock');
});

test('what can be chosen is said as in the forms', () => {
  expect(siteFieldValue('connection', 'always', 'de')).toBe('Immer verbunden');
  expect(siteFieldValue('lockAfterMinutes', '0', 'en')).toBe('Only by hand');
  expect(siteFieldValue('lockAfterMinutes', '5', 'en')).toBe('After 5 min');
  expect(siteFieldValue('mayStandStill', 'yes', 'de')).toBe('ja');
  expect(siteFieldValue('displays', '1,2', 'en')).toBe('1,2');
  expect(siteFieldValue('grid', '1+5')).toBe('1+5, 1 large and 5 small');
  expect(siteFieldValue('grid', JSON.stringify({ columns: [1, 1, 1], rows: [1, 1], merged: [] }))).toContain(
    '3 × 2',
  );
});

test('a camera that somebody has called “yes” is called so in every language', () => {
  expect(siteFieldValue('name', 'yes', 'de')).toBe('yes');
});
