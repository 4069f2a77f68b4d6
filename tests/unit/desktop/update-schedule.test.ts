import { afterEach, expect, test, vi } from 'vitest';
import {
  firstCheckDelay,
  installTime,
  nextCheckDelay,
} from '../../../main/desktop/updates/update-schedule.ts';

afterEach(() => vi.unstubAllEnvs());

const at = (text: string) => new Date(text).getTime();

test('an update is installed when Gatehouse is closed, or at the next time that the clock shows the hour', () => {
  expect(installTime('quit', at('2026-11-27T12:00:00'))).toBeNull();
  expect(installTime('03:00', at('2026-11-27T02:59:59'))).toBe(at('2026-11-27T03:00:00'));
  expect(installTime('03:00', at('2026-11-27T03:00:00'))).toBe(at('2026-11-28T03:00:00'));
  expect(installTime('23:45', at('2026-12-31T23:50:00'))).toBe(at('2027-01-01T23:45:00'));
});

test('the hour is the one on the wall, also in the nights in which clocks are put forward and back', () => {
  vi.stubEnv('TZ', 'Europe/Berlin');
  expect(installTime('03:30', at('2026-03-28T04:00:00'))).toBe(at('2026-03-29T03:30:00'));
  expect(installTime('03:30', at('2026-10-24T04:00:00'))).toBe(at('2026-10-25T03:30:00'));
});

test('machines that were switched on together ask at different times', () => {
  const hour = 3_600_000;
  const range = (delay: (random: () => number) => number) => [delay(() => 0), delay(() => 1)];
  expect(range(firstCheckDelay)).toEqual([30_000, 90_000]);
  expect(range((random) => nextCheckDelay(false, random))).toEqual([3 * hour, 9 * hour]);
  expect(range((random) => nextCheckDelay(true, random))).toEqual([hour / 4, (hour * 3) / 4]);
});
