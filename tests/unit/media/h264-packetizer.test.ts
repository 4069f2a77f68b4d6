import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packetizeH264 } from '../../../main/media/h264-packetizer.ts';
import { maximumPayloadBytes } from '../../../main/media/nal-unit-packetizer.ts';

const nalUnits = fc.array(fc.uint8Array({ minLength: 1, maxLength: 70_000 }), { maxLength: 6 });

test('no payload is larger than a datagram may carry, whatever the NAL units', () => {
  fc.assert(
    fc.property(nalUnits, (units) => {
      const payloads = packetizeH264(units.map((unit) => Buffer.from(unit)));
      for (const payload of payloads) {
        expect(payload.length).toBeGreaterThan(0);
        expect(payload.length).toBeLessThanOrEqual(maximumPayloadBytes);
      }
    }),
    { numRuns: 200 },
  );
});

test('parameter sets travel together in one STAP-A with the highest importance', () => {
  const sps = Buffer.from([0x67, 1, 2]);
  const pps = Buffer.from([0x28, 3]);
  const [payload, ...rest] = packetizeH264([sps, pps]);
  expect(rest).toEqual([]);
  expect(payload).toEqual(Buffer.from([0x60 | 24, 0, 3, 0x67, 1, 2, 0, 2, 0x28, 3]));
});

test('a NAL unit alone is sent as it is, and keeps nothing of the chunk that it came in', () => {
  const chunk = Buffer.alloc(64 * 1024, 7);
  const unit = chunk.subarray(100, 400);
  const [payload] = packetizeH264([unit]);
  expect(payload).toEqual(unit);
  expect(payload?.buffer.byteLength).toBeLessThan(500);
});
