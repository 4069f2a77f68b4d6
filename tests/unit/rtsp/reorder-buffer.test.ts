import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReorderBuffer } from '../../../main/rtsp/reorder-buffer.ts';
import type { RtpPacket } from '../../../main/rtsp/rtp-packet.ts';

function packet(sequenceNumber: number, ssrc = 1): RtpPacket {
  const payload = Buffer.alloc(1);
  return {
    payloadType: 96,
    marker: false,
    sequenceNumber: sequenceNumber & 0xffff,
    timestamp: 0,
    ssrc,
    payload,
  };
}

const numbers = (packets: readonly RtpPacket[]) => packets.map(({ sequenceNumber }) => sequenceNumber);

test('packets in their order are handed on at once', () => {
  const buffer = new ReorderBuffer();
  for (const number of [65_534, 65_535, 0, 1])
    expect(numbers(buffer.push(packet(number), 0))).toEqual([number]);
  expect(buffer.isHolding).toBe(false);
});

test('packets that overtook others within a few places come out in order, whatever the start', () => {
  fc.assert(
    fc.property(fc.nat(65_535), fc.array(fc.nat(8), { minLength: 1, maxLength: 200 }), (start, delays) => {
      const buffer = new ReorderBuffer();
      const order = delays
        .map((delay, index) => ({ number: index + 1, at: index + delay }))
        .sort((a, b) => a.at - b.at || a.number - b.number);
      const out = [...buffer.push(packet(start), 0)];
      for (const { number } of order) out.push(...buffer.push(packet(start + number), 0));
      expect(numbers(out)).toEqual(
        [0, ...delays.map((_, index) => index + 1)].map((n) => (start + n) & 0xffff),
      );
    }),
  );
});

test('a packet that is missing is waited for 40 ms, not longer', () => {
  const buffer = new ReorderBuffer();
  buffer.push(packet(1), 0);
  expect(buffer.push(packet(3), 0)).toEqual([]);
  expect(buffer.release(39)).toEqual([]);
  expect(numbers(buffer.release(40))).toEqual([3]);
  // It comes after all: too late, and twice.
  expect(buffer.push(packet(2), 41)).toEqual([]);
  expect(numbers(buffer.push(packet(4), 41))).toEqual([4]);
});

test('no more than 64 packets are held, however many are missing', () => {
  const buffer = new ReorderBuffer();
  buffer.push(packet(1), 0);
  let held = 0;
  for (let number = 3; number < 500; number += 2) {
    held += 1 - buffer.push(packet(number), 0).length;
    expect(held).toBeLessThanOrEqual(64);
  }
});

test('another count or another source begins anew, and nothing that was held is lost', () => {
  const buffer = new ReorderBuffer();
  buffer.push(packet(1), 0);
  buffer.push(packet(3), 0);
  expect(numbers(buffer.push(packet(30_000), 0))).toEqual([3, 30_000]);
  buffer.push(packet(30_002), 0);
  expect(numbers(buffer.push(packet(7, 2), 0))).toEqual([30_002, 7]);
});
