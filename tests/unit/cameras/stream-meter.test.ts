import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StreamMeter } from '../../../main/cameras/stream-meter.ts';
import type { RtpPacket } from '../../../main/rtsp/rtp-packet.ts';

const clockRate = 90_000;
const interval = 40;

function packet(index: number): RtpPacket {
  return {
    ...{ ssrc: 7, payloadType: 96, marker: true, payload: Buffer.alloc(1) },
    sequenceNumber: (65_500 + index) % 65_536,
    timestamp: (2 ** 32 - 20_000 + (index * interval * clockRate) / 1_000) % 2 ** 32,
  };
}

/** A packet every 40 ms, each so much later than that; undefined is one that is lost. */
function meterAfter(late: readonly (number | undefined)[], meter = new StreamMeter()): StreamMeter {
  meter.begin(clockRate);
  late.forEach((milliseconds, index) => {
    if (milliseconds !== undefined) meter.count(packet(index), 5_000 + index * interval + milliseconds);
  });
  return meter;
}

test('loss and delay are counted over the wraps of numbers and timestamps', () => {
  const late = Array.from({ length: 600 }, (_, index) =>
    index === 400 ? 300 : index % 50 === 49 ? undefined : 10,
  );
  // The last one of them would not be missed yet.
  const { packets, lost, delay, jitter } = meterAfter([...late, 10]).quality;
  expect([packets, lost]).toEqual([601, 12]);
  expect(delay).toBeCloseTo(290);
  expect(jitter).toBeGreaterThan(0);
});

test('counts go on over connections, and how evenly packets come begins anew', () => {
  const meter = meterAfter([0, undefined, 0]);
  meter.end();
  expect(meter.quality).toEqual({ packets: 3, lost: 1, jitter: null, delay: null });
  meterAfter([0, undefined, undefined, 0], meter);
  expect(meter.quality).toMatchObject({ packets: 7, lost: 3 });
});

test('whatever delays there are, what is told is their spread', () => {
  const delays = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 252, maxLength: 252 });
  fc.assert(
    fc.property(delays, (late) => {
      const meter = new StreamMeter();
      meter.begin(clockRate);
      // In the order of arrival of a network that delays all alike: packets do not overtake.
      const at = late.map((milliseconds, index) => ({ index, now: index * interval + milliseconds }));
      for (const { index, now } of at) meter.count(packet(index), now);
      const { delay } = meter.quality;
      if (delay === null) return;
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(Math.max(...late) - Math.min(...late) + 0.01);
    }),
    { numRuns: 50 },
  );
});

test('a clock that is set is no delay', () => {
  const meter = new StreamMeter();
  meter.begin(clockRate);
  for (let index = 0; index < 600; index++) {
    const jump = index > 300 ? 3_600 * clockRate : 0;
    const { timestamp, ...rest } = packet(index);
    meter.count({ ...rest, timestamp: (timestamp + jump) % 2 ** 32 }, index * interval);
  }
  expect(meter.quality.delay ?? 0).toBeLessThan(1);
});
