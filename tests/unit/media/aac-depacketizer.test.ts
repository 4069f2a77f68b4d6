import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AacDepacketizer } from '../../../main/media/aac-depacketizer.ts';
import type { AacFormat } from '../../../main/rtsp/audio-description.ts';
import type { RtpPacket } from '../../../main/rtsp/rtp-packet.ts';
import { fuzzCases, mutate, seededRandom } from '../../support/mutations.ts';

const hbr: AacFormat = {
  config: Buffer.from('1408', 'hex'),
  channels: 1,
  ticksPerUnit: 1_024,
  sizeLength: 13,
  indexLength: 3,
  indexDeltaLength: 3,
};
const lbr: AacFormat = { ...hbr, sizeLength: 6, indexLength: 2, indexDeltaLength: 2 };

/** AU headers (RFC 3640 section 3.2.1) of the two modes, 16 or 8 bits each, and what follows them. */
function payloadOf(sizes: readonly number[], data: Buffer, format = hbr): Buffer {
  const bits = format.sizeLength + format.indexLength;
  const head = Buffer.alloc(2 + (sizes.length * bits) / 8);
  head.writeUInt16BE(sizes.length * bits, 0);
  sizes.forEach((size, index) => {
    head.writeUIntBE(size * 2 ** format.indexLength, 2 + (index * bits) / 8, bits / 8);
  });
  return Buffer.concat([head, data]);
}

/** Numbers payloads as a camera does. */
class Camera {
  sequenceNumber = 65_534;

  packet(payload: Buffer, timestamp: number, marker = true): RtpPacket {
    const { sequenceNumber } = this;
    this.sequenceNumber = (sequenceNumber + 1) & 0xffff;
    return { payloadType: 97, marker, sequenceNumber, timestamp, ssrc: 1, payload };
  }
}

/** An access unit of so many bytes; none begins like ADTS. */
const unit = (bytes: number, value = 0x21) => Buffer.alloc(bytes, value);

/** Behind ADTS's header (ISO 13818-7 section 6.2): AAC-LC, 16 kHz, one channel. */
function adts(data: Buffer, hasChecksum = false): Buffer {
  const header = Buffer.from([0xff, hasChecksum ? 0xf0 : 0xf1, 0x60, 0x40, 0, 0x1f, 0xfc]);
  const checksum = hasChecksum ? Buffer.alloc(2) : Buffer.alloc(0);
  const bytes = header.length + checksum.length + data.length;
  header[3] = 0x40 | (bytes >> 11);
  header[4] = (bytes >> 3) & 0xff;
  header[5] = ((bytes & 7) << 5) | 0x1f;
  return Buffer.concat([header, checksum, data]);
}

test('several units in a packet come out one by one, each with its own timestamp', () => {
  const units = [unit(200, 1), unit(3, 2), unit(500, 3)];
  const packet = new Camera().packet(payloadOf([200, 3, 500], Buffer.concat(units)), 2 ** 32 - 1_024);
  expect(new AacDepacketizer(hbr).push(packet)).toEqual([
    { data: units[0], timestamp: 2 ** 32 - 1_024 },
    { data: units[1], timestamp: 0 },
    { data: units[2], timestamp: 1_024 },
  ]);
});

test('units of AAC-lbr come out as well', () => {
  const packet = new Camera().packet(payloadOf([60, 20], unit(80), lbr), 0);
  expect(new AacDepacketizer(lbr).push(packet).map(({ data }) => data.length)).toEqual([60, 20]);
});

test('a unit that is larger than its packets is put together, and one with a missing part is dropped', () => {
  const depacketizer = new AacDepacketizer(hbr);
  const camera = new Camera();
  const whole = Buffer.from(Array.from({ length: 2_500 }, (_, index) => index & 0x7f));
  const parts = (timestamp: number) =>
    [0, 1_000, 2_000].map((start) =>
      camera.packet(payloadOf([2_500], whole.subarray(start, start + 1_000)), timestamp, start === 2_000),
    );
  expect(parts(0).flatMap((packet) => depacketizer.push(packet))).toEqual([{ data: whole, timestamp: 0 }]);
  const [first, , last] = parts(1_024);
  const after = parts(2_048);
  const packets = [first, last, ...after].filter((packet) => packet !== undefined);
  expect(packets.flatMap((packet) => depacketizer.push(packet))).toEqual([{ data: whole, timestamp: 2_048 }]);
  expect(depacketizer.losses).toMatchObject({ packetsLost: 1, unitsDropped: 2 });
});

test('the next unit is not kept waiting by one whose end is lost', () => {
  const depacketizer = new AacDepacketizer(hbr);
  const camera = new Camera();
  depacketizer.push(camera.packet(payloadOf([2_000], unit(1_000)), 0, false));
  const next = camera.packet(payloadOf([10], unit(10)), 1_024);
  expect(depacketizer.push(next)).toEqual([{ data: unit(10), timestamp: 1_024 }]);
});

test('ADTS headers inside of units are taken off (go2rtc#1328)', () => {
  const wrapped = [adts(unit(50, 1)), adts(unit(60, 2), true)];
  const sizes = wrapped.map(({ length }) => length);
  const packet = new Camera().packet(payloadOf(sizes, Buffer.concat(wrapped)), 0);
  expect(new AacDepacketizer(hbr).push(packet)).toEqual([
    { data: unit(50, 1), timestamp: 0 },
    { data: unit(60, 2), timestamp: 1_024 },
  ]);
});

test('ADTS frames without any headers of RFC 3640 come out as well', () => {
  const packet = new Camera().packet(Buffer.concat([adts(unit(50, 1)), adts(unit(60, 2))]), 0);
  expect(new AacDepacketizer(hbr).push(packet).map(({ data }) => data)).toEqual([unit(50, 1), unit(60, 2)]);
});

test('packets that come twice or too late are left out', () => {
  const depacketizer = new AacDepacketizer(hbr);
  const camera = new Camera();
  const packets = [0, 1, 2].map((index) => camera.packet(payloadOf([9], unit(9)), index * 1_024));
  const [first, second, third] = packets as [RtpPacket, RtpPacket, RtpPacket];
  expect([first, third, second, third].flatMap((packet) => depacketizer.push(packet))).toHaveLength(2);
});

test('whatever units are packed however comes out again, in order', () => {
  const units = fc.array(fc.uint8Array({ minLength: 1, maxLength: 600 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(
      units,
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 700 }),
      (all, together, mtu) => {
        // Nothing that could be taken for ADTS.
        const data = all.map((bytes) => Buffer.from([0x21, ...bytes]));
        const camera = new Camera();
        const packets: RtpPacket[] = [];
        for (let index = 0; index < data.length; index += together) {
          const group = data.slice(index, index + together);
          const [only] = group;
          if (group.length > 1 || only === undefined || only.length <= mtu) {
            const sizes = group.map(({ length }) => length);
            packets.push(camera.packet(payloadOf(sizes, Buffer.concat(group)), index * 1_024));
            continue;
          }
          for (let start = 0; start < only.length; start += mtu) {
            const part = payloadOf([only.length], only.subarray(start, start + mtu));
            packets.push(camera.packet(part, index * 1_024, start + mtu >= only.length));
          }
        }
        // Of at most 64 parts.
        fc.pre(mtu >= 10);
        const depacketizer = new AacDepacketizer(hbr);
        const out = packets.flatMap((packet) => depacketizer.push(packet));
        expect(out).toEqual(data.map((bytes, index) => ({ data: bytes, timestamp: index * 1_024 })));
      },
    ),
  );
});

test(`${fuzzCases} damaged packets give units of a size that there is, and nothing is kept for ever`, () => {
  const random = seededRandom(3640);
  const samples = [
    payloadOf([200, 30], unit(230)),
    payloadOf([2_000], unit(700)),
    payloadOf([57], adts(unit(50))),
    adts(unit(40)),
    payloadOf([60, 20], unit(80), lbr),
  ];
  const depacketizer = new AacDepacketizer(hbr);
  for (let index = 0; index < fuzzCases; index++) {
    const payload = mutate(samples, random);
    const packet = {
      payloadType: 97,
      marker: random(2) === 1,
      sequenceNumber: (index + random(3)) & 0xffff,
      timestamp: random(3) * 1_024,
      ssrc: 1,
      payload,
    };
    for (const { data } of depacketizer.push(packet)) {
      expect(data.length).toBeGreaterThan(0);
      expect(data.length).toBeLessThanOrEqual(8_192);
    }
  }
});

test('a unit that never ends is given up', () => {
  const depacketizer = new AacDepacketizer(hbr);
  const camera = new Camera();
  for (let index = 0; index < 1_000; index++) {
    expect(depacketizer.push(camera.packet(payloadOf([8_000], unit(1)), 0, false))).toEqual([]);
  }
  expect(depacketizer.losses.unitsDropped).toBeGreaterThan(10);
});
