import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stampFrame, toFrameTemplate } from '../../../main/demo/frame-template.ts';
import { toRtpPayloads } from '../../../main/demo/rtp-payloads.ts';
import { senderReport } from '../../../main/demo/sender-report.ts';

const nalUnit = fc
  .tuple(fc.integer({ min: 1, max: 23 }), fc.uint8Array({ minLength: 1, maxLength: 5_000 }))
  .map(([type, body]) => Buffer.from([0x60 | type, ...body]));
const picture = fc.array(nalUnit, { minLength: 1, maxLength: 4 });
const stamp = fc.record({
  channel: fc.nat(254),
  sequenceNumber: fc.nat(65_535),
  timestamp: fc.nat(2 ** 32 - 1),
  ssrc: fc.nat(2 ** 32 - 1),
});

/** Takes interleaved frames apart as a receiver does. */
function receive(bytes: Buffer) {
  const packets: { channel: number; packet: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    expect(bytes[at]).toBe(0x24);
    const length = bytes.readUInt16BE(at + 2);
    packets.push({ channel: bytes.readUInt8(at + 1), packet: bytes.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return packets;
}

/** NAL units out of single NAL unit packets and FU-A. */
function depacketize(payloads: readonly Buffer[]): Buffer[] {
  const units: Buffer[] = [];
  let parts: Buffer[] = [];
  for (const payload of payloads) {
    const [indicator = 0, fragment = 0] = payload;
    if ((indicator & 0x1f) !== 28) {
      units.push(payload);
      continue;
    }
    expect((fragment & 0xc0) === 0xc0).toBe(false);
    if ((fragment & 0x80) !== 0) parts = [Buffer.from([(indicator & 0xe0) | (fragment & 0x1f)])];
    parts.push(payload.subarray(2));
    if ((fragment & 0x40) !== 0) units.push(Buffer.concat(parts));
  }
  return units;
}

test('a receiver gets the NAL units back, in packets of at most 1,400 bytes that count on', () => {
  fc.assert(
    fc.property(picture, stamp, (nalUnits, numbers) => {
      const template = toFrameTemplate(toRtpPayloads(nalUnits));
      const untouched = Buffer.from(template.bytes);
      const received = receive(stampFrame(template, numbers));
      expect(template.bytes.equals(untouched)).toBe(true);
      expect(received).toHaveLength(template.starts.length);
      for (const [index, { channel, packet }] of received.entries()) {
        expect(channel).toBe(numbers.channel);
        expect(packet.readUInt8(0)).toBe(0x80);
        expect(packet.readUInt8(1)).toBe(index === received.length - 1 ? 0x80 | 96 : 96);
        expect(packet.readUInt16BE(2)).toBe((numbers.sequenceNumber + index) % 65_536);
        expect(packet.readUInt32BE(4)).toBe(numbers.timestamp);
        expect(packet.readUInt32BE(8)).toBe(numbers.ssrc);
        expect(packet.length).toBeLessThanOrEqual(12 + 1_400);
      }
      expect(depacketize(received.map(({ packet }) => packet.subarray(12)))).toEqual(nalUnits);
    }),
    { numRuns: 500, seed: 1 },
  );
});

test('a sender report is a whole compound packet', () => {
  const now = Date.UTC(2026, 0, 1) + 250;
  const report = senderReport(now, { ssrc: 7, timestamp: 90_000, packets: 2 ** 32 + 3, octets: 1_000 });
  expect(report.readUInt16BE(0)).toBe(0x80c8);
  expect(4 * (report.readUInt16BE(2) + 1)).toBe(28);
  expect(report.readUInt32BE(4)).toBe(7);
  // 1 January 1900 to 1 January 2026, and a quarter of a second.
  expect(report.readUInt32BE(8)).toBe(46_021 * 86_400);
  expect(report.readUInt32BE(12)).toBe(2 ** 30);
  expect([16, 20, 24].map((at) => report.readUInt32BE(at))).toEqual([90_000, 3, 1_000]);
  const description = report.subarray(28);
  expect(description.readUInt16BE(0)).toBe(0x81ca);
  expect(4 * (description.readUInt16BE(2) + 1)).toBe(description.length);
  const [type, length = 0] = description.subarray(8);
  expect(type).toBe(1);
  expect(description.toString('latin1', 10, 10 + length)).toBe('virtual-camera');
  expect(description.at(-1)).toBe(0);
});
