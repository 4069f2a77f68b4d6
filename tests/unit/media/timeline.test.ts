import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Timeline } from '../../../main/media/timeline.ts';

test('steady timestamps keep their distance over the 32-bit wrap', () => {
  const timeline = new Timeline();
  const start = 2 ** 32 - 9000;
  const positions = [0, 1, 2, 3].map((index) =>
    timeline.advance((start + index * 6000) % 2 ** 32, index * 66.7),
  );
  expect(positions).toEqual([0, 6000, 12_000, 18_000]);
});

test.each([
  ['jumps ahead', 1_000_000_000],
  ['jumps back', 4_000],
  ['stands still', 6_000],
])('a timestamp that %s is replaced by the time that has passed', (_name, timestamp) => {
  const timeline = new Timeline();
  timeline.advance(6_000, 1_000);
  expect(timeline.advance(timestamp, 1_100)).toBe(9_000);
});

test('whatever a camera sends, the timeline rises', () => {
  const step = fc.tuple(
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    fc.double({ min: 0, max: 60_000, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 2 }), (steps) => {
      const timeline = new Timeline();
      let now = 0;
      let last = -1;
      for (const [timestamp, elapsed] of steps) {
        now += elapsed;
        const position = timeline.advance(timestamp, now);
        expect(position).toBeGreaterThan(last);
        last = position;
      }
    }),
  );
});

test('timestamps of 1 kHz that are called 90 kHz are found out, and the time of arrival counts', () => {
  const timeline = new Timeline();
  timeline.restart(90_000);
  const positions = Array.from({ length: 300 }, (_, index) => timeline.advance(index * 67, index * 67));
  const last = positions.slice(-2);
  expect((last[1] ?? 0) - (last[0] ?? 0)).toBe(67 * 90);
});

test('a clock that the camera names is believed: 48 kHz', () => {
  const timeline = new Timeline();
  timeline.restart(48_000);
  expect([0, 4_800, 9_600].map((timestamp, index) => timeline.advance(timestamp, index * 100))).toEqual([
    0, 9_000, 18_000,
  ]);
});

test('a crystal that is off by 100 parts in a million is no wrong clock, for days', () => {
  const timeline = new Timeline();
  let previous = 0;
  for (let second = 1; second < 2 * 86_400; second += 2) {
    const position = timeline.advance(Math.round(second * 90_009) % 2 ** 32, second * 1_000);
    if (second > 10) expect(Math.abs(position - previous - 180_018)).toBeLessThan(2);
    previous = position;
  }
});
