import { expect, test } from 'vitest';
import { playableSound, SoundPackets } from '../../../main/clips/clip-sound.ts';
import type { AudioCodec } from '../../../main/contract/codecs.ts';
import type { KeptSound } from '../../../main/media/replay-history.ts';

/** 20 ms of sound, and when it came. */
function piece(codec: AudioCodec, timestamp: number, receivedAt = timestamp / 8): KeptSound {
  const payload = Buffer.alloc(160, 0x2a);
  return { frame: { codec, clockRate: 8_000, timestamp, payload, aac: undefined }, receivedAt };
}

/** From when to when each packet is heard, in ticks of the camera after the first one. */
function heard(timestamps: readonly number[], codec: AudioCodec = 'PCMU'): [from: number, until: number][] {
  const packets = new SoundPackets(0);
  return timestamps.flatMap((timestamp) =>
    packets
      .of(piece(codec, timestamp))
      .map(({ seconds, duration }): [number, number] => [
        Math.round(seconds * 8_000),
        Math.round((seconds + duration) * 8_000),
      ]),
  );
}

test.each<AudioCodec>(['PCMU', 'G722'])(
  '%s begins in a clip when it came, and goes on by the clock of the camera',
  (codec) => {
    expect(heard([800, 960, 1_120], codec)).toEqual([
      [800, 960],
      [960, 1_120],
      [1_120, 1_280],
    ]);
  },
);

test.each<AudioCodec>(['PCMU', 'G722'])(
  'what is missing of %s is silence, so that the rest stays in step in every player',
  (codec) => {
    expect(heard([0, 800], codec)).toEqual([
      [0, 160],
      [160, 800],
      [800, 960],
    ]);
    // A camera that was away for two seconds.
    const long = heard([0, 16_000], codec);
    expect(long.at(-1)).toEqual([16_000, 16_160]);
    for (const [index, [from]] of long.entries()) if (index > 0) expect(from).toBe(long[index - 1]?.[1]);
  },
);

test('a clock that is not even leaves no gaps of single samples, and is caught up with', () => {
  expect(heard([0, 170, 310, 1_000])).toEqual([
    [0, 160],
    [160, 320],
    [320, 480],
    [480, 1_000],
    [1_000, 1_160],
  ]);
});

test('a camera that changes between the laws of G.711 is heard from the beginning, one that changes to more since then', () => {
  const pieces = [piece('PCMU', 0), piece('PCMA', 160)];
  expect(playableSound(pieces)?.pieces).toEqual(pieces);
  expect(playableSound([...pieces, piece('OPUS', 320)])?.pieces).toHaveLength(1);
  // 16,000 samples a second where G.711 has 8,000.
  expect(playableSound([...pieces, piece('G722', 320)])?.pieces).toHaveLength(1);
  expect(playableSound([])).toBeNull();
});
