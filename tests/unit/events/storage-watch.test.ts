import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isLow } from '../../../main/events/storage-watch.ts';

const gigabyte = 1e9;

test('a disk is low at 5 %, at 5 GB where that is less, and never later than at 500 MB', () => {
  expect(isLow({ size: 60 * gigabyte, free: 3.1 * gigabyte }, false)).toBe(false);
  expect(isLow({ size: 60 * gigabyte, free: 2.9 * gigabyte }, false)).toBe(true);
  expect(isLow({ size: 8_000 * gigabyte, free: 5.1 * gigabyte }, false)).toBe(false);
  expect(isLow({ size: 8_000 * gigabyte, free: 4.9 * gigabyte }, false)).toBe(true);
  expect(isLow({ size: 4 * gigabyte, free: 0.4 * gigabyte }, false)).toBe(true);
});

test('a disk at its limit does not come and go', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 10_000, noNaN: true }), (size) => {
      const limit = Math.max(0.5, Math.min(size * 0.05, 5));
      const free = limit * 1.1 * gigabyte;
      expect(isLow({ size: size * gigabyte, free }, true)).toBe(true);
      expect(isLow({ size: size * gigabyte, free }, false)).toBe(false);
    }),
  );
});
