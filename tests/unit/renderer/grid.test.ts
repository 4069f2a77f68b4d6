import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Grid, grids } from '../../../main/contract/limits.ts';
import { type Direction, gridShape, gridWords, neighbour } from '../../../renderer/state/grid.ts';

const tiles: Readonly<Partial<Record<Grid, number>>> = { '1+5': 6, '1+7': 8, '1+12': 13 };

test.each(grids.filter((grid) => grid !== 'auto'))(
  'a wall of %s has its tiles, which cover it without gaps',
  (grid) => {
    const { columns, rows, cells } = gridShape(grid, 0);
    expect(cells).toHaveLength(tiles[grid] ?? Number(grid));
    const covered = new Set<string>();
    for (const { column, row, span } of cells) {
      for (let x = column; x < column + span; x++) {
        for (let y = row; y < row + span; y++) {
          expect(covered.has(`${x} ${y}`)).toBe(false);
          covered.add(`${x} ${y}`);
        }
      }
    }
    expect(covered.size).toBe(columns * rows);
  },
);

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
      fc.constantFrom(...grids),
      fc.nat(99),
      fc.constantFrom<Direction>('left', 'right', 'up', 'down'),
      (grid, tile, direction) => {
        const shape = gridShape(grid, 9);
        const index = tile % shape.cells.length;
        const from = shape.cells[index];
        const to = shape.cells[neighbour(index, direction, shape)];
        if (from === undefined || to === undefined) throw new Error('no such tile');
        const edges = {
          left: [to.column + to.span, from.column, 0],
          right: [to.column, from.column + from.span, shape.columns],
          up: [to.row + to.span, from.row, 0],
          down: [to.row, from.row + from.span, shape.rows],
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
});
