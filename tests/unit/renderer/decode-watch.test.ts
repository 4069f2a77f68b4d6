import { beforeEach, expect, test, vi } from 'vitest';
import type { Ceiling } from '../../../renderer/playback/ceilings.ts';
import type { DecodeCount } from '../../../renderer/playback/decode-count.ts';
import { DecodeWatch } from '../../../renderer/playback/decode-watch.svelte.ts';
import { Playback } from '../../../renderer/playback/playback.svelte.ts';
import type { TilePlan } from '../../../renderer/playback/stage.svelte.ts';
import type { Stream } from '../../../renderer/playback/stream.ts';

let cameras: string[];

const shown = (tile: number): Stream => ({ cameraId: cameras[tile] ?? '', profile: 'sub' });

let playback: Playback;
let watch: DecodeWatch;
let first: string;
/** What a tour shows next, which is of no tile yet. */
let ahead: readonly Stream[];
let wantsMain: ReadonlySet<string>;
let ceilings: readonly Ceiling[];
let count: DecodeCount;
let running: AbortController;

beforeEach(() => {
  cameras = ['one', 'two', 'three', 'four', 'five'];
  vi.useFakeTimers();
  vi.stubGlobal('document', { visibilityState: 'visible' });
  vi.stubGlobal('navigator', { hardwareConcurrency: 2 });
  count = { seconds: 0, decoded: 0, dropped: 0, tracks: 5, inHardware: 0, received: new Map() };
  first = 'five';
  ahead = [];
  wantsMain = new Set();
  playback = new Playback();
  playback.want(cameras.map((cameraId) => ({ cameraId, profile: 'sub' })));
  vi.spyOn(playback, 'countDecoding').mockImplementation(async () => count);
  ceilings = [];
  const stage = {
    set ceilings(now: readonly Ceiling[]) {
      ceilings = now;
    },
    get ceilings() {
      return ceilings;
    },
    plan: (tile: number): TilePlan => ({ wanted: shown(tile), surfaces: [shown(tile), null] }),
    shown,
  };
  const tiles = () =>
    cameras.map((cameraId, tile) => ({
      ...{ tile, comesFirst: cameraId === first, isAlarmed: false, area: 1, distance: tile },
      wantsMain: wantsMain.has(cameraId),
    }));
  watch = new DecodeWatch(playback, stage, tiles, () => ahead);
  running = new AbortController();
  void watch.run(running.signal);
  return () => {
    running.abort();
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  };
});

/** A sample of two seconds in which so many pictures came for a tile, and so many of them were shown. */
async function watchTile(tile: number, came: number, shownOf: number): Promise<void> {
  const slot = playback.slot(shown(tile));
  const track = slot?.trackId ?? '';
  const at = performance.now();
  for (let picture = 0; picture < shownOf; picture++) slot?.frame(at, at, at + 10);
  const before = count.received.get(track) ?? 0;
  count = { ...count, received: new Map([...count.received, [track, before + came]]) };
  await decode(1, 0.1);
}

/** Samples of two seconds, in each of which both processors did this. @param busy 1: nothing else */
async function decode(samples: number, busy: number, dropped = 0): Promise<void> {
  for (let sample = 0; sample < samples; sample++) {
    count = {
      ...count,
      seconds: count.seconds + busy * 4,
      decoded: count.decoded + 100,
      dropped: count.dropped + dropped,
    };
    await vi.advanceTimersByTimeAsync(2_000);
    watch.arrange();
  }
}

function reduced(): (string | undefined)[] {
  return playback.slots.filter((slot) => slot.share !== 'all').map(({ stream }) => stream?.cameraId);
}

test('where decoding is too much the last tiles get key frames only, and never the one that comes first', async () => {
  await decode(2, 1.1);
  expect(reduced()).toEqual([]);
  await decode(1, 1.1);
  expect(reduced()).toEqual(['four']);
  await decode(40, 1.1);
  expect(reduced()).toEqual(['one', 'two', 'three', 'four']);
  expect(playback.slots.map(({ share }) => share)).toEqual([...Array(4).fill('seldom'), 'all']);
  expect(watch.use).toMatchObject({ percent: 110, processors: 2, decoder: 'software', reduced: 4 });
});

test('of a large wall key frames are enough ahead of a tour, and in the first moment in which it is seen', async () => {
  const next: Stream = { cameraId: 'six', profile: 'sub' };
  const many = Array.from(
    { length: 50 },
    (_, index): Stream => ({ cameraId: `next ${index}`, profile: 'sub' }),
  );
  playback.want([...cameras.map((_, tile) => shown(tile)), next, ...many]);
  ahead = [next];
  watch.arrange();
  expect(reduced()).toEqual([]);
  ahead = [next, ...many];
  watch.arrange();
  expect(reduced()).toEqual(['six', ...many.map(({ cameraId }) => cameraId)]);
  // The tour goes on to a wall with the sixth camera in the last tile.
  ahead = [];
  cameras[4] = 'six';
  first = 'six';
  watch.arrange();
  expect(reduced()).toEqual(['six']);
  await vi.advanceTimersByTimeAsync(1_000);
  watch.arrange();
  expect(reduced()).toEqual([]);
});

test('who is selected has all pictures at once', async () => {
  await decode(3, 1.1);
  first = 'four';
  watch.arrange();
  expect(reduced()).toEqual(['five']);
});

test('the time of a decoder in hardware is not that of the processors; what it drops counts', async () => {
  count = { ...count, inHardware: 5 };
  await decode(10, 1.5);
  expect(reduced()).toEqual([]);
  await decode(3, 0.5, 20);
  expect(reduced()).toEqual(['four']);
});

test('another peer connection begins to count anew', async () => {
  await decode(3, 0.3);
  count = { ...count, seconds: 0, decoded: 0 };
  await decode(5, 0.3);
  expect(watch.use).toMatchObject({ percent: 30, reduced: 0 });
});

test('a figure that is not known any more is not shown, and what was decided stays', async () => {
  await decode(3, 1.1);
  await vi.advanceTimersByTimeAsync(2_000);
  watch.arrange();
  expect(watch.use).toBeNull();
  expect(reduced()).toEqual(['four']);
});

test('tiles on their main stream go to the small one before any gets key frames only', async () => {
  wantsMain = new Set(['one', 'two']);
  watch.arrange();
  expect(ceilings).toEqual(['main', 'main', 'sub', 'sub', 'main']);
  await decode(3, 1.1);
  expect(ceilings).toEqual(['main', 'sub', 'sub', 'sub', 'main']);
  expect(watch.use).toMatchObject({ smaller: 1, reduced: 0 });
  await decode(8, 1.1);
  expect(ceilings).toEqual(['sub', 'sub', 'sub', 'key-frames', 'main']);
  expect(reduced()).toEqual(['four']);
});

test('pictures that are late say that it is too much, though decoding takes no time', async () => {
  for (let sample = 0; sample < 4; sample++) {
    for (const slot of playback.slots) slot.delay.add(600);
    await decode(1, 0.1);
  }
  expect(reduced()).toEqual(['four']);
});

test('where the selected tile does not show the pictures that come for it the others are reduced', async () => {
  const selected = playback.slot(shown(4));
  selected?.attach({} as MediaStream, { track: { id: 'track' } } as RTCRtpReceiver);
  selected?.confirm(selected.assignment, performance.now());
  // What it begins with is gone through at once.
  await watchTile(4, 60, 2);
  for (let sample = 0; sample < 20; sample++) await watchTile(4, 30, 29);
  expect(reduced()).toEqual([]);
  await watchTile(4, 30, 18);
  expect(reduced()).toEqual([]);
  await watchTile(4, 30, 18);
  expect(reduced()).toEqual(['four']);
});

test('a screen that shows thirty pictures a second is no reason to reduce any', async () => {
  const selected = playback.slot(shown(4));
  selected?.attach({} as MediaStream, { track: { id: 'track' } } as RTCRtpReceiver);
  selected?.confirm(selected.assignment, performance.now());
  for (let sample = 0; sample < 20; sample++) await watchTile(4, 120, 58);
  expect(reduced()).toEqual([]);
});

test('a browser that does not even say what it decodes has too much to do', async () => {
  await decode(2, 0.1);
  const answers: PromiseWithResolvers<DecodeCount>[] = [];
  vi.spyOn(playback, 'countDecoding').mockImplementation(() => {
    answers.push(Promise.withResolvers());
    return answers.at(-1)?.promise ?? Promise.reject(new Error('nobody asks'));
  });
  await vi.advanceTimersByTimeAsync(3_100);
  watch.arrange();
  expect(reduced()).toEqual(['three', 'four']);
  expect(watch.use).toBeNull();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(answers).toHaveLength(1);
  watch.arrange();
  expect(reduced()).toEqual(['one', 'two', 'three', 'four']);
});
