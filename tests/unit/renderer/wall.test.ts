import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Camera } from '../../../main/contract/camera.ts';
import type { Layout } from '../../../main/contract/layout.ts';
import { defaultLayoutId, type Grid, grids } from '../../../main/contract/limits.ts';
import { CameraMirror } from '../../../renderer/state/camera-mirror.svelte.ts';
import { LayoutMirror } from '../../../renderer/state/layout-mirror.svelte.ts';
import { Wall } from '../../../renderer/state/wall.svelte.ts';
import { testCamera } from '../../support/test-camera.ts';

interface TestWall {
  readonly wall: Wall;
  readonly mirror: CameraMirror;
  readonly layouts: LayoutMirror;
  readonly cameras: Camera[];
}

function wallOf(
  count: number,
  grid: Grid = 'auto',
  tiles?: (cameras: Camera[]) => Layout['tiles'],
): TestWall {
  const mirror = new CameraMirror();
  const layouts = new LayoutMirror();
  const cameras = Array.from({ length: count }, (_, index) => testCamera(index + 1));
  mirror.apply({ type: 'snapshot', cameras, statuses: [] });
  const layout: Layout = { id: defaultLayoutId, name: 'All cameras', grid, tiles: tiles?.(cameras) ?? [] };
  layouts.apply({ type: 'snapshot', layouts: [layout] });
  return { wall: new Wall(mirror, layouts), mirror, layouts, cameras };
}

const numbers = (wall: Wall) => wall.tiles.map((tile) => tile?.number ?? null);

test('pages show every camera once, in order; the last one is filled up with empty tiles', () => {
  const { wall } = wallOf(11, '4');
  const seen = [numbers(wall)];
  for (let page = 1; page < wall.pages; page++) {
    wall.turn(1);
    seen.push(numbers(wall));
  }
  expect(seen).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10, 11, null],
  ]);
  wall.turn(1);
  expect(wall.page).toBe(2);
});

test('the selected camera stays on the page when the wall changes its shape', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...grids),
      fc.constantFrom(...grids),
      fc.nat({ max: 29 }),
      (from, to, position) => {
        const { wall, layouts, cameras } = wallOf(30, from);
        while (wall.page < Math.floor(position / wall.size)) wall.turn(1);
        if (Math.floor(position / wall.size) >= wall.pages) return;
        wall.select(position % wall.size);
        layouts.change(wall.resized(to));
        expect(wall.tiles[wall.selected ?? -1]?.id).toBe(cameras[position]?.id);
      },
    ),
  );
});

test('a wall that gets smaller loses no camera: the others are on its next pages', () => {
  const { wall, layouts } = wallOf(9, '9', (cameras) => cameras.map(({ id }) => id));
  layouts.change(wall.resized('4'));
  expect([wall.pages, ...numbers(wall)]).toEqual([3, 1, 2, 3, 4]);
  wall.turn(1);
  layouts.change(wall.resized('9'));
  expect([wall.pages, ...numbers(wall)]).toEqual([1, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a camera is gone to and made large where it is, or else on the wall of all cameras', () => {
  const { wall, layouts, cameras } = wallOf(11, '4');
  const night: Layout = { id: randomUUID(), name: 'Night', grid: '4', tiles: [cameras[1]?.id ?? null] };
  layouts.apply({ type: 'layout', layout: night });
  wall.open(night.id);
  expect(wall.goTo(cameras[1]?.id ?? '')).toBe(true);
  expect([wall.layout.name, wall.selectedCamera?.number, wall.maximised]).toEqual(['Night', 2, 0]);
  expect(wall.goTo(cameras[9]?.id ?? '')).toBe(true);
  expect([wall.layout.name, wall.page, wall.selectedCamera?.number]).toEqual(['All cameras', 2, 10]);
  expect(wall.maximised).toBe(1);
  expect(wall.goTo(randomUUID())).toBe(false);
});

test('a camera put into a tile of the wall of all cameras gives a wall of what is on the page', () => {
  const { wall, cameras } = wallOf(6, '4');
  wall.turn(1);
  const layout = wall.withTile(3, cameras[0]?.id ?? '');
  expect(layout.grid).toBe('4');
  expect(layout.tiles).toEqual([cameras[4]?.id, cameras[5]?.id, null, cameras[0]?.id]);
});

test('tiles are filled, emptied and swapped where they are, on every page', () => {
  const { wall, layouts, cameras } = wallOf(6, '4', (all) => all.map(({ id }) => id));
  wall.turn(1);
  layouts.change(wall.withTilesSwapped(0, 3));
  expect(numbers(wall)).toEqual([null, 6, null, 5]);
  layouts.change(wall.withTile(1, null));
  layouts.change(wall.withTile(2, cameras[0]?.id ?? ''));
  expect(numbers(wall)).toEqual([null, null, 1, 5]);
  wall.turn(-1);
  expect(numbers(wall)).toEqual([1, 2, 3, 4]);
});

test('a tile whose camera was removed is empty, and full again when it is brought back', () => {
  const { wall, mirror, cameras } = wallOf(2, '4', (all) => all.map(({ id }) => id));
  const [gate] = cameras;
  if (gate === undefined) throw new Error('no camera');
  mirror.apply({ type: 'removed', cameraId: gate.id });
  expect(numbers(wall)).toEqual([null, 2, null, null]);
  mirror.apply({ type: 'camera', camera: gate });
  expect(numbers(wall)).toEqual([1, 2, null, null]);
});

test('a maximised camera is found again after a reload, and given up when it is gone', () => {
  const { wall, layouts, cameras } = wallOf(9);
  wall.toggleMaximised(4);
  const mirror = new CameraMirror();
  const reloaded = new Wall(mirror, layouts, wall.place);
  expect(reloaded.maximised).toBeNull();
  mirror.apply({ type: 'snapshot', cameras, statuses: [] });
  expect(reloaded.maximised).toBe(4);
  mirror.apply({ type: 'snapshot', cameras: cameras.slice(0, 4), statuses: [] });
  expect(reloaded.maximised).toBeNull();
});

test('Enter on an empty tile changes nothing; a second time on a camera puts it back', () => {
  const { wall } = wallOf(3);
  wall.toggleMaximised(3);
  expect(wall.maximised).toBeNull();
  wall.toggleMaximised(1);
  expect(wall.maximised).toBe(1);
  wall.toggleMaximised(1);
  expect(wall.maximised).toBeNull();
});

test('arrows go from camera to camera while one is maximised, and stop at an empty tile', () => {
  const { wall } = wallOf(3);
  wall.toggleMaximised(1);
  wall.move('down');
  expect(wall.maximised).toBe(1);
  wall.move('left');
  expect(wall.maximised).toBe(0);
});

test('a window whose layout was removed shows the first one', () => {
  const { wall, layouts } = wallOf(3);
  const night: Layout = { id: randomUUID(), name: 'Night', grid: '1', tiles: [null] };
  layouts.apply({ type: 'layout', layout: night });
  wall.open(night.id);
  expect(wall.layout.name).toBe('Night');
  layouts.apply({ type: 'removed', layoutId: night.id });
  expect(wall.layout.name).toBe('All cameras');
});

test('a grid that is drawn keeps every camera where it is, and merged tiles lose none', () => {
  const { wall, layouts } = wallOf(6, '6', (all) => all.map(({ id }) => id));
  wall.select(4);
  const merged = [{ column: 0, row: 0, columns: 2, rows: 1 }];
  layouts.change(wall.redrawn({ columns: [1_000, 1_000, 1_000], rows: [1_000, 1_000], merged }));
  expect([wall.pages, ...numbers(wall)]).toEqual([2, 1, 3, 4, 5, 6]);
  expect(wall.selectedCamera?.number).toBe(5);
  wall.turn(1);
  expect(numbers(wall)).toEqual([2, null, null, null, null]);
});

test('a tile that another window took from the wall is selected no more, and the arrows begin anew', () => {
  const { wall, layouts, cameras } = wallOf(9, '9', (all) => all.map(({ id }) => id));
  wall.select(8);
  expect(wall.selectedCamera).toBe(cameras[8]);
  layouts.apply({ type: 'layout', layout: { ...wall.layout, grid: '4' } });
  expect([wall.selected, wall.picked, wall.selectedCamera, wall.chosen]).toEqual([null, null, null, null]);
  wall.move('right');
  expect(wall.selected).toBe(0);
});

test('a hotspot shows the camera that it is told, and is no place of its own', () => {
  const { wall, cameras } = wallOf(4, '4', ([gate]) => [{ shows: 'hotspot' }, gate?.id ?? null]);
  expect(numbers(wall)).toEqual([null, 1, null, null]);
  wall.hotspot.show(cameras[0]?.id ?? '');
  expect(numbers(wall)).toEqual([1, 1, null, null]);
  wall.hotspot.show(cameras[2]?.id ?? '');
  expect(numbers(wall)).toEqual([3, 1, null, null]);
  expect(wall.find(cameras[2]?.id ?? '')).toBe(false);
  expect(wall.find(cameras[0]?.id ?? '')).toBe(true);
  expect(wall.selected).toBe(1);
  wall.hotspot.show(cameras[0]?.id ?? '');
  wall.toggleMaximised(1);
  expect([wall.maximised, wall.chosen]).toEqual([1, cameras[0]?.id]);
  wall.toggleMaximised(0);
  wall.select(0);
  expect(wall.chosen).toBeNull();
});

test('the only tile of a wall is selected by itself, but nobody has picked it, and hotspots do not follow it', () => {
  const { wall, mirror, cameras } = wallOf(1);
  expect([wall.selected, wall.picked, wall.chosen]).toEqual([0, null, null]);
  expect(wall.selectedCamera?.number).toBe(1);
  mirror.apply({ type: 'camera', camera: testCamera(2) });
  expect([wall.selected, wall.selectedCamera]).toEqual([null, null]);
  mirror.apply({ type: 'removed', cameraId: cameras[0]?.id ?? '' });
  wall.select(0);
  expect([wall.selected, wall.picked, wall.chosen]).toEqual([0, 0, wall.tiles[0]?.id]);
});
