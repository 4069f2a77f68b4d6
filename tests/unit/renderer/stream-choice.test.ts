import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deservesMain } from '../../../renderer/playback/stream-choice.ts';

test('a tile of half as much again as the small picture gets the large one, and keeps it until it is hardly larger', () => {
  expect(deservesMain(540, 360, false)).toBe(false);
  expect(deservesMain(541, 360, false)).toBe(true);
  expect(deservesMain(451, 360, true)).toBe(true);
  expect(deservesMain(450, 360, true)).toBe(false);
});

test('while nobody knows how large the small picture is, it is shown', () => {
  expect(deservesMain(2_160, null, false)).toBe(false);
  expect(deservesMain(2_160, null, true)).toBe(false);
});

test('at no size does a tile go to and fro', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8_000 }),
      fc.integer({ min: 1, max: 4_000 }),
      fc.boolean(),
      (tile, small, has) => {
        const first = deservesMain(tile, small, has);
        expect(deservesMain(tile, small, first)).toBe(first);
      },
    ),
  );
});
