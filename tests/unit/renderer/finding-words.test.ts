import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findingWords, measuredWords } from '../../../renderer/examination/finding-words.ts';
import { adviceWords } from '../../../renderer/health/advice-words.ts';

const main = path.resolve(import.meta.dirname, '../../../main');

/** Every whole sentence that a rule can say, with a number for each thing that it fills in. */
function sentencesOf(file: string): string[] {
  const source = readFileSync(path.join(main, file), 'utf8');
  return [...source.matchAll(/(['`])((?:\$\{)?[A-Za-z][^'`\n]*[.])\1/g)].map(([, , sentence = '']) =>
    sentence.replaceAll(/\$\{[^}]+\}/g, '7'),
  );
}

test.each([
  'doctor/findings.ts',
  'doctor/stream-findings.ts',
  'doctor/examination.ts',
  'doctor/onvif-examination.ts',
  'health/health-advice.ts',
])('every sentence of %s is told in German', (file) => {
  const sentences = sentencesOf(file);
  expect(sentences.length).toBeGreaterThan(1);
  expect(sentences.filter((sentence) => findingWords(sentence, 'de') === sentence)).toEqual([]);
  expect(sentences.map((sentence) => findingWords(sentence, 'en'))).toEqual(sentences);
});

test('what was measured is told part by part, with the decimals of the language', () => {
  expect(measuredWords('H.264 Main, 1280 × 720, no sound', 'de')).toBe('H.264 Main, 1280 × 720, kein Ton');
  expect(measuredWords('640 × 360, 12.5 a second', 'es')).toBe('640 × 360, 12,5 por segundo');
  expect(measuredWords('3 days behind', 'de')).toBe('3 Tage nach');
  expect(measuredWords('554 open, 80 closed', 'ar')).toBe('\u2068554 مفتوح\u2069، \u206880 مغلق\u2069');
  expect(measuredWords('77.0 ms', 'de')).toBe('77,0 ms');
});

test('advice is told with what was measured; what nobody has translated stays as it is', () => {
  const meaning = 'Packets come unevenly: the picture moves in jerks.';
  const advice =
    'Connect the camera by cable instead of Wi-Fi, and look for a link on the way that is overloaded.';
  const uneven = { measured: '77.5 ms', meaning, advice };
  expect(adviceWords(uneven, 'de')).toBe(
    `77,5 ms: Pakete kommen ungleichmäßig: Das Bild ruckelt. ${findingWords(advice, 'de')}`,
  );
  expect(adviceWords(uneven, 'en')).toBe(`77.5 ms: ${meaning} ${advice}`);
  expect(adviceWords({ measured: '', meaning, advice: null }, 'en')).toBe(meaning);
  expect(adviceWords({ measured: '', meaning: 'Unheard of.', advice: null }, 'de')).toBe('Unheard of.');
});
