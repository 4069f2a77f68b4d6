import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StreamStatus } from '../../../main/contract/camera.ts';
import { errorCodes } from '../../../main/contract/error-codes.ts';
import { unsuspicious } from '../../../renderer/playback/picture-judge.ts';
import { Slot } from '../../../renderer/playback/slot.svelte.ts';
import { rateWords, type TileFacts, tileState } from '../../../renderer/wall/tile-state.ts';

const facts: TileFacts = {
  hasCamera: true,
  linked: true,
  viewerOpen: true,
  viewerRefusal: null,
  status: { state: 'playing', since: 0 },
  picture: 'arriving',
  replayAgo: null,
  verdict: unsuspicious,
  seldom: null,
  arrival: 'unknown',
  unshowable: null,
  skipping: null,
  lastFrameAt: 50_000,
  keptAt: null,
  returning: false,
  time: 100_000,
  monotonic: 60_000,
};

test.each<[string, Partial<TileFacts>, string, string]>([
  ['frames are arriving', {}, 'live', 'Live'],
  ['of some key frames', { seldom: { interval: 4_100 } }, 'seldom', '1 picture every 4 s'],
  ['a replay', { picture: 'past', replayAgo: 12_999 }, 'replay', 'REPLAY −00:12'],
  [
    'a replay of a camera that is away',
    { picture: 'past', replayAgo: 3_725_000, status: { state: 'connecting', since: 0 } },
    'replay',
    'REPLAY −1:02:05',
  ],
  ['no camera', { hasCamera: false }, 'empty', 'Empty'],
  ['the engine is away', { linked: false }, 'offline', 'Connection to Gatehouse lost'],
  ['frames have stopped', { picture: 'stale' }, 'stale', 'No picture for 10 s'],
  ['somebody comes back to an old picture', { returning: true }, 'connecting', 'Last picture 10 s ago'],
  ['long stopped', { picture: 'stale', lastFrameAt: -3_600_000 }, 'stale', 'No picture for 1 h 1 min'],
  ['the camera is dialled', { status: { state: 'connecting', since: 0 } }, 'connecting', 'Connecting…'],
  ['nothing is known', { status: undefined }, 'connecting', 'Connecting…'],
  [
    'a format without a decoder',
    { picture: 'none', unshowable: 'H265' },
    'waiting',
    'H.265 cannot be shown here',
  ],
  [
    'a format without a decoder, and the camera is away',
    { status: undefined, unshowable: 'H265' },
    'connecting',
    'Connecting…',
  ],
  [
    'the engine has no port for this window',
    {
      viewerOpen: false,
      viewerRefusal: 'No UDP port is free.',
      status: { state: 'idle' },
      lastFrameAt: null,
    },
    'stale',
    'No pictures in this window',
  ],
  ['no key frame for long', { picture: 'none', lastFrameAt: null }, 'connecting', 'Waiting for a picture…'],
])('%s', (_what, change, name, words) => {
  expect(tileState({ ...facts, ...change })).toMatchObject({ name, words });
});

test.each(errorCodes)('%s is said with its reason and what to do', (code) => {
  const status: StreamStatus = { state: 'waiting', since: 0, until: 104_200, error: { code, message: '' } };
  const state = tileState({ ...facts, status });
  expect(state).toMatchObject({
    name: 'waiting',
    // Where it is somebody's turn nothing is tried.
    words:
      code === 'camera-not-published'
        ? 'Nobody sends'
        : expect.stringMatching(/^[A-Z].+ · trying again in 5 s$/),
  });
  expect(state.reason).toMatch(/\.$/);
  expect(state.advice).toMatch(/\.$/);
});

test('whoever comes back to a tile is told how old its picture is, until there is a new one', () => {
  const back: Partial<TileFacts> = { picture: 'none', lastFrameAt: null, keptAt: 48_000 };
  const words = { name: 'connecting', words: 'Last picture 12 s ago', brief: 'Connecting…', cause: null };
  expect(tileState({ ...facts, ...back })).toMatchObject(words);
  expect(tileState({ ...facts, ...back, status: undefined })).toMatchObject(words);
});

test('a picture that stands because the network is too slow says so; one that comes is live', () => {
  const reason = 'Skipping pictures: this window, or the network to it, is too slow.';
  expect(tileState({ ...facts, picture: 'stale', skipping: 'network' })).toMatchObject({
    name: 'stale',
    reason,
  });
  expect(tileState({ ...facts, skipping: 'network' })).toMatchObject({ name: 'live', reason: null });
});

test('what a slot skips is said of the camera that it shows, and no longer than the engine says it', () => {
  const slot = new Slot(0);
  slot.assign({ cameraId: '1', profile: 'sub' });
  slot.setSkipping(slot.assignment - 1, 'network');
  expect(slot.skipping).toBeNull();
  slot.setSkipping(slot.assignment, 'network');
  expect(slot.skipping).toBe('network');
  slot.setSkipping(slot.assignment, null);
  expect(slot.skipping).toBeNull();
  slot.setSkipping(slot.assignment, 'computer');
  slot.detach();
  expect(slot.skipping).toBeNull();
});

test('a tile is live only when the engine receives the camera, frames are being shown, and there is life in them', () => {
  const status = fc.constantFrom<StreamStatus | undefined>(
    undefined,
    { state: 'idle' },
    { state: 'connecting', since: 0 },
    { state: 'playing', since: 0 },
    { state: 'waiting', since: 0, until: 1, error: { code: 'camera-silent', message: '' } },
  );
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.boolean(),
      status,
      fc.constantFrom('none' as const, 'arriving' as const, 'stale' as const),
      fc.constantFrom(
        'alive' as const,
        'same' as const,
        'black' as const,
        'white' as const,
        'one-colour' as const,
      ),
      (hasCamera, linked, given, picture, seen) => {
        const verdict = { picture: seen, since: seen === 'alive' ? null : 1, view: 'usual' } as const;
        const isLive =
          tileState({ ...facts, hasCamera, linked, status: given, picture, verdict }).name === 'live';
        const arrives = hasCamera && linked && given?.state === 'playing' && picture === 'arriving';
        expect(isLive).toBe(arrives && seen === 'alive');
      },
    ),
  );
});

test.each<[string, Partial<TileFacts>, string, string]>([
  [
    'the camera sends nothing',
    { picture: 'stale', status: { state: 'playing', since: 0, missing: 'packets' } },
    'no-packets',
    'No picture for 10 s',
  ],
  [
    'the camera sends no whole picture',
    { picture: 'stale', status: { state: 'playing', since: 0, missing: 'pictures' }, arrival: 'nothing' },
    'no-pictures',
    'No picture for 10 s',
  ],
  [
    'nothing reaches the window',
    { picture: 'stale', arrival: 'nothing' },
    'not-arriving',
    'No picture for 10 s',
  ],
  ['nothing is decoded', { picture: 'stale', arrival: 'packets' }, 'not-decoded', 'No picture for 10 s'],
  [
    'nothing was decoded from the beginning',
    { picture: 'none', lastFrameAt: null, arrival: 'packets' },
    'not-decoded',
    'Waiting for a picture…',
  ],
  ['there is no viewer', { picture: 'stale', viewerOpen: false }, 'no-viewer', 'No picture for 10 s'],
  [
    'the picture is the same',
    { verdict: { picture: 'same', since: 56_000, view: 'usual' } },
    'same-picture',
    'Same picture for 4 s',
  ],
  [
    'the picture is black',
    { verdict: { picture: 'black', since: 0, view: 'usual' } },
    'blank-picture',
    'Black picture for 1 min 0 s',
  ],
])('%s: the tile says so, and for how long', (_what, change, cause, words) => {
  const state = tileState({ ...facts, ...change });
  expect(state).toMatchObject({ cause, words });
  expect(state.reason).toMatch(/\.$/);
});

test('the age of the last picture is told also while the camera is dialled again', () => {
  const error = { code: 'camera-silent', message: '' } as const;
  const status: StreamStatus = { state: 'waiting', since: 0, until: 104_200, error };
  expect(tileState({ ...facts, picture: 'stale', status }).reason).toContain('Last picture 10 s ago.');
  expect(tileState({ ...facts, picture: 'none', lastFrameAt: null, status }).reason).not.toContain('ago');
});

const gate = { cameraId: 'gate', profile: 'sub' } as const;

test('frames of the camera that was shown before do not count for the new one', () => {
  const slot = new Slot(0);
  slot.assign(gate);
  slot.frame(10, 11);
  expect(slot.picture).toBe('none');
  slot.confirm(slot.assignment, 20);
  slot.frame(19, 21);
  expect(slot.picture).toBe('none');
  slot.frame(20, 22);
  expect(slot.picture).toBe('arriving');
});

test('a confirmation that comes late belongs to no later assignment', () => {
  const slot = new Slot(0);
  slot.assign(gate);
  const late = slot.assignment;
  slot.assign({ ...gate, cameraId: 'yard' });
  slot.confirm(late, 5);
  slot.frame(10, 10);
  expect(slot.picture).toBe('none');
});

test('three seconds without a frame make a picture old, and the next frame makes it new', () => {
  const slot = new Slot(0);
  slot.assign(gate);
  slot.confirm(slot.assignment, 0);
  slot.frame(1, 1_000);
  slot.checkFreshness(4_000, 0);
  expect(slot.picture).toBe('arriving');
  slot.checkFreshness(4_001, 0);
  expect(slot.picture).toBe('stale');
  expect(slot.lastFrameAt).toBe(1_000);
  slot.frame(5_000, 5_000);
  expect(slot.picture).toBe('arriving');
});

test('whoever comes back to the page is told how old the picture is that stands there, until there is another one', () => {
  const slot = new Slot(0);
  slot.assign(gate);
  slot.confirm(slot.assignment, 0);
  slot.frame(1_000, 1_000);
  const said = (monotonic: number) => {
    const { picture, lastFrameAt, isReturning: returning } = slot;
    const { name, words } = tileState({ ...facts, picture, lastFrameAt, returning, monotonic });
    return `${name}: ${words}`;
  };
  slot.becameVisible(3_900);
  expect(said(3_900)).toBe('live: Live');
  slot.becameVisible(6_000);
  expect(said(6_000)).toBe('connecting: Last picture 5 s ago');
  slot.checkFreshness(8_900, 6_000);
  expect(said(8_900)).toBe('connecting: Last picture 7 s ago');
  slot.frame(8_950, 8_950);
  expect(said(8_950)).toBe('live: Live');
  slot.becameVisible(20_000);
  slot.checkFreshness(23_001, 20_000);
  expect(said(23_001)).toBe('stale: No picture for 14 s');
});

test.each(['before', 'after'])(
  'an old picture is not taken for a live one, said %s it comes, until the engine says that it is over',
  (order) => {
    const slot = new Slot(0);
    slot.assign(gate);
    slot.confirm(slot.assignment, 0);
    if (order === 'after') slot.frame(99_000, 99_000);
    slot.setStill(slot.assignment, 76_000);
    if (order === 'before') slot.frame(99_000, 99_000);
    expect(slot.picture).toBe('stale');
    expect(slot.lastFrameAt).toBe(76_000);
    const shown = { picture: slot.picture, lastFrameAt: slot.lastFrameAt, monotonic: 99_000 };
    expect(tileState({ ...facts, ...shown })).toMatchObject({ name: 'stale', words: 'No picture for 23 s' });
    slot.setStill(slot.assignment - 1, null);
    slot.frame(99_500, 99_500);
    expect(slot.picture).toBe('stale');
    slot.setStill(slot.assignment, null);
    slot.frame(100_000, 100_000);
    expect(slot.picture).toBe('arriving');
  },
);

test('behind another page no frames are shown, which says nothing about the camera', () => {
  const slot = new Slot(0);
  slot.assign(gate);
  slot.confirm(slot.assignment, 0);
  slot.frame(1, 1_000);
  slot.checkFreshness(60_000, 59_000);
  expect(slot.picture).toBe('arriving');
});

test.each([
  [null, 'Key frames'],
  [1_000, '1 fps'],
  [2_000, '0.5 fps'],
  [2_600, '0.4 fps'],
  [10_100, '1 picture every 10 s'],
])('how many pictures are shown is said in words (%o)', (interval, words) => {
  expect(rateWords(interval)).toBe(words);
});

test('a slot whose pictures come seldom knows how far apart they are, and is stale only when the next one is late', () => {
  const slot = new Slot(0);
  slot.assign({ cameraId: 'one', profile: 'sub' });
  slot.confirm(slot.assignment, 0);
  slot.setShare('seldom');
  expect(slot.interval).toBeNull();
  // The pictures between two key frames may come together.
  for (const at of [10_000, 10_050, 18_000, 18_020, 26_000]) slot.frame(at, at);
  expect(slot.interval).toBe(8_000);
  slot.checkFreshness(36_000, 0);
  expect(slot.picture).toBe('arriving');
  slot.checkFreshness(37_500, 0);
  expect(slot.picture).toBe('stale');
  slot.setShare('all');
  expect(slot.interval).toBeNull();
});
