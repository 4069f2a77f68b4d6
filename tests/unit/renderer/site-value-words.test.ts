import { expect, test } from 'vitest';
import { siteValueWords } from '../../../renderer/settings/site-value-words.ts';

const tiles = [
  'Gate',
  null,
  { shows: 'pinned' as const, camera: 'Hall' },
  { shows: 'hotspot' as const },
  { shows: 'tour' as const, cameras: ['Yard', 'Roof'], seconds: 5 },
];

test('the tiles of a wall are said in the language of the reader', () => {
  expect(siteValueWords(tiles, 'en')).toBe('Gate, –, pinned (Hall), hotspot, tour (Yard, Roof, 5 s)');
  expect(siteValueWords(tiles, 'de')).toBe('Gate, –, fest (Hall), Hotspot, Rundgang (Yard, Roof, 5 s)');
  expect(siteValueWords(tiles, 'es')).toBe('Gate, –, fija (Hall), hotspot, ronda (Yard, Roof, 5 s)');
  expect(siteValueWords(tiles, 'ar')).toContain('جولة (\u2068Yard\u2069، \u2068Roof\u2069، 5 ث)');
  expect(siteValueWords([], 'de')).toBe('alle Kameras');
});

test('a wall is not taken for a word, nor a word for a wall', () => {
  expect(siteValueWords('yes', 'de')).toBe('ja');
  expect(siteValueWords('hotspot', 'de')).toBe('hotspot');
  expect(siteValueWords(null, 'de')).toBe('–');
});
