import { randomUUID } from 'node:crypto';
import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Layout } from '../../../main/contract/layout.ts';
import { CameraMirror } from '../../../renderer/state/camera-mirror.svelte.ts';
import { LayoutMirror } from '../../../renderer/state/layout-mirror.svelte.ts';
import type { Station } from '../../../renderer/state/station.svelte.ts';
import { Wall } from '../../../renderer/state/wall.svelte.ts';
import { Tours } from '../../../renderer/tours/tours.svelte.ts';
import { testCamera } from '../../support/test-camera.ts';

let page: EventTarget & { visibilityState: string };
let ended: AbortController;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  ended = new AbortController();
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
});
afterEach(() => {
  ended.abort();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const cameras = [1, 2, 3, 4, 5].map((number) => testCamera(number));
const ids = cameras.map(({ id }) => id);
const wallOf = (name: string, tiles: Layout['tiles'], tourSeconds?: number): Layout => {
  const layout = { id: randomUUID(), name, grid: '4' as const, tiles };
  return tourSeconds === undefined ? layout : { ...layout, tourSeconds };
};

/** A window on these walls, the first one shown, whose next pictures are there as soon as they are asked for unless said otherwise. */
function open(walls: Layout[], { isReady = (): boolean => true, locked = false } = {}) {
  const mirror = new CameraMirror();
  const layouts = new LayoutMirror();
  mirror.apply({ type: 'snapshot', cameras, statuses: [] });
  layouts.apply({ type: 'snapshot', layouts: walls });
  const wall = new Wall(mirror, layouts);
  const station = {
    wall,
    mirror,
    layouts,
    locked,
    dialog: null,
    stage: { unseen: false, isReady },
    playback: { slots: [] as { picture: string }[] },
    toasts: { tell: () => {} },
    clock: {
      get monotonic() {
        return performance.now();
      },
    },
  };
  const tours = new Tours(station as unknown as Station);
  tours.run(ended.signal);
  tours.arrange();
  const numbers = () => wall.tiles.map((camera) => camera?.number ?? null);
  return {
    tours,
    wall,
    station,
    numbers,
    start: () => {
      const isStarted = tours.toggle();
      tours.arrange();
      return isStarted;
    },
    after: (seconds: number) => {
      vi.advanceTimersByTime(seconds * 1_000);
      flushSync();
      return [wall.layout.name, wall.page, ...numbers().filter((number) => number !== null)];
    },
  };
}

test('a tour goes through the pages of the walls that are in it, each for its time, and begins anew', () => {
  const night = wallOf('Night', ids, 10);
  const { after, start, wall } = open([
    night,
    wallOf('Left out', [ids[4] ?? null]),
    wallOf('Day', [ids[1] ?? null], 4),
  ]);
  expect(start()).toBe(true);
  expect(after(4.5)).toEqual(['Night', 0, 1, 2, 3, 4]);
  expect(wall.ahead).toBeNull();
  after(1);
  expect(wall.ahead?.tiles.map((camera) => camera?.number)).toEqual([5, undefined, undefined, undefined]);
  expect(after(5)).toEqual(['Night', 1, 5]);
  expect(after(10)).toEqual(['Day', 0, 2]);
  expect(after(4)).toEqual(['Night', 0, 1, 2, 3, 4]);
});

test('the tiles of a large wall are loaded a few at a time, and it is not shown before all are', () => {
  const large = {
    ...wallOf(
      'Large',
      Array.from({ length: 9 }, () => ids[1] ?? null),
      3,
    ),
    grid: '9' as const,
  };
  const { after, start, wall } = open([wallOf('Small', [ids[0] ?? null], 3), large]);
  start();
  const loaded = [1, 2, 3].map(() => {
    after(0.1);
    return wall.ahead?.tiles.length;
  });
  expect(loaded).toEqual([2, 4, 6]);
  expect(after(2.6)[0]).toBe('Small');
  expect(after(0.2)[0]).toBe('Large');
});

test('the next wall is shown when its pictures are there', () => {
  let ready = false;
  const { after, start } = open([wallOf('Night', [ids[0] ?? null], 5), wallOf('Day', [ids[1] ?? null], 5)], {
    isReady: () => ready,
  });
  start();
  expect(after(6)[0]).toBe('Night');
  ready = true;
  expect(after(0.5)[0]).toBe('Day');
});

test('a tile goes through its cameras, and passes over one that is gone', () => {
  const tour = { shows: 'tour' as const, cameras: [ids[2] ?? '', randomUUID(), ids[3] ?? ''], seconds: 3 };
  const { after, wall } = open([wallOf('Night', [ids[0] ?? null, tour])]);
  expect(after(2)).toEqual(['Night', 0, 1, 3]);
  expect(wall.ahead?.tiles.map((camera) => camera?.number)).toEqual([undefined, 4, undefined, undefined]);
  expect(after(1)).toEqual(['Night', 0, 1, 4]);
  expect(wall.ahead).toBeNull();
  expect(after(3)).toEqual(['Night', 0, 1, 3]);
});

test('a touch pauses for a minute, and gives back what was loaded ahead; what is locked is not paused', () => {
  const walls = [wallOf('Night', [ids[0] ?? null], 5), wallOf('Day', [ids[1] ?? null], 5)];
  const { after, start, tours, wall } = open(walls);
  start();
  after(3);
  expect(wall.ahead).not.toBeNull();
  page.dispatchEvent(new Event('keydown'));
  expect(after(0.5)[0]).toBe('Night');
  expect([wall.ahead, tours.pausedFor > 59_000]).toEqual([null, true]);
  expect(after(59)[0]).toBe('Night');
  expect(after(3)[0]).toBe('Day');
  page.dispatchEvent(new Event('pointerdown'));
  tours.resume();
  expect(after(5)[0]).toBe('Night');
  const locked = open(walls, { locked: true });
  locked.start();
  page.dispatchEvent(new Event('keydown'));
  expect(locked.after(5)[0]).toBe('Day');
});

test('a page that nobody sees, a dialog and a replay hold the tour', () => {
  const { after, start, station } = open([
    wallOf('Night', [ids[0] ?? null], 3),
    wallOf('Day', [ids[1] ?? null], 3),
  ]);
  start();
  page.visibilityState = 'hidden';
  expect(after(20)[0]).toBe('Night');
  page.visibilityState = 'visible';
  station.playback.slots = [{ picture: 'past' }];
  expect(after(20)[0]).toBe('Night');
  station.playback.slots = [];
  expect(after(3)[0]).toBe('Day');
});

test('a tour whose walls were removed but one is over: its key begins none, and asks for walls', () => {
  const night = wallOf('Night', [ids[0] ?? null], 5);
  const { start, tours, station } = open([night, wallOf('Day', [ids[1] ?? null], 5)]);
  start();
  station.layouts.apply({ type: 'removed', layoutId: night.id });
  expect(tours.isTouring).toBe(false);
  expect(start()).toBe(false);
});

test('a tour needs two pages; its window remembers it', () => {
  const single = open([wallOf('Night', [ids[0] ?? null], 5), wallOf('Day', [ids[1] ?? null])]);
  expect(single.start()).toBe(false);
  const { start, wall, tours } = open([wallOf('Night', ids, 5)]);
  start();
  expect([tours.isTouring, wall.place.touring]).toEqual([true, true]);
  start();
  expect([tours.isTouring, wall.place.touring]).toEqual([false, undefined]);
});
