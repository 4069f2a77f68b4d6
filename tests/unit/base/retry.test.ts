import { expect, test } from 'vitest';
import { abortableDelay, backoffMilliseconds } from '../../../main/base/retry.ts';

test('waits grow from one second to thirty and never beyond', () => {
  const shortest = Array.from({ length: 12 }, (_, attempt) => backoffMilliseconds(attempt, 30_000, () => 0));
  const longest = Array.from({ length: 12 }, (_, attempt) => backoffMilliseconds(attempt, 30_000, () => 1));
  expect(shortest.slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  expect(longest.slice(0, 6)).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  expect(Math.max(...longest)).toBe(30_000);
});

test('cameras that failed together do not dial together', () => {
  const waits = new Set(Array.from({ length: 50 }, () => backoffMilliseconds(3)));
  expect(waits.size).toBeGreaterThan(40);
});

test('an aborted wait ends at once', async () => {
  const abort = new AbortController();
  const wait = abortableDelay(2 ** 30, abort.signal);
  abort.abort();
  await wait;
});
