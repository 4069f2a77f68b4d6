import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Camera } from '../../../main/contract/camera.ts';
import { wallSizes } from '../../../main/contract/limits.ts';
import { CameraMirror } from '../../../renderer/state/camera-mirror.svelte.ts';
import { type Direction, neighbour, wallColumns } from '../../../renderer/state/grid.ts';
import { Wall } from '../../../renderer/state/wall.svelte.ts';

function camera(number: number): Camera {
  const address = `rtsp://127.0.0.1/${number}`;
  return {
    id: randomUUID(),
    number,
    name: `Camera ${number}`,
    group: '',
    mainUrl: address,
    subUrl: address,
    username: null,
    hasPassword: false,
  };
}

function wallOf(count: number): { wall: Wall; cameras: Camera[] } {
  const mirror = new CameraMirror();
  const cameras = Array.from({ length: count }, (_, index) => camera(index + 1));
  mirror.apply({ type: 'snapshot', cameras, statuses: [] });
  return { wall: new Wall(mirror), cameras };
}

const numbers = (wall: Wall) => wall.tiles.map((tile) => tile?.number ?? null);

test.each([
  [0, 4],
  [1, 4],
  [5, 9],
  [10, 16],
  [90, 25],
])('%i cameras without a stored layout are shown on a wall of %i', (count, size) => {
  expect(wallOf(count).wall.size).toBe(size);
});

test('pages show every camera once, in order; the last one is filled up with empty tiles', () => {
  const { wall } = wallOf(11);
  wall.resize(4);
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

test('the selected camera stays on the page when the wall changes its size', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...wallSizes),
      fc.constantFrom(...wallSizes),
      fc.nat({ max: 29 }),
      (from, to, position) => {
        const { wall, cameras } = wallOf(30);
        wall.resize(from);
        while (wall.page < Math.floor(position / from)) wall.turn(1);
        wall.select(position % from);
        wall.resize(to);
        expect(wall.tiles[wall.selected ?? -1]?.id).toBe(cameras[position]?.id);
      },
    ),
  );
});

test('a maximised camera is found again after a reload, and given up when it is gone', () => {
  const { wall, cameras } = wallOf(9);
  wall.toggleMaximised(4);
  const mirror = new CameraMirror();
  const reloaded = new Wall(mirror, wall.place);
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

test('an arrow moves by one tile or, at the edge, not at all', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...wallSizes),
      fc.nat(24),
      fc.constantFrom<Direction>('left', 'right', 'up', 'down'),
      (size, tile, direction) => {
        const index = tile % size;
        const next = neighbour(index, direction, size);
        const columns = wallColumns[size];
        const apart =
          Math.abs((next % columns) - (index % columns)) +
          Math.abs(Math.floor(next / columns) - Math.floor(index / columns));
        expect(next).toBeGreaterThanOrEqual(0);
        expect(next).toBeLessThan(size);
        expect(apart).toBeLessThanOrEqual(1);
      },
    ),
  );
});

test('a status replaces the one before; a new snapshot forgets what is not in it', () => {
  const mirror = new CameraMirror();
  const gate = camera(1);
  const status = { cameraId: gate.id, profile: 'sub', status: { state: 'playing', since: 1 } } as const;
  mirror.apply({ type: 'snapshot', cameras: [gate], statuses: [] });
  mirror.apply({ type: 'status', status });
  expect(mirror.status(gate.id, 'sub')).toEqual({ state: 'playing', since: 1 });
  expect(mirror.status(gate.id, 'main')).toBeUndefined();
  mirror.apply({ type: 'snapshot', cameras: [], statuses: [] });
  expect(mirror.status(gate.id, 'sub')).toBeUndefined();
  expect(mirror.cameras).toEqual([]);
});
