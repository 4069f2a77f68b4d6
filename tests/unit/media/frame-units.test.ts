import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unitsOfFrame } from '../../../main/media/frame-units.ts';
import { packetizeH264 } from '../../../main/media/h264-packetizer.ts';

const nalUnit = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 23 }), fc.uint8Array({ maxLength: 4_000 }))
  .map(([importance, type, body]) => Buffer.from([(importance << 5) | type, ...body]));

test('whatever NAL units a picture had, they come out of its payloads byte for byte', () => {
  fc.assert(
    fc.property(fc.array(nalUnit, { minLength: 1, maxLength: 8 }), (nalUnits) => {
      const frame = {
        codec: 'H264',
        ...{ keyFrame: true, timestamp: 0, receivedAt: 0 },
        ...{ payloads: packetizeH264(nalUnits), units: [] },
      } as const;
      expect(unitsOfFrame(frame)).toEqual(nalUnits);
    }),
  );
});
