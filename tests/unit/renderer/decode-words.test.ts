import { expect, test } from 'vitest';
import { countDecoding } from '../../../renderer/playback/decode-count.ts';
import { decodeWords } from '../../../renderer/shell/decode-words.ts';

const use = {
  percent: 63,
  processors: 2,
  dropped: 0,
  decoder: 'software',
  smaller: 0,
  reduced: 0,
  seldom: 0,
  isTried: false,
} as const;

test.each([
  [null, 'Decoding: nothing is known now.'],
  [use, 'Decoding: 63% of 2 cores, in software.'],
  [{ ...use, decoder: 'hardware' as const }, 'Decoding: in hardware.'],
  [
    { ...use, percent: 91, dropped: 7, reduced: 12 },
    'Decoding: 91% of 2 cores, in software. 7% of the pictures are dropped. 12 tiles show key frames only: more is too much for this computer.',
  ],
  [
    { ...use, smaller: 1, reduced: 3 },
    'Decoding: 63% of 2 cores, in software. 1 tile shows the small stream, 3 tiles show key frames only: more is too much for this computer.',
  ],
  [
    { ...use, reduced: 9, seldom: 4 },
    'Decoding: 63% of 2 cores, in software. 5 tiles show key frames only, 4 tiles show a picture now and then: more is too much for this computer.',
  ],
  [
    { ...use, reduced: 9, isTried: true },
    'Decoding: 63% of 2 cores, in software. 9 tiles show key frames only: more is tried step by step.',
  ],
])('what decoding costs is said in words (%#)', (known, words) => {
  expect(decodeWords(known)).toBe(words);
});

test('only video tracks that decode are counted', () => {
  const video = { type: 'inbound-rtp', kind: 'video', framesDecoded: 10, totalDecodeTime: 0.5 };
  expect(
    countDecoding([
      { ...video, framesDropped: 2, powerEfficientDecoder: true, trackIdentifier: 'a', framesReceived: 14 },
      video,
      { ...video, framesDecoded: 0, framesDropped: 9 },
      { ...video, kind: 'audio' },
      { ...video, type: 'outbound-rtp' },
    ]),
  ).toEqual({
    seconds: 1,
    decoded: 20,
    dropped: 2,
    tracks: 2,
    inHardware: 1,
    received: new Map([['a', 14]]),
  });
});
