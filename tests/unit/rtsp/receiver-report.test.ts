import fc from 'fast-check';
import { expect, test } from 'vitest';
import { senderReport } from '../../../main/demo/sender-report.ts';
import { ReceiverReporter } from '../../../main/rtsp/receiver-report.ts';
import type { RtpPacket } from '../../../main/rtsp/rtp-packet.ts';

function packet(sequenceNumber: number, timestamp = 0, ssrc = 7): RtpPacket {
  const payload = Buffer.alloc(1);
  return {
    payloadType: 96,
    marker: false,
    sequenceNumber: sequenceNumber & 0xffff,
    timestamp,
    ssrc,
    payload,
  };
}

test('a report counts what was lost, since the last one and at all, over the wrap of the numbers', () => {
  const reporter = new ReceiverReporter(0x01020304, 90_000);
  for (const number of [65_534, 65_535, 65_537, 65_538]) reporter.count(packet(number), 0);
  const report = reporter.next(0);
  expect(report.readUInt16BE(2)).toBe(7);
  expect(report.readUInt32BE(4)).toBe(0x01020304);
  expect(report.readUInt32BE(8)).toBe(7);
  // One of five, in 256ths.
  expect(report.readUInt8(12)).toBe(51);
  expect(report.readIntBE(13, 3)).toBe(1);
  expect(report.readUInt32BE(16)).toBe(65_538);
  reporter.count(packet(65_539), 0);
  expect(reporter.next(0).readUInt8(12)).toBe(0);
});

test('jitter is that of RFC 3550: none for steady packets, some for others', () => {
  const jitter = (arrivals: readonly number[]) => {
    const reporter = new ReceiverReporter(1, 90_000);
    arrivals.forEach((at, index) => {
      reporter.count(packet(index, index * 9_000), at);
    });
    return reporter.next(0).readUInt32BE(20);
  };
  expect(jitter([0, 100, 200, 300])).toBe(0);
  // 10 ms once, a sixteenth of 900 ticks.
  expect(jitter([0, 110])).toBe(56);
});

test('the camera finds the time of its last report in ours', () => {
  const reporter = new ReceiverReporter(1, 90_000);
  reporter.count(packet(1), 0);
  reporter.onRtcp(senderReport(1_700_000_000_500, { ssrc: 7, timestamp: 0, packets: 0, octets: 0 }), 1_000);
  const report = reporter.next(1_500);
  expect(report.readUInt32BE(24) & 0xffff).toBe(0x8000);
  expect(report.readUInt32BE(28)).toBe(65_536 / 2);
});

test('whatever comes, a report can be made of it', () => {
  const step = fc.record({
    number: fc.nat(70_000),
    timestamp: fc.nat(2 ** 31),
    ssrc: fc.nat(2),
    at: fc.nat(1e9),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.uint8Array({ maxLength: 40 }))), (steps) => {
      const reporter = new ReceiverReporter(1, 90_000);
      for (const [{ number, timestamp, ssrc, at }, bytes] of steps) {
        reporter.count(packet(number, timestamp, ssrc), at);
        reporter.onRtcp(Buffer.from(bytes), at);
        expect([32, 8]).toContain(reporter.next(at).readUInt16BE(2) === 7 ? 32 : 8);
      }
    }),
  );
});
