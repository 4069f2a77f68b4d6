import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deservesMain } from '../../../renderer/playback/stream-choice.ts';

const small = { width: 640, height: 360 };
/** In the shape of the picture. */
const high = (height: number) => ({ width: (height * 16) / 9, height });

test('a tile of half as much again as the small picture gets the large one, and keeps it until it is hardly larger', () => {
  expect(deservesMain(high(540), small, false)).toBe(false);
  expect(deservesMain(high(541), small, false)).toBe(true);
  expect(deservesMain(high(451), small, true)).toBe(true);
  expect(deservesMain(high(450), small, true)).toBe(false);
});

test.each([
  ['a phone', 585, 1_266],
  ['a tablet', 820, 1_180],
  ['a screen on its side', 540, 960],
])('on %s held upright four tiles are tall, and their pictures small', (_what, width, height) => {
  expect(deservesMain({ width, height }, small, false)).toBe(false);
});

test('while nobody knows how large the small picture is, it is shown', () => {
  expect(deservesMain(high(2_160), null, false)).toBe(false);
  expect(deservesMain(high(2_160), null, true)).toBe(false);
});

test('at no size does a tile go to and fro', () => {
  const size = fc.record({
    width: fc.integer({ min: 1, max: 8_000 }),
    height: fc.integer({ min: 1, max: 8_000 }),
  });
  fc.assert(
    fc.property(size, size, fc.boolean(), (tile, picture, has) => {
      const first = deservesMain(tile, picture, has);
      expect(deservesMain(tile, picture, first)).toBe(first);
    }),
  );
});
