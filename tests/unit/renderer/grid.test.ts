import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freeGrid } from '../../../main/contract/layout.ts';
import { type Grid, grids } from '../../../main/contract/limits.ts';
import {
  type Direction,
  type GridShape,
  gridShape,
  gridWords,
  isLarge,
  largeCell,
  neighbour,
} from '../../../renderer/state/grid.ts';
import { drawnGrids } from '../../support/drawn-grid.ts';

const tiles: Readonly<Partial<Record<Grid, number>>> = { '1+5': 6, '1+7': 8, '1+12': 13 };

function expectCovered({ widths, heights, cells }: GridShape) {
  const covered = new Set<string>();
  for (const { column, row, columns, rows } of cells) {
    for (let x = column; x < column + columns; x++) {
      for (let y = row; y < row + rows; y++) {
        expect(covered.has(`${x} ${y}`)).toBe(false);
        covered.add(`${x} ${y}`);
      }
    }
  }
  expect(covered.size).toBe(widths.length * heights.length);
}

test.each(grids.filter((grid) => grid !== 'auto'))(
  'a wall of %s has its tiles, which cover it without gaps',
  (grid) => {
    const shape = gridShape(grid, 0);
    expect(shape.cells).toHaveLength(tiles[grid] ?? Number(grid));
    expectCovered(shape);
  },
);

test('a grid that was drawn is one that the engine takes, and its tiles cover it without gaps', () => {
  fc.assert(
    fc.property(drawnGrids, (grid) => {
      expect(freeGrid.safeParse(grid).success).toBe(true);
      expectCovered(gridShape(grid, 0));
    }),
  );
});

test.each([
  [0, 1],
  [1, 1],
  [2, 4],
  [5, 9],
  [10, 16],
  [90, 25],
])('the wall that fits %i cameras has %i tiles', (cameras, size) => {
  expect(gridShape('auto', cameras).cells).toHaveLength(size);
});

test('an arrow leads to a tile that touches, in its direction, or nowhere at the edge', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(...grids), drawnGrids),
      fc.nat(99),
      fc.constantFrom<Direction>('left', 'right', 'up', 'down'),
      (grid, tile, direction) => {
        const shape = gridShape(grid, 9);
        const index = tile % shape.cells.length;
        const from = shape.cells[index];
        const to = shape.cells[neighbour(index, direction, shape)];
        if (from === undefined || to === undefined) throw new Error('no such tile');
        const edges = {
          left: [to.column + to.columns, from.column, 0],
          right: [to.column, from.column + from.columns, shape.widths.length],
          up: [to.row + to.rows, from.row, 0],
          down: [to.row, from.row + from.rows, shape.heights.length],
        } as const;
        const [entered, left, end] = edges[direction];
        if (to === from) expect(left).toBe(end);
        else expect(entered).toBe(left);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('every tile can be reached by arrows from every other one', () => {
  for (const grid of grids) {
    const shape = gridShape(grid, 9);
    const reached = new Set([0]);
    for (const index of reached) {
      for (const direction of ['left', 'right', 'up', 'down'] as const)
        reached.add(neighbour(index, direction, shape));
    }
    expect(reached.size, grid).toBe(shape.cells.length);
  }
});

test('shapes are told in words', () => {
  expect(gridWords('1')).toBe('1 camera');
  expect(gridWords('25')).toBe('25 cameras');
  expect(gridWords('1+7')).toBe('1+7, 1 large and 7 small');
  const merged = [{ column: 0, row: 0, columns: 2, rows: 1 }];
  expect(gridWords({ columns: [1_000, 2_000, 1_000], rows: [1_000, 1_000], merged })).toBe(
    '3 × 2, 5 cameras',
  );
});

test('a large tile is one that has a quarter of the wall, however it came to it', () => {
  const large = (grid: Parameters<typeof gridShape>[0]) => {
    const shape = gridShape(grid, 0);
    return shape.cells.flatMap((cell, index) => (isLarge(cell, shape) ? index : []));
  };
  expect([large('1+5'), large('1+12'), large('9')]).toEqual([[0], [0], []]);
  expect(large({ columns: [1_000, 3_000], rows: [1_000, 2_000, 300], merged: [] })).toEqual([3]);
  expect(largeCell(gridShape('1+12', 0))).toMatchObject({ column: 1, row: 1 });
  expect(largeCell(gridShape('4', 0))).toBeUndefined();
});
