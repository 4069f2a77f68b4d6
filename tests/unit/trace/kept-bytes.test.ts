import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { VideoCodec } from '../../../main/contract/codecs.ts';
import { loadClip, loadClipIn } from '../../../main/demo/clip.ts';
import { toJpegPayloads } from '../../../main/demo/jpeg-payloads.ts';
import { toH265Payloads, toRtpPayloads } from '../../../main/demo/rtp-payloads.ts';
import { senderReport } from '../../../main/demo/sender-report.ts';
import { isRtcp, withoutPictures, withoutTrailingZeros } from '../../../main/trace/kept-bytes.ts';

function rtp(payload: Buffer, payloadType = 96, first = 0x80): Buffer {
  return Buffer.concat([Buffer.from([first, payloadType, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]), payload]);
}

const video = (codec: VideoCodec) => (payloadType: number) => (payloadType === 96 ? codec : undefined);
const blanked = (payload: Buffer, codec: VideoCodec, payloadType = 96) =>
  withoutPictures(rtp(payload, payloadType), video(codec)).subarray(12);
const filled = (bytes: Buffer) => bytes.filter((byte) => byte !== 0).length;

test('whatever comes keeps its length, and nothing is there that was not', () => {
  const first = fc.integer({ min: 0, max: 255 });
  const codec = fc.constantFrom<VideoCodec>('H264', 'H265', 'JPEG');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), first, first, codec, (bytes, version, type, format) => {
      const packet = Buffer.concat([Buffer.from([version, type]), bytes]);
      const kept = withoutPictures(packet, () => format);
      expect(kept).toHaveLength(packet.length);
      kept.forEach((byte, at) => {
        if (byte !== 0) expect(byte).toBe(packet[at]);
      });
      const restored = Buffer.alloc(packet.length);
      withoutTrailingZeros(kept).copy(restored);
      expect(restored).toEqual(kept);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['H264', loadClip(0, 'main', 2), toRtpPayloads],
  ['H265', loadClipIn('H265'), toH265Payloads],
  ['JPEG', loadClipIn('JPEG'), (files: readonly Buffer[]) => files.flatMap(toJpegPayloads)],
] as const)('of a whole clip in %s hardly anything is left but headers', (codec, clip, packetize) => {
  const payloads = clip.frames.flatMap(({ nalUnits }) => packetize(nalUnits));
  const before = payloads.reduce((sum, payload) => sum + payload.length, 0);
  const after = payloads.reduce((sum, payload) => sum + filled(blanked(payload, codec)), 0);
  expect(after).toBeLessThan(before * 0.15);
});

test('parameter sets stay, of a picture its slice header, of user data only that it was there', () => {
  const tail = Buffer.alloc(40, 0xaa);
  expect(blanked(Buffer.concat([Buffer.from([0x67]), tail]), 'H264')).toEqual(
    Buffer.concat([Buffer.from([0x67]), tail]),
  );
  expect(filled(blanked(Buffer.concat([Buffer.from([0x65]), tail]), 'H264'))).toBe(9);
  expect(filled(blanked(Buffer.concat([Buffer.from([0x06]), tail]), 'H264'))).toBe(1);
  // H.265: SPS, IDR, SEI.
  expect(filled(blanked(Buffer.concat([Buffer.from([0x42, 1]), tail]), 'H265'))).toBe(42);
  expect(filled(blanked(Buffer.concat([Buffer.from([0x26, 1]), tail]), 'H265'))).toBe(10);
  expect(filled(blanked(Buffer.concat([Buffer.from([0x4e, 1]), tail]), 'H265'))).toBe(2);
});

test('of fragments the first keeps the slice header, the others their own header', () => {
  const tail = Buffer.alloc(40, 0xaa);
  expect(filled(blanked(Buffer.concat([Buffer.from([0x7c, 0x85]), tail]), 'H264'))).toBe(10);
  expect(filled(blanked(Buffer.concat([Buffer.from([0x7c, 0x05]), tail]), 'H264'))).toBe(2);
  expect(filled(blanked(Buffer.concat([Buffer.from([0x7c, 0x45]), tail]), 'H264'))).toBe(2);
});

test('in one packet with many NAL units each is treated by itself, with sizes or start codes between them', () => {
  const sps = Buffer.from([0x67, 1, 2, 3]);
  const slice = Buffer.concat([Buffer.from([0x65]), Buffer.alloc(20, 0xaa)]);
  const sized = (unit: Buffer) => Buffer.concat([Buffer.from([0, unit.length]), unit]);
  const aggregate = blanked(Buffer.concat([Buffer.from([24]), sized(sps), sized(slice)]), 'H264');
  expect(aggregate.subarray(1, 7)).toEqual(sized(sps));
  expect(aggregate.subarray(7, 18)).toEqual(sized(slice).subarray(0, 11));
  expect(filled(aggregate.subarray(18))).toBe(0);
  const code = Buffer.from([0, 0, 1]);
  const joined = blanked(Buffer.concat([sps, code, slice, code, sps]), 'H264');
  expect(joined.subarray(0, 16)).toEqual(Buffer.concat([sps, code, slice]).subarray(0, 16));
  expect(filled(joined.subarray(16, 28))).toBe(0);
  expect(joined.subarray(28)).toEqual(Buffer.concat([code, sps]));
});

test('sound and what is not known keep four bytes', () => {
  expect(filled(blanked(Buffer.alloc(160, 0xaa), 'H264', 8))).toBe(4);
});

test('of a header extension only the length stays', () => {
  const extension = Buffer.from([0xab, 0xac, 0, 2, ...Buffer.alloc(8, 0xaa)]);
  const packet = rtp(Buffer.concat([extension, Buffer.from([0x65]), Buffer.alloc(20, 0xaa)]), 96, 0x90);
  const kept = withoutPictures(packet, video('H264'));
  expect(kept.subarray(12, 16)).toEqual(extension.subarray(0, 4));
  expect(filled(kept.subarray(16, 24))).toBe(0);
  expect(kept.subarray(24, 33)).toEqual(packet.subarray(24, 33));
});

test('sender reports stay, the name of who sends them does not', () => {
  const report = senderReport(Date.now(), { ssrc: 0xaabbccdd, timestamp: 7, packets: 9, octets: 1_000 });
  expect(isRtcp(report)).toBe(true);
  const kept = withoutPictures(report, video('H264'));
  expect(kept.subarray(0, 28)).toEqual(report.subarray(0, 28));
  expect(report.includes('virtual-camera')).toBe(true);
  expect(kept.includes('virtual')).toBe(false);
});
