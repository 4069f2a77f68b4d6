import { expect, test } from 'vitest';
import { lengthWords, sizeWords } from '../../../renderer/clips/clip-words.ts';

test.each([
  [400, '0 s'],
  [59_400, '59 s'],
  [125_000, '2:05 min'],
  [3_600_000, '1:00:00 h'],
])('a clip of %i ms is said to be %s long', (milliseconds, words) => {
  expect(lengthWords(milliseconds)).toBe(words);
});

test.each([
  [1, '1 kB'],
  [230 * 1_024, '230 kB'],
  [4.1 * 1_024 * 1_024, '4.1 MB'],
  [10_240 * 1_024 * 1_024, '10.0 GB'],
])('%i bytes are %s, as the settings count', (bytes, words) => {
  expect(sizeWords(bytes)).toBe(words);
});
