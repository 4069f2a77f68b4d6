import { expect, test } from 'vitest';
import type { Wall } from '../../../renderer/state/wall.svelte.ts';
import { isWhole, zoomed } from '../../../renderer/zoom/zoom-view.ts';
import { Zooms } from '../../../renderer/zoom/zooms.svelte.ts';

function open() {
  const names = ['gate', 'yard', 'hall', 'dock', 'roof', 'lift'];
  const wall = {
    tiles: names.map((id) => ({ id })),
    selected: null as number | null,
    maximised: null as number | null,
  };
  const zooms = new Zooms(wall as unknown as Wall);
  const enlarge = (tile: number) => zooms.set(tile, zoomed(zooms.view(tile), 2, { x: 0.5, y: 0.5 }));
  return { wall, zooms, enlarge };
}

test('what is enlarged is a part of one camera: another one in its place is whole', () => {
  const { wall, zooms, enlarge } = open();
  enlarge(1);
  expect(zooms.isZoomed(1)).toBe(true);
  wall.tiles[1] = { id: 'attic' };
  expect(isWhole(zooms.view(1))).toBe(true);
});

test('four tiles are enlarged at most: so many main streams a computer takes; the first one gives way', () => {
  const { zooms, enlarge } = open();
  for (const tile of [0, 1, 2, 3, 4]) enlarge(tile);
  expect([0, 1, 2, 3, 4].map((tile) => zooms.isZoomed(tile))).toEqual([false, true, true, true, true]);
});

test('keys act on the large tile, else on the selected one', () => {
  const { wall, zooms } = open();
  zooms.stepSelected(1);
  expect(zooms.resetSelected()).toBe(false);
  wall.selected = 2;
  zooms.stepSelected(1);
  expect(zooms.isZoomed(2)).toBe(true);
  const before = zooms.view(2);
  zooms.panSelected({ x: 0.1, y: 0 });
  expect(zooms.view(2).x).toBeGreaterThan(before.x);
  expect(zooms.resetSelected()).toBe(true);
  wall.maximised = 3;
  zooms.stepSelected(1);
  expect(zooms.isZoomed(3)).toBe(true);
  zooms.stepSelected(-1);
  expect(zooms.isZoomed(3)).toBe(false);
});
