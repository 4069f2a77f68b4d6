import { beforeEach, expect, test } from 'vitest';
import { parseSoundMessage, type SoundMessage } from '../../../main/contract/sound-message.ts';
import type { AudioFrame } from '../../../main/media/audio-stream.ts';
import type { MessageChannel } from '../../../main/viewers/picture-channel.ts';
import { SoundChannel } from '../../../main/viewers/sound-channel.ts';
import { aacTrack } from '../../support/audio-source.ts';

/** A window that takes as much as the test lets it. */
class Window implements MessageChannel {
  isOpen = true;
  bufferedBytes = 0;
  readonly isAllowed = true;
  readonly received: SoundMessage[] = [];

  send(message: Uint8Array): void {
    this.bufferedBytes += message.length;
    const parsed = parseSoundMessage(message);
    if (parsed === undefined) throw new Error('no message');
    this.received.push(parsed);
  }
}

let window: Window;
let channel: SoundChannel;
beforeEach(() => {
  window = new Window();
  channel = new SoundChannel(window);
});

function unit(timestamp: number, bytes = 300): AudioFrame {
  return {
    codec: aacTrack.codec,
    clockRate: aacTrack.clockRate,
    timestamp,
    payload: Buffer.alloc(bytes, timestamp & 0xff),
    aac: aacTrack.aac,
  };
}

test('what goes in comes out, with all that a decoder needs', () => {
  channel.offer(5, unit(2 ** 32 + 3));
  expect(window.received).toMatchObject([{ assignment: 5, timestamp: 3, clockRate: 16_000, channels: 1 }]);
  expect(Buffer.from(window.received[0]?.config ?? [])).toEqual(Buffer.from('1408', 'hex'));
  expect(Buffer.from(window.received[0]?.data ?? [])).toEqual(unit(3).payload);
});

test('a window that takes nothing keeps the newest sound waiting, and the rest is counted', () => {
  window.isOpen = false;
  for (let index = 0; index < 100; index++) channel.offer(1, unit(index));
  expect(channel.dropped).toBe(84);
  window.isOpen = true;
  channel.pump();
  expect(window.received.map(({ timestamp }) => timestamp)).toEqual(
    Array.from({ length: 16 }, (_, index) => 84 + index),
  );
});

test('no more than 8 kB lie in the queue that cannot be changed any more', () => {
  for (let index = 0; index < 100; index++) channel.offer(1, unit(index, 1_000));
  expect(window.bufferedBytes).toBeLessThan(8 * 1_024 + 1_100);
  window.bufferedBytes = 0;
  channel.pump();
  expect(window.received.at(-1)?.timestamp).toBeGreaterThan(84);
});

test('what waits of another camera is not sent any more', () => {
  window.isOpen = false;
  channel.offer(1, unit(1));
  channel.clear();
  window.isOpen = true;
  channel.offer(2, unit(2));
  expect(window.received.map(({ assignment }) => assignment)).toEqual([2]);
});
