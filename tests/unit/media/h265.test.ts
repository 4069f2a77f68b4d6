import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccessUnit } from '../../../main/media/access-unit.ts';
import { splitAtStartCodes } from '../../../main/media/h264.ts';
import { h265NalUnitType } from '../../../main/media/h265.ts';
import { H265Depacketizer } from '../../../main/media/h265-depacketizer.ts';
import { packetizeH265 } from '../../../main/media/h265-packetizer.ts';
import type { RtpPacket } from '../../../main/rtsp/rtp-packet.ts';
import { CameraPackets } from '../../support/camera-packets.ts';

const clip = path.resolve(import.meta.dirname, '../../../build/clips/04-crossroads-main.h265');

function depacketize(packets: readonly RtpPacket[]): AccessUnit[] {
  const depacketizer = new H265Depacketizer();
  return packets.flatMap((packet, index) => depacketizer.push(packet, index));
}

function nalUnitOf(type: number, bytes: number, fill: number): Buffer {
  const nalUnit = Buffer.alloc(bytes, fill | 1);
  nalUnit.writeUInt16BE((type << 9) | 1, 0);
  if (bytes > 2) nalUnit[2] = 0x81;
  return nalUnit;
}

const vps = nalUnitOf(32, 10, 3);
const sps = nalUnitOf(33, 20, 5);
const pps = nalUnitOf(34, 8, 7);
const key = nalUnitOf(19, 5_000, 9);
const delta = nalUnitOf(1, 300, 11);
const picture = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(32, 33, 34, 39), fc.integer({ min: 3, max: 2_000 })), { maxLength: 4 }),
    fc.constantFrom(1, 19, 20, 21),
    fc.integer({ min: 3, max: 9_000 }),
  )
  .map(([others, type, bytes]) => [...others, [type, bytes] as const].map(([t, b]) => nalUnitOf(t, b, b)));

test('what is packetised comes out again as the same NAL units, at any packet size', () => {
  fc.assert(
    fc.property(
      fc.array(picture, { maxLength: 4 }),
      fc.integer({ min: 16, max: 1_500 }),
      (pictures, size) => {
        const camera = new CameraPackets();
        const packets = pictures.flatMap((units, index) =>
          camera.picture(index * 6_000, packetizeH265(units, size)),
        );
        for (const { payload } of packets) expect(payload.length).toBeLessThanOrEqual(size);
        expect(
          depacketize(packets).map(({ nalUnits }) => nalUnits.map((unit) => unit.toString('hex'))),
        ).toEqual(pictures.map((units) => units.map((unit) => unit.toString('hex'))));
      },
    ),
    { numRuns: 200 },
  );
});

test("x265's pictures come out whole, key frames where they are", () => {
  const units = splitAtStartCodes(readFileSync(clip));
  const pictures: Buffer[][] = [];
  for (const unit of units) {
    if (h265NalUnitType(unit) === 35) pictures.push([]);
    else pictures.at(-1)?.push(unit);
  }
  const camera = new CameraPackets();
  // Without markers: only the timestamps tell the pictures apart.
  const packets = pictures.flatMap((nalUnits, index) =>
    camera.picture(index * 6_000, packetizeH265(nalUnits), false),
  );
  const accessUnits = depacketize([...packets, ...camera.picture(1, [delta])]).slice(0, pictures.length);
  expect(
    accessUnits.map(({ nalUnits }) =>
      Buffer.concat([...nalUnits]).equals(Buffer.concat(pictures.shift() ?? [])),
    ),
  ).toEqual(accessUnits.map(() => true));
  expect(accessUnits.flatMap(({ keyFrame }, index) => (keyFrame ? [index] : []))).toEqual(
    Array.from({ length: 10 }, (_, index) => index * 30),
  );
});

test('parameter sets with a timestamp and a marker of their own belong to the picture that follows', () => {
  const camera = new CameraPackets();
  const packets = [...camera.picture(1, [vps, sps, pps]), ...camera.picture(1, packetizeH265([key]))];
  const [accessUnit] = depacketize(packets);
  expect(accessUnit?.nalUnits.map(h265NalUnitType)).toEqual([32, 33, 34, 19]);
  expect(accessUnit?.keyFrame).toBe(true);
});

test('a picture with a lost slice is dropped whole, the ones after it go on', () => {
  const payloads = packetizeH265([vps, sps, pps, key]);
  // Its parameter sets are known from before: the first packet holds nothing else.
  for (let lost = 1; lost < payloads.length; lost++) {
    const camera = new CameraPackets();
    const packets = camera.picture(0, payloads);
    packets.splice(lost, 1);
    const following = [...camera.picture(6_000, packetizeH265([delta])), ...camera.picture(12_000, [delta])];
    const timestamps = depacketize([...packets, ...following]).map(({ timestamp }) => timestamp);
    expect(timestamps).toEqual([6_000, 12_000]);
  }
});

test('damaged packets neither throw nor grow without bound', () => {
  const depacketizer = new H265Depacketizer();
  let sequenceNumber = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(0, 1, 19, 33, 48, 49, 49, 50, 63),
      fc.uint8Array({ maxLength: 80 }),
      fc.boolean(),
      fc.nat(3),
      fc.nat(2),
      (type, bytes, marker, timestamp, gap) => {
        sequenceNumber = (sequenceNumber + 1 + gap) & 0xffff;
        const payload = Buffer.from(bytes);
        if (payload.length > 0) payload[0] = type << 1;
        depacketizer.push({ payloadType: 96, marker, sequenceNumber, timestamp, ssrc: 1, payload }, 0);
      },
    ),
    { numRuns: 20_000 },
  );
  expect(depacketizer.losses.packetsMalformed).toBeGreaterThan(0);
});
