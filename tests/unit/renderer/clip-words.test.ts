import { expect, test } from 'vitest';
import type { RecordingEnd, RecordingOutcome } from '../../../main/contract/clip.ts';
import { endedWords, lengthWords, sizeWords } from '../../../renderer/clips/clip-words.ts';

test.each([
  [400, '0 s'],
  [59_400, '59 s'],
  [125_000, '2:05 min'],
  [3_600_000, '1:00:00 h'],
])('a clip of %i ms is said to be %s long', (milliseconds, words) => {
  expect(lengthWords(milliseconds)).toBe(words);
});

test.each([
  [1, '1 kB'],
  [230 * 1_024, '230 kB'],
  [4.1 * 1_024 * 1_024, '4.1 MB'],
  [10_240 * 1_024 * 1_024, '10.0 GB'],
])('%i bytes are %s, as the settings count', (bytes, words) => {
  expect(sizeWords(bytes)).toBe(words);
});

test.each<[RecordingEnd, RecordingOutcome, string]>([
  ['format-changed', 'kept', 'The camera was set to another format.'],
  [
    'disk-full',
    'end-missing',
    'The disk is full: make room on it. What was written before is kept; its end is missing.',
  ],
  [
    'disk-full',
    'unlisted',
    'The disk is full: make room on it. What was written becomes a clip when Gatehouse is started again.',
  ],
  [
    'storage-failed',
    'lost',
    'The disk takes no more: it is protected, was taken out, or has a fault. Nothing of it is kept.',
  ],
])('a recording that has ended by itself (%s, %s) says why, and what became of it', (end, outcome, words) => {
  const recording = { id: '', cameraId: '', startedAt: 0, by: 'Erika' };
  expect(endedWords({ type: 'ended', recording, cameraNumber: 7, end, outcome })).toBe(
    `Camera 7: the recording has ended. ${words}`,
  );
});
