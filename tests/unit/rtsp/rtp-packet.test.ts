import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compacted, parseRtpPacket } from '../../../main/rtsp/rtp-packet.ts';
import { fuzzCases, mutate, seededRandom } from '../../support/mutations.ts';

/** A packet of RFC 3550 section 5.1. */
function build(parts: {
  first?: number;
  marker?: boolean;
  sources?: number;
  extensionWords?: number;
  payload?: Buffer;
  padding?: number;
}): Buffer {
  const {
    first = 0x80,
    marker = false,
    sources = 0,
    extensionWords,
    payload = Buffer.alloc(0),
    padding = 0,
  } = parts;
  const header = Buffer.alloc(12);
  header.writeUInt8(
    first | sources | (extensionWords === undefined ? 0 : 0x10) | (padding > 0 ? 0x20 : 0),
    0,
  );
  header.writeUInt8((marker ? 0x80 : 0) | 96, 1);
  header.writeUInt16BE(65_535, 2);
  header.writeUInt32BE(4_294_967_295, 4);
  header.writeUInt32BE(0xdeadbeef, 8);
  const extension = Buffer.alloc(extensionWords === undefined ? 0 : 4 + extensionWords * 4, 7);
  if (extensionWords !== undefined) extension.writeUInt16BE(extensionWords, 2);
  return Buffer.concat([
    header,
    Buffer.alloc(sources * 4, 9),
    extension,
    payload,
    Buffer.alloc(padding, padding),
  ]);
}

test('all fields of a packet are read', () => {
  expect(parseRtpPacket(build({ marker: true, payload: Buffer.from('abc') }))).toMatchObject({
    payloadType: 96,
    marker: true,
    sequenceNumber: 65_535,
    timestamp: 4_294_967_295,
    ssrc: 0xdeadbeef,
  });
});

test('sources, extension and padding are no payload', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 50 }),
      fc.nat(15),
      fc.option(fc.nat(20), { nil: undefined }),
      fc.nat(255),
      (bytes, sources, extensionWords, padding) => {
        const payload = Buffer.from(bytes);
        const words = extensionWords === undefined ? {} : { extensionWords };
        const packet = parseRtpPacket(build({ payload, sources, padding, ...words }));
        expect(packet?.payload.equals(payload)).toBe(true);
        expect(packet?.marker).toBe(false);
      },
    ),
  );
});

test('a packet cut off anywhere before its payload is none', () => {
  const packet = build({ sources: 3, extensionWords: 2 });
  for (let length = 0; length < packet.length; length++) {
    expect(parseRtpPacket(packet.subarray(0, length))).toBeUndefined();
  }
  expect(parseRtpPacket(packet)?.payload).toHaveLength(0);
});

test('another version and padding longer than the packet are refused', () => {
  expect(parseRtpPacket(build({ first: 0x40 }))).toBeUndefined();
  const packet = build({ padding: 4 });
  packet[packet.length - 1] = 5;
  expect(parseRtpPacket(packet)).toBeUndefined();
});

test('the payload is a view, not a copy', () => {
  const packet = build({ payload: Buffer.from('abc') });
  packet[12] = 0x7a;
  expect(parseRtpPacket(packet)?.payload.toString()).toBe('zbc');
});

test(`${fuzzCases} damaged packets are read or refused`, () => {
  const random = seededRandom(3550);
  const samples = [
    build({ sources: 2, extensionWords: 1, payload: Buffer.alloc(20, 1), padding: 3 }),
    build({}),
  ];
  for (let round = 0; round < fuzzCases; round++) {
    const data = mutate(samples, random);
    const packet = parseRtpPacket(data);
    if (packet !== undefined && packet.payload.length > data.length - 12) expect.fail(data.toString('hex'));
  }
});

test('a small payload keeps no large piece of memory alive, a large one is not copied', () => {
  const chunk = Buffer.allocUnsafeSlow(64 * 1024);
  build({ payload: Buffer.from('abc') }).copy(chunk);
  const small = parseRtpPacket(chunk.subarray(0, 15));
  const large = parseRtpPacket(build({ payload: Buffer.alloc(60_000, 1) }));
  if (small === undefined || large === undefined) throw new Error('these are packets');
  expect(compacted(small).payload).toEqual(Buffer.from('abc'));
  expect(compacted(small).payload.buffer.byteLength).toBe(3);
  expect(compacted(large)).toBe(large);
});
