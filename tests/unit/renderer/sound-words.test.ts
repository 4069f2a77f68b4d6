import { expect, test } from 'vitest';
import type { StreamAudio, StreamStatus } from '../../../main/contract/camera.ts';
import { type SoundFacts, soundState } from '../../../renderer/wall/sound-words.ts';

function playing(audio?: StreamAudio): StreamStatus {
  return { state: 'playing', since: 0, ...(audio === undefined ? {} : { audio }) };
}

function say(facts: Partial<SoundFacts>) {
  return soundState({
    number: 3,
    status: playing({ kind: 'playable', codec: 'PCMU' }),
    isArriving: true,
    isBlocked: false,
    playsAac: true,
    wantedFor: 10_000,
    ...facts,
  });
}

test('a camera is heard only while its sound comes in', () => {
  expect(say({})).toEqual({ name: 'heard', words: 'Sound', reason: null });
  expect(say({ isArriving: false, wantedFor: 1_000 }).name).toBe('starting');
  expect(say({ isArriving: false })).toMatchObject({
    name: 'missing',
    reason: 'No sound arrives from camera 3.',
  });
});

test('a camera that is not there yet is waited for, however long', () => {
  for (const status of [undefined, { state: 'connecting', since: 0 }, { state: 'idle' }] as const) {
    expect(say({ status, isArriving: false }).name).toBe('starting');
  }
});

test.each([
  [undefined, 'Camera 3 sends no sound.'],
  [{ kind: 'refused', codec: 'PCMA' }, 'Camera 3 refuses to send its sound (G.711).'],
  [
    { kind: 'unsupported', codecs: ['MP4A-LATM'] },
    'Camera 3 sends its sound as MP4A-LATM, which cannot be played. Set it to G.711, AAC or Opus.',
  ],
] as const)('%o is said in words', (audio, reason) => {
  const status = playing(audio === undefined ? undefined : structuredClone(audio as StreamAudio));
  expect(say({ status, isArriving: false })).toEqual({ name: 'missing', words: 'No sound', reason });
});

test('a browser without AAC says so, and plays the rest', () => {
  const aac = playing({ kind: 'playable', codec: 'MPEG4-GENERIC' });
  expect(say({ status: aac, playsAac: false, isArriving: false }).reason).toContain('does not play AAC');
  expect(say({ status: aac, playsAac: true }).name).toBe('heard');
  expect(say({ playsAac: false }).name).toBe('heard');
});

test('a browser that waits for a click asks for it', () => {
  expect(say({ isBlocked: true, isArriving: false }).reason).toContain('Click into this page');
});
