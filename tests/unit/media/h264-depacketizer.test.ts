import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccessUnit } from '../../../main/media/access-unit.ts';
import { H264Depacketizer } from '../../../main/media/h264-depacketizer.ts';
import { packetizeH264 } from '../../../main/media/h264-packetizer.ts';
import type { RtpPacket } from '../../../main/rtsp/rtp-packet.ts';
import { CameraPackets } from '../../support/camera-packets.ts';
import { fuzzCases } from '../../support/mutations.ts';

const sps = Buffer.from([0x67, 0x64, 0x00, 0x1f]);
const pps = Buffer.from([0x68, 0xee, 0x3c]);

/** A slice whose first bit says "macroblock 0"; `fill` tells pictures apart. */
function slice(type: number, bytes: number, fill: number): Buffer {
  const nalUnit = Buffer.alloc(bytes, fill);
  nalUnit[0] = 0x60 | type;
  nalUnit[1] = 0x80;
  return nalUnit;
}

function depacketize(packets: readonly RtpPacket[]): AccessUnit[] {
  const depacketizer = new H264Depacketizer();
  return packets.flatMap((packet, index) => depacketizer.push(packet, index));
}

const nalUnit = fc
  .tuple(fc.constantFrom(1, 5, 6, 7, 8), fc.uint8Array({ minLength: 1, maxLength: 4000 }))
  .map(([type, bytes]) => {
    const unit = Buffer.from(bytes);
    // No start codes and no trailing zero: what an encoder's emulation prevention guarantees.
    for (let i = 0; i < unit.length; i++) unit[i] = (unit[i] ?? 0) | 1;
    unit[0] = 0x60 | type;
    return unit;
  });
const picture = fc
  .tuple(fc.array(nalUnit, { maxLength: 5 }), fc.constantFrom(1, 5), fc.integer({ min: 2, max: 9000 }))
  .map(([others, type, bytes]) => [...others, slice(type, bytes, 0x55)]);

test('what is packetised comes out again as the same NAL units, at any packet size', () => {
  fc.assert(
    fc.property(fc.array(picture, { maxLength: 4 }), fc.integer({ min: 16, max: 1500 }), (pictures, size) => {
      const camera = new CameraPackets();
      const packets = pictures.flatMap((units, index) =>
        camera.picture(index * 6000, packetizeH264(units, size)),
      );
      const accessUnits = depacketize(packets);
      expect(accessUnits.map((unit) => unit.nalUnits.map((nal) => nal.toString('hex')))).toEqual(
        pictures.map((units) => units.map((nal) => nal.toString('hex'))),
      );
    }),
    { numRuns: 200 },
  );
});

test(`${fuzzCases} damaged packets neither throw nor grow without bound`, () => {
  const depacketizer = new H264Depacketizer();
  let seed = 1;
  const random = (limit: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed % limit;
  };
  const noise = Buffer.from(Array.from({ length: 4096 }, () => random(256)));
  const types = [1, 5, 7, 8, 24, 28, 28, 28, 29, 0, 31];
  for (let i = 0; i < fuzzCases; i++) {
    const from = random(4000);
    const payload = Buffer.from(noise.subarray(from, from + random(96)));
    if (payload.length > 0) payload[0] = 0x60 | (types[random(types.length)] ?? 0);
    const ended = depacketizer.push(
      {
        payloadType: 96,
        marker: random(5) === 0,
        sequenceNumber: (i + (random(50) === 0 ? random(10) : 0)) & 0xffff,
        timestamp: Math.floor(i / 7) * 6000,
        ssrc: 1,
        payload,
      },
      i,
    );
    for (const { nalUnits } of ended) {
      expect(nalUnits.length).toBeGreaterThan(0);
      expect(nalUnits.every((unit) => unit.length > 0)).toBe(true);
    }
  }
  expect(depacketizer.losses.accessUnitsDropped).toBeGreaterThan(0);
});

test('a marker on SPS, PPS or SEI does not end the picture (Tapo TC70, Reolink Duo 2)', () => {
  const camera = new CameraPackets();
  const idr = slice(5, 900, 1);
  const packets = [sps, pps, idr].flatMap((unit) => camera.picture(3000, [unit]));
  expect(depacketize(packets)).toMatchObject([{ nalUnits: [sps, pps, idr], keyFrame: true }]);
});

test('parameter sets with a timestamp of their own belong to the picture that follows', () => {
  const camera = new CameraPackets();
  const idr = slice(5, 100, 1);
  const packets = [...camera.picture(1000, [sps, pps]), ...camera.picture(4000, [idr])];
  expect(depacketize(packets)).toMatchObject([{ nalUnits: [sps, pps, idr], timestamp: 4000 }]);
});

test('without any marker, a new timestamp ends the picture (FLIR M400)', () => {
  const camera = new CameraPackets();
  const first = slice(5, 2000, 1);
  const second = slice(1, 50, 2);
  const third = slice(1, 60, 3);
  const packets = [first, second, third].flatMap((unit, index) =>
    camera.picture(index * 6000, packetizeH264([unit]), false),
  );
  expect(depacketize(packets)).toMatchObject([{ nalUnits: [first] }, { nalUnits: [second] }]);
});

test('a fragment with start and end both set is a whole NAL unit (CostarHD)', () => {
  const whole = slice(1, 40, 7);
  const payload = Buffer.concat([Buffer.from([0x60 | 28, 0xc0 | 1]), whole.subarray(1)]);
  expect(depacketize(new CameraPackets().picture(0, [payload]))).toMatchObject([{ nalUnits: [whole] }]);
});

test('empty fragments and a type that changes inside one FU do no harm (Tiandy)', () => {
  const whole = slice(5, 60, 7);
  const part = (header: number, from: number, to: number) =>
    Buffer.concat([Buffer.from([0x60 | 28, header]), whole.subarray(from, to)]);
  const payloads = [part(0x80 | 5, 1, 20), part(5, 0, 0), part(1, 20, 40), part(0x40 | 5, 40, 60)];
  expect(depacketize(new CameraPackets().picture(0, payloads))).toMatchObject([
    { nalUnits: [whole], keyFrame: true },
  ]);
});

test('start codes inside a packet split it into its NAL units (V380, Amatek)', () => {
  const idr = slice(5, 30, 9);
  const payload = Buffer.concat([sps, Buffer.from([0, 0, 0, 1]), pps, Buffer.from([0, 0, 1]), idr]);
  expect(depacketize(new CameraPackets().picture(0, [payload]))).toMatchObject([
    { nalUnits: [sps, pps, idr] },
  ]);
});

test('a camera that has put start codes into its first key frame is taken at its word for ever', () => {
  const joined = (type: number) => Buffer.concat([sps, Buffer.from([0, 0, 1]), slice(type, 30, 9)]);
  const camera = new CameraPackets();
  const packets = [5, 5, 5, 1].flatMap((type, index) => camera.picture(index * 6000, [joined(type)]));
  expect(depacketize(packets).map(({ nalUnits }) => nalUnits.length)).toEqual([2, 2, 2, 2]);
});

test('pictures are not searched for start codes once two key frames have had none', () => {
  const camera = new CameraPackets();
  const odd = Buffer.concat([slice(1, 30, 9), Buffer.from([0, 0, 1]), slice(1, 30, 9)]);
  const packets = [slice(5, 30, 9), slice(5, 30, 9), odd].flatMap((unit, index) =>
    camera.picture(index * 6000, [unit]),
  );
  // A decoder finds them itself.
  expect(depacketize(packets)[2]?.nalUnits).toEqual([odd]);
});

test('access unit delimiters and filler data are left out', () => {
  const idr = slice(5, 30, 9);
  const payloads = [Buffer.from([0x09, 0x10]), idr, Buffer.from([0x0c, 0xff, 0x80])];
  expect(depacketize(new CameraPackets().picture(0, payloads))).toMatchObject([{ nalUnits: [idr] }]);
});

test('a lost packet costs its picture and no other', () => {
  for (let lost = 0; lost < 6; lost++) {
    const camera = new CameraPackets();
    const pictures = [slice(5, 2000, 1), slice(1, 2000, 2), slice(1, 2000, 3)];
    const packets = pictures.flatMap((unit, index) => camera.picture(index * 6000, packetizeH264([unit])));
    const survivors = depacketize(packets.filter((_, index) => index !== lost)).map((unit) => unit.timestamp);
    const damaged = Math.floor(lost / 2) * 6000;
    // When the lost packet was the last of its picture, nothing says so until the next one begins.
    expect(survivors).toEqual([0, 6000, 12_000].filter((timestamp) => timestamp !== damaged));
  }
});

test('a picture whose first slice was lost is not passed on without it', () => {
  const camera = new CameraPackets();
  const lower = slice(1, 300, 4);
  lower[1] = 0x40;
  const packets = [
    ...camera.picture(0, [slice(5, 300, 1)]),
    ...camera.picture(6_000, [slice(1, 300, 3), lower]),
    ...camera.picture(12_000, [slice(1, 300, 5)]),
  ];
  const survivors = depacketize(packets.filter((_, index) => index !== 1));
  expect(survivors.map((unit) => unit.timestamp)).toEqual([0, 12_000]);
});

test('whole pictures that were lost cost no other: a picture that begins with its first slice is whole', () => {
  const camera = new CameraPackets();
  const packets = [0, 1, 2, 3].flatMap((index) => camera.picture(index * 6_000, [slice(1, 300, index + 1)]));
  const survivors = depacketize(packets.filter((_, index) => index !== 1));
  expect(survivors.map((unit) => unit.timestamp)).toEqual([0, 12_000, 18_000]);
});

test('a packet that comes twice or late is ignored', () => {
  const camera = new CameraPackets();
  const unit = slice(5, 3000, 1);
  const packets = camera.picture(0, packetizeH264([unit]));
  const [first, second, third] = packets;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three packets');
  expect(depacketize([first, first, second, first, third])).toMatchObject([{ nalUnits: [unit] }]);
});

test('a picture that never ends is given up, and the next one is whole', () => {
  const camera = new CameraPackets();
  const depacketizer = new H264Depacketizer();
  const endless = Buffer.alloc(60_000, 0x55);
  endless[0] = 0x60 | 28;
  endless[1] = 0x80 | 5;
  for (let i = 0; i < 400; i++) {
    for (const packet of camera.picture(0, [Buffer.from(endless)], false)) depacketizer.push(packet, 0);
    endless[1] = 5;
  }
  expect(depacketizer.losses.accessUnitsDropped).toBe(1);
  const next = slice(5, 100, 1);
  const ended = camera.picture(9000, [next]).flatMap((packet) => depacketizer.push(packet, 0));
  expect(ended).toMatchObject([{ nalUnits: [next] }]);
  expect(depacketizer.losses.accessUnitsDropped).toBe(1);
});
