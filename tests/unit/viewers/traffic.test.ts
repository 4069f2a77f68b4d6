import { expect, test } from 'vitest';
import { Traffic, TrafficShare } from '../../../main/viewers/traffic.ts';

test('pictures of two windows under one limit get what it allows together', () => {
  const [site, one, other] = [new Traffic(), new Traffic(), new Traffic()];
  site.limit = 8_000_000;
  const windows = [new TrafficShare([one, site]), new TrafficShare([other, site])];
  let bytes = 0;
  // Four megabytes a second are wanted, in pictures of 10 kB, for ten seconds.
  for (let now = 1_000; now < 11_000; now += 5) {
    const window = windows[(now / 5) % 2];
    if (!window?.admits(now)) continue;
    window.spend(10_000, now);
    bytes += 10_000;
  }
  const megabits = (bytes * 8) / 10_000_000;
  expect(megabits).toBeGreaterThan(7.5);
  expect(megabits).toBeLessThan(8.5);
});

test('the limit of one user takes nothing from another', () => {
  const [site, one, other] = [new Traffic(), new Traffic(), new Traffic()];
  one.limit = 1_000_000;
  const share = new TrafficShare([one, site]);
  expect(share.admits(1_000)).toBe(true);
  share.spend(10_000_000, 1_000);
  expect(share.admits(1_001)).toBe(false);
  expect(new TrafficShare([other, site]).admits(1_001)).toBe(true);
});

test('what is used is that of the last second, and nothing when nothing leaves any more', () => {
  const traffic = new Traffic();
  traffic.spend(1, 1_000);
  for (let now = 2_000; now < 3_000; now += 100) traffic.spend(12_500, now);
  expect(traffic.bitsPerSecond(3_000)).toBe(1_000_000);
  expect(traffic.bitsPerSecond(9_000)).toBe(0);
});
