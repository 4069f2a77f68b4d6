import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TourClock } from '../../../renderer/tours/tour-clock.ts';

/** Steps of a quarter of a second until something other than `stay` and `prepare` comes; milliseconds until each. */
function run(dwell: number, readyAt: number) {
  const clock = new TourClock();
  let prepared: number | null = null;
  for (let passed = 250; ; passed += 250) {
    const act = clock.step(250, dwell, passed >= readyAt);
    if (act === 'prepare') prepared ??= passed;
    if (act === 'change') return { prepared, changed: passed };
  }
}

test('the next stop is loaded ahead, and shown in time when it is ready', () => {
  expect(run(10_000, 8_000)).toEqual({ prepared: 5_000, changed: 10_000 });
  expect(run(3_000, 0)).toEqual({ prepared: 250, changed: 3_000 });
});

test('a large wall is loaded earlier', () => {
  const clock = new TourClock();
  expect(clock.step(1_500, 10_000, false, 8_000)).toBe('stay');
  expect(clock.step(1_000, 10_000, false, 8_000)).toBe('prepare');
});

test('a stop that is not ready is waited for, but not for ever', () => {
  expect(run(10_000, 12_000).changed).toBe(12_000);
  expect(run(10_000, Number.POSITIVE_INFINITY).changed).toBe(20_000);
});

test('nothing is shown before it was asked for, whatever the dwell and the pictures do', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 600 }), fc.nat(700_000), (seconds, readyAt) => {
      const { prepared, changed } = run(seconds * 1_000, readyAt);
      expect(prepared).not.toBeNull();
      expect(prepared ?? 0).toBeLessThan(changed);
      expect(changed).toBeGreaterThanOrEqual(seconds * 1_000);
      expect(changed).toBeLessThanOrEqual(seconds * 1_000 + 10_000);
    }),
  );
});
