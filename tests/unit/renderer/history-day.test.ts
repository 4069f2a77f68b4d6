import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StreamHistory } from '../../../main/contract/history.ts';
import {
  bars,
  dayMilliseconds,
  delayMilliseconds,
  framesPerSecond,
  keyFrameSeconds,
  kilobitsPerSecond,
  lossPercent,
  reconnects,
  stretches,
} from '../../../renderer/history/day.ts';

const now = 1_800_000_000_000;
const hour = 3_600_000;
const sample = {
  ...{ seconds: 300, bytes: 37_500_000, frames: 4_500, connects: 1 },
  ...{ keyFrames: 150, packets: 40_000, lost: 400, jitter: 12, delay: null },
};

test('the day is told in stretches that follow each other up to now', () => {
  const stream: StreamHistory = {
    profile: 'sub',
    samples: [],
    changes: [
      { at: now - 12 * hour, state: 'playing', code: null },
      { at: now - 6 * hour, state: 'waiting', code: 'camera-silent' },
    ],
  };
  expect(stretches(stream, now).map(({ from, to }) => [from, to])).toEqual([
    [0.5, 0.75],
    [0.75, 1],
  ]);
});

test('figures are those of the seconds in which something was received', () => {
  const stream: StreamHistory = { profile: 'sub', changes: [], samples: [{ at: now - 6 * hour, ...sample }] };
  expect(bars(stream, kilobitsPerSecond, now)).toEqual([{ at: 0.75, value: 1_000 }]);
  expect(bars(stream, framesPerSecond, now)).toEqual([{ at: 0.75, value: 15 }]);
  expect(bars(stream, keyFrameSeconds, now)).toEqual([{ at: 0.75, value: 2 }]);
  expect(bars(stream, lossPercent, now)).toEqual([{ at: 0.75, value: 1 }]);
  expect(bars(stream, delayMilliseconds, now)).toEqual([]);
  const idle = { ...stream, samples: [{ at: now, ...sample, seconds: 0 }] };
  expect(bars(idle, framesPerSecond, now)).toEqual([]);
});

test('the first connection is no reconnect', () => {
  const samples = [1, 0, 2].map((connects, index) => ({ at: now - index * hour, ...sample, connects }));
  expect(reconnects({ profile: 'sub', changes: [], samples })).toBe(2);
  expect(reconnects({ profile: 'sub', changes: [], samples: [] })).toBe(0);
});

test('whatever times there are, nothing is drawn outside of the day', () => {
  const times = fc.array(fc.integer({ min: now - 2 * dayMilliseconds, max: now + dayMilliseconds }));
  fc.assert(
    fc.property(times, (at) => {
      const stream: StreamHistory = {
        profile: 'main',
        changes: at.toSorted().map((moment) => ({ at: moment, state: 'playing', code: null })),
        samples: at.map((moment) => ({ at: moment, ...sample })),
      };
      for (const { from, to } of stretches(stream, now))
        expect(0 <= from && from <= to && to <= 1).toBe(true);
      for (const bar of bars(stream, framesPerSecond, now)) expect(0 <= bar.at && bar.at <= 1).toBe(true);
    }),
  );
});
