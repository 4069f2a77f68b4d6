import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  maximumMessageBytes,
  PictureAssembler,
  type ReceivedPicture,
  toPictureMessages,
} from '../../../main/contract/picture-message.ts';
import type { StreamFrame } from '../../../main/media/stream-frame.ts';
import { type MessageChannel, PictureChannel } from '../../../main/viewers/picture-channel.ts';

/** A data channel whose far side takes nothing until `drain` is called. */
class SlowChannel implements MessageChannel {
  isOpen = true;
  bufferedBytes = 0;
  isAllowed = true;
  readonly received: ReceivedPicture[] = [];
  readonly #assembler = new PictureAssembler();

  send(message: Uint8Array): void {
    this.bufferedBytes += message.length;
    const picture = this.#assembler.push(message);
    if (picture !== undefined) this.received.push(picture);
  }

  drain(): void {
    this.bufferedBytes = 0;
  }
}

function frame(codec: 'JPEG' | 'H265', bytes: number, keyFrame = true): StreamFrame {
  return { codec, keyFrame, timestamp: 0, receivedAt: 0, payloads: [], units: [Buffer.alloc(bytes, 7)] };
}

test('a picture comes out of its messages as it went in, in whatever pieces it was', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(40_000), { maxLength: 5 }),
      fc.record({
        slot: fc.nat(127),
        assignment: fc.nat(2 ** 32 - 1),
        timestamp: fc.nat(2 ** 32 - 1),
        keyFrame: fc.boolean(),
        waited: fc.nat(65_535),
        codec: fc.constantFrom('JPEG' as const, 'H265' as const),
      }),
      (sizes, header) => {
        const pieces = sizes.map((size, index) => Buffer.alloc(size, index + 1));
        const messages = toPictureMessages(header, pieces);
        const assembler = new PictureAssembler();
        const pictures = messages.map((message) => assembler.push(message));
        for (const message of messages) expect(message.length).toBeLessThanOrEqual(maximumMessageBytes);
        expect(pictures.slice(0, -1).every((picture) => picture === undefined)).toBe(true);
        expect(pictures.at(-1)).toMatchObject(header);
        expect(Buffer.concat(pieces).equals(pictures.at(-1)?.data ?? Buffer.alloc(1))).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});

test('parts without a beginning, and bytes that are no message, give no picture', () => {
  const header = { slot: 1, assignment: 1, timestamp: 1, keyFrame: true, waited: 3, codec: 'JPEG' } as const;
  const [, ...rest] = toPictureMessages(header, [Buffer.alloc(50_000)]);
  const assembler = new PictureAssembler();
  expect(rest.map((message) => assembler.push(message))).toEqual(rest.map(() => undefined));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const picture = assembler.push(bytes);
      if (picture !== undefined) expect(picture.data.length).toBeLessThan(16 * 1024 * 1024);
    }),
    { numRuns: 5_000 },
  );
});

test('a window that does not keep up gets the newest JPEG of each slot, and what was skipped is counted', () => {
  const channel = new SlowChannel();
  const pictures = new PictureChannel(channel);
  // Fills what may lie in the channel.
  pictures.offer(0, 1, frame('JPEG', 200_000), 0);
  for (let time = 1; time <= 10; time++) {
    pictures.offer(0, 1, frame('JPEG', 1_000), time);
    pictures.offer(1, 1, frame('JPEG', 1_000), time);
  }
  expect(channel.received).toHaveLength(1);
  expect(pictures.dropped).toBe(18);
  channel.drain();
  pictures.pump();
  expect(channel.received.slice(1).map(({ slot, timestamp }) => ({ slot, timestamp }))).toEqual([
    { slot: 0, timestamp: 10 },
    { slot: 1, timestamp: 10 },
  ]);
});

test('one slot with large pictures does not keep another one waiting', () => {
  const channel = new SlowChannel();
  const pictures = new PictureChannel(channel);
  for (let turn = 0; turn < 6; turn++) {
    pictures.offer(0, 1, frame('JPEG', 200_000), turn);
    pictures.offer(1, 1, frame('JPEG', 200_000), turn);
    channel.drain();
    pictures.pump();
  }
  const slots = channel.received.map(({ slot }) => slot);
  expect(slots.filter((slot) => slot === 0).length).toBeGreaterThanOrEqual(3);
  expect(slots.filter((slot) => slot === 1).length).toBeGreaterThanOrEqual(3);
});

test('H.265 that waits too long is dropped up to the next key frame, never in between', () => {
  const channel = new SlowChannel();
  const pictures = new PictureChannel(channel);
  pictures.offer(9, 1, frame('JPEG', 200_000), 0);
  pictures.offer(0, 1, frame('H265', 1_000), 1);
  for (let time = 2; time < 8; time++) pictures.offer(0, 1, frame('H265', 1_000_000, false), time);
  channel.drain();
  pictures.offer(0, 1, frame('H265', 1_000, false), 8);
  expect(channel.received).toHaveLength(1);
  pictures.offer(0, 1, frame('H265', 1_000), 9);
  pictures.offer(0, 1, frame('H265', 1_000, false), 10);
  expect(channel.received.slice(1).map(({ timestamp }) => timestamp)).toEqual([9, 10]);
  expect(Buffer.from(channel.received.at(-1)?.data.subarray(0, 5) ?? []).toString('hex')).toBe('0000000107');
});

test('what waits for a slot that shows something else now is not sent', () => {
  const channel = new SlowChannel();
  channel.isOpen = false;
  const pictures = new PictureChannel(channel);
  pictures.offer(0, 1, frame('JPEG', 1_000), 1);
  pictures.clear(0);
  channel.isOpen = true;
  pictures.pump();
  expect(channel.received).toEqual([]);
});
