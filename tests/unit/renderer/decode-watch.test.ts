import { beforeEach, expect, test, vi } from 'vitest';
import type { DecodeCount } from '../../../renderer/playback/decode-count.ts';
import { DecodeWatch } from '../../../renderer/playback/decode-watch.svelte.ts';
import { Playback } from '../../../renderer/playback/playback.svelte.ts';

const cameras = ['one', 'two', 'three', 'four', 'five'];

let playback: Playback;
let watch: DecodeWatch;
let first: string;
let count: DecodeCount;
let running: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { visibilityState: 'visible' });
  vi.stubGlobal('navigator', { hardwareConcurrency: 2 });
  count = { seconds: 0, decoded: 0, dropped: 0, tracks: 5, inHardware: 0 };
  first = 'five';
  playback = new Playback();
  playback.want(cameras.map((cameraId) => ({ cameraId, profile: 'sub' })));
  vi.spyOn(playback, 'countDecoding').mockImplementation(async () => count);
  watch = new DecodeWatch(playback, ({ cameraId }) => cameraId === first);
  running = new AbortController();
  void watch.run(running.signal);
  return () => {
    running.abort();
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  };
});

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
  return playback.slots.filter((slot) => slot.keyFramesOnly).map(({ stream }) => stream?.cameraId);
}

test('where decoding is too much the last tiles get key frames only, and never the one that comes first', async () => {
  await decode(2, 1.1);
  expect(reduced()).toEqual([]);
  await decode(1, 1.1);
  expect(reduced()).toEqual(['four']);
  await decode(40, 1.1);
  expect(reduced()).toEqual(['one', 'two', 'three', 'four']);
  expect(watch.use).toMatchObject({ percent: 110, processors: 2, decoder: 'software', reduced: 4 });
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
