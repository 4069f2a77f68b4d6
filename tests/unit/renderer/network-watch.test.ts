import { beforeEach, expect, test, vi } from 'vitest';
import type { BudgetTile } from '../../../renderer/playback/ceilings.ts';
import { NetworkWatch } from '../../../renderer/playback/network-watch.svelte.ts';

let network = { short: 0, hasRoom: true };
let selected = 1;
let watch: NetworkWatch;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { visibilityState: 'visible' });
  network = { short: 0, hasRoom: true };
  selected = 1;
  const playback = {
    get network() {
      return network;
    },
  };
  watch = new NetworkWatch(playback, () =>
    [0, 1, 2, 3].map(
      (tile): BudgetTile => ({
        ...{ tile, comesFirst: tile === selected, isAlarmed: tile === 3, area: 1 },
        ...{ distance: Math.abs(tile - selected), wantsMain: true },
      }),
    ),
  );
  const running = new AbortController();
  void watch.run(running.signal);
  return () => {
    running.abort();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

test('who is selected keeps the main stream longest, and all pictures', async () => {
  expect(watch.ceilings).toEqual([]);
  network = { short: 0.5, hasRoom: false };
  await vi.advanceTimersByTimeAsync(1_000);
  expect(watch.ceilings).toEqual(['sub', 'main', 'sub', 'main']);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(watch.ceilings).toEqual(['sub', 'main', 'sub', 'sub']);
  selected = 2;
  expect(watch.ceilings).toEqual(['sub', 'sub', 'main', 'sub']);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(watch.ceilings).toEqual(['key-frames', 'key-frames', 'sub', 'sub']);
});

test('with room the selected one comes up first', async () => {
  network = { short: 1, hasRoom: false };
  await vi.advanceTimersByTimeAsync(10_000);
  expect(watch.ceilings).toEqual(Array.from({ length: 4 }, () => 'key-frames'));
  network = { short: 0, hasRoom: true };
  await vi.advanceTimersByTimeAsync(13_000);
  expect(watch.ceilings).toEqual(['key-frames', 'sub', 'key-frames', 'key-frames']);
});
