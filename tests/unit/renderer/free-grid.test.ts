import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FreeGrid, freeGrid } from '../../../main/contract/layout.ts';
import { grids } from '../../../main/contract/limits.ts';
import {
  areaBetween,
  freeGridOf,
  rearranged,
  withEdge,
  withEvenLines,
  withLines,
  withMerged,
  withSplit,
} from '../../../renderer/state/free-grid.ts';
import { gridShape } from '../../../renderer/state/grid.ts';
import { drawnGrids } from '../../support/drawn-grid.ts';

const plain = (columns: number, rows: number): FreeGrid => {
  const lengths = (count: number) => Array.from({ length: count }, () => 1_000);
  return { columns: lengths(columns), rows: lengths(rows), merged: [] };
};
const area = (column: number, row: number, columns = 1, rows = 1) => ({ column, row, columns, rows });

test('whatever is done to a grid, the engine takes it', () => {
  const axis = fc.constantFrom<'columns' | 'rows'>('columns', 'rows');
  const change = fc.oneof(
    fc.tuple(axis, fc.integer({ min: -3, max: 15 })).map(
      ([of, count]) =>
        (grid: FreeGrid) =>
          withLines(grid, of, count),
    ),
    fc.tuple(axis, fc.nat(10), fc.double({ min: -2, max: 2, noNaN: true })).map(
      ([of, line, part]) =>
        (grid: FreeGrid) =>
          withEdge(grid, of, line, part),
    ),
    fc.constant(withEvenLines),
    fc.nat(99).map((index) => (grid: FreeGrid) => {
      const { cells } = gridShape(grid, 0);
      return withSplit(grid, cells[index % cells.length] ?? area(0, 0));
    }),
    fc.tuple(fc.nat(99), fc.nat(99)).map(([one, other]) => (grid: FreeGrid) => {
      const shape = gridShape(grid, 0);
      const [from, to] = [one, other].map((index) => shape.cells[index % shape.cells.length] ?? area(0, 0));
      return withMerged(grid, areaBetween(shape, from ?? area(0, 0), to ?? area(0, 0)));
    }),
  );
  fc.assert(
    fc.property(drawnGrids, fc.array(change, { maxLength: 12 }), (drawn, changes) => {
      const grid = changes.reduce((before, apply) => apply(before), drawn);
      expect(freeGrid.safeParse(grid).error).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

test('an edge moves as far as it is pulled, and leaves the column that pays for it a rest', () => {
  expect(withEdge(plain(4, 1), 'columns', 1, 0.1).columns).toEqual([1_000, 1_400, 600, 1_000]);
  expect(withEdge(plain(4, 1), 'columns', 1, 1).columns).toEqual([1_000, 1_800, 200, 1_000]);
  expect(withEdge(plain(4, 1), 'columns', 3, 0.1).columns).toEqual(plain(4, 1).columns);
});

test('marking takes in whole tiles: one that sticks out makes the area larger, and others with it', () => {
  const grid = withMerged(withMerged(plain(4, 4), area(1, 0, 2, 1)), area(2, 1, 2, 2));
  const shape = gridShape(grid, 0);
  expect(areaBetween(shape, area(1, 0), area(2, 1))).toEqual(area(1, 0, 3, 3));
  expect(areaBetween(shape, area(0, 0), area(0, 0))).toEqual(area(0, 0));
});

test('merged tiles are one until they are split, and a grid that gets smaller cuts them', () => {
  const grid = withMerged(plain(3, 2), area(1, 0, 2, 2));
  expect(gridShape(grid, 0).cells).toHaveLength(3);
  expect(withLines(grid, 'columns', 2).merged).toEqual([area(1, 0, 1, 2)]);
  expect(withLines(withLines(grid, 'columns', 2), 'rows', 1).merged).toEqual([]);
  expect(withSplit(grid, area(1, 0, 2, 2))).toEqual(plain(3, 2));
});

test('in another grid every camera is still there, and those whose place is still there are in it', () => {
  const shapes = fc.oneof(fc.constantFrom(...grids), drawnGrids).map((grid) => gridShape(grid, 9));
  const walls = fc.array(fc.option(fc.nat(50), { nil: null }), { maxLength: 60 });
  fc.assert(
    fc.property(shapes, shapes, walls, (from, to, tiles) => {
      const after = rearranged(tiles, from, to);
      const cameras = (list: readonly (number | null)[]) => list.filter((tile) => tile !== null).sort();
      expect(cameras(after)).toEqual(cameras(tiles));
      expect(after.length % to.cells.length).toBe(0);
      for (const [index, tile] of tiles.slice(0, from.cells.length).entries()) {
        const cell = from.cells[index];
        const same = to.cells.findIndex(({ column, row }) => column === cell?.column && row === cell.row);
        const isAlone = to.cells[same]?.columns === 1 && to.cells[same]?.rows === 1;
        if (tile !== null && isAlone) expect(after[same]).toBe(tile);
      }
    }),
  );
});

test('any usual shape can be drawn on, with the same tiles in the same places', () => {
  for (const name of grids) {
    const shape = gridShape(name, 9);
    const drawn = gridShape(freeGridOf(shape), 0);
    expect(new Set(drawn.cells.map((cell) => JSON.stringify(cell))).size).toBe(shape.cells.length);
    const tiles = shape.cells.map((_, index) => index);
    const back = rearranged(rearranged(tiles, shape, drawn), drawn, shape);
    expect(back).toEqual(tiles);
  }
});
