import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantile, summarize } from '../../bench/statistics.ts';

test('a quantile lies between two values in proportion', () => {
  expect(quantile([4, 1, 3, 2], 0)).toBe(1);
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([4, 1, 3, 2], 1)).toBe(4);
  expect(quantile([10, 20], 0.95)).toBeCloseTo(19.5);
});

test('of no values there is no quantile', () => {
  expect(quantile([], 0.5)).toBeNaN();
});

test('a summary rises from minimum to maximum, whatever the values', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
      const { n, minimum, median, p95, maximum } = summarize(values);
      expect(n).toBe(values.length);
      expect([minimum, median, p95, maximum]).toEqual([minimum, median, p95, maximum].sort((a, b) => a - b));
      expect(maximum).toBeCloseTo(Math.max(...values), 0);
    }),
  );
});
