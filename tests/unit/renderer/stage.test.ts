import { beforeEach, expect, test, vi } from 'vitest';
import type { Camera } from '../../../main/contract/camera.ts';
import { defaultLayoutId, type Grid } from '../../../main/contract/limits.ts';
import { Playback } from '../../../renderer/playback/playback.svelte.ts';
import type { Slot } from '../../../renderer/playback/slot.svelte.ts';
import { Stage } from '../../../renderer/playback/stage.svelte.ts';
import type { Stream } from '../../../renderer/playback/stream.ts';
import { CameraMirror } from '../../../renderer/state/camera-mirror.svelte.ts';
import { LayoutMirror } from '../../../renderer/state/layout-mirror.svelte.ts';
import { Wall } from '../../../renderer/state/wall.svelte.ts';
import { testCamera } from '../../support/test-camera.ts';

const fullHd = { width: 1_920, height: 1_080 };
const ultraHd = { width: 3_840, height: 2_160 };
const second = 1_000;

let now: number;
let playback: Playback;
let wall: Wall;
let stage: Stage;
/** Of which somebody looks at a part. */
let enlarged: number | null;
let cameras: Camera[];
let timestamp: number;

beforeEach(() => {
  now = 100 * second;
  timestamp = 0;
  enlarged = null;
  playback = new Playback();
  vi.spyOn(playback, 'open', 'get').mockReturnValue(true);
});

/** A wall whose small streams all have a picture. */
function show(count: number, grid: Grid, size: { width: number; height: number }): void {
  cameras = Array.from({ length: count }, (_, index) => testCamera(index + 1));
  const mirror = new CameraMirror();
  mirror.apply({ type: 'snapshot', cameras, statuses: [] });
  const layouts = new LayoutMirror();
  layouts.apply({
    type: 'snapshot',
    layouts: [{ id: defaultLayoutId, name: 'All cameras', grid, tiles: [] }],
  });
  wall = new Wall(mirror, layouts);
  stage = new Stage(wall, playback, (tile) => tile === enlarged);
  stage.wallSize = size;
  stage.arrange();
  for (const { id } of cameras) {
    const stream: Stream = { cameraId: id, profile: 'sub' };
    if (playback.slot(stream) !== undefined) frame(stream);
  }
  stage.arrange();
}

function streamOf(tile: number, profile: Stream['profile']): Stream {
  return { cameraId: cameras[tile]?.id ?? '', profile };
}

function slotOf(stream: Stream): Slot {
  const slot = playback.slot(stream);
  if (slot === undefined) throw new Error(`${stream.profile} is not asked for`);
  return slot;
}

/** A picture of a stream is shown, and the engine has confirmed the stream before. @param apart in the time of the stream */
function frame(stream: Stream, apart = 40): void {
  const slot = slotOf(stream);
  timestamp += apart * 90;
  slot.confirm(slot.assignment, now);
  const size = stream.profile === 'main' ? fullHd : { width: 640, height: 360 };
  slot.frame(now, now, now, { ...size, rtpTimestamp: timestamp });
}

/** Time passes in which only these streams have pictures. */
function play(seconds: number, ...streams: readonly Stream[]): void {
  for (let step = 0; step < seconds * 2; step++) {
    now += second / 2;
    for (const stream of streams) if (playback.slot(stream) !== undefined) frame(stream);
    playback.checkFreshness(now);
    stage.checkMains(now);
    stage.arrange();
  }
}

const profiles = () => wall.tiles.map((_, tile) => stage.plan(tile).wanted?.profile);
const shown = (tile: number) => stage.shown(tile)?.profile;

test('nine tiles show main streams where the screen has the pixels for them, and may', () => {
  show(9, '9', fullHd);
  expect(new Set(profiles())).toEqual(new Set(['sub']));
  stage.wallSize = ultraHd;
  stage.ceilings = wall.tiles.map((_, tile) => (tile < 2 ? 'main' : 'sub'));
  stage.arrange();
  expect(profiles()).toEqual(['main', 'main', ...Array.from({ length: 7 }, () => 'sub')]);
  expect(wall.tiles.map((_, tile) => stage.wantsMain(tile))).not.toContain(false);
});

test('a tile of which somebody looks at a part shows its main stream, as far as the network lets it', () => {
  show(9, '9', fullHd);
  enlarged = 4;
  stage.arrange();
  expect(stage.plan(4).wanted).toEqual(streamOf(4, 'main'));
  stage.ceilings = wall.tiles.map(() => 'sub');
  stage.arrange();
  expect(stage.plan(4).wanted).toEqual(streamOf(4, 'sub'));
  expect(stage.wantsMain(4)).toBe(true);
});

test('the size of a picture that came over the data channel counts, too', () => {
  show(9, '9', fullHd);
  const [, , third] = wall.tiles;
  const stream: Stream = { cameraId: third?.id ?? '', profile: 'sub' };
  const { assignment } = slotOf(stream);
  const image = { width: 160, height: 90, close: () => {} } as ImageBitmap;
  slotOf(stream).show(assignment, image, now);
  stage.arrange();
  expect(profiles()).toEqual(['sub', 'sub', 'main', ...Array.from({ length: 6 }, () => 'sub')]);
});

test('the small picture goes on until the large one has gone through its past and found its pace', () => {
  show(4, '4', ultraHd);
  const [main, sub] = [streamOf(0, 'main'), streamOf(0, 'sub')];
  expect(stage.plan(0).wanted).toEqual(main);
  for (let cached = 0; cached < 20; cached++) {
    frame(main, 1);
    stage.arrange();
    expect(shown(0)).toBe('sub');
  }
  expect(playback.slot(sub)).toBeDefined();
  for (const apart of [67, 67]) {
    frame(main, apart);
    expect(shown(0)).toBe('sub');
  }
  frame(main, 67);
  expect(shown(0)).toBe('main');
  stage.arrange();
  expect(playback.slot(sub)).toBeUndefined();
});

test('a large picture that comes once a second takes the place of the small one with its second frame', () => {
  show(4, '4', ultraHd);
  const main = streamOf(0, 'main');
  frame(main);
  expect(shown(0)).toBe('sub');
  frame(main, 1_000);
  expect(shown(0)).toBe('main');
});

test('a main stream that does not begin gives way to the small one', () => {
  show(1, '1', fullHd);
  play(5);
  expect(profiles()).toEqual(['sub']);
  expect(shown(0)).toBe('sub');
});

test('a main stream that stalls gives way to the small one, and comes back when it has had pictures for a while', () => {
  show(4, '4', ultraHd);
  const [main, sub] = [streamOf(0, 'main'), streamOf(0, 'sub')];
  play(2, main, sub);
  expect(shown(0)).toBe('main');
  expect(stage.hasFallenBack(0)).toBe(false);
  play(8, sub);
  expect(shown(0)).toBe('sub');
  expect(stage.hasFallenBack(0)).toBe(true);
  play(4, main, sub);
  expect(shown(0)).toBe('sub');
  play(2, main, sub);
  expect(shown(0)).toBe('main');
  expect(stage.hasFallenBack(0)).toBe(false);
  // One that fails again is trusted later.
  play(8, sub);
  play(7, main, sub);
  expect(shown(0)).toBe('sub');
  play(5, main, sub);
  expect(shown(0)).toBe('main');
});

test('what is behind a large tile, or on a page that nobody sees, asks for nothing after a while', () => {
  show(9, '9', fullHd);
  wall.toggleMaximised(2);
  stage.arrange();
  const asked = () => playback.slots.filter(({ stream }) => stream !== null).length;
  expect(asked()).toBe(10);
  stage.covered = true;
  stage.arrange();
  expect(asked()).toBe(2);
  expect(wall.tiles.map((_, tile) => stage.rests(tile))).toEqual(wall.tiles.map((_, tile) => tile !== 2));
  wall.restore();
  stage.arrange();
  expect(asked()).toBe(9);
  stage.unseen = true;
  stage.arrange();
  expect(asked()).toBe(0);
});

test('what is loaded ahead is ready with a key frame that nothing follows, and not while pictures of the past go by', () => {
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  show(8, '4', fullHd);
  wall.upcoming = { layoutId: defaultLayoutId, page: 1, tiles: 4 };
  stage.arrange();
  expect(stage.isReady(0)).toBe(false);
  frame(streamOf(4, 'sub'));
  now += 50;
  frame(streamOf(4, 'sub'), 1);
  expect(stage.isReady(0)).toBe(false);
  now += 250;
  expect([stage.isReady(0), stage.isReady(1)]).toEqual([true, false]);
  // Shown already, it would be a jump back.
  expect(stage.shown(0)?.cameraId).toBe(cameras[0]?.id);
});
