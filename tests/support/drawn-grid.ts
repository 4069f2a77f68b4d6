import fc from 'fast-check';
import type { FreeGrid } from '../../main/contract/layout.ts';
import { gridLengths, maximumGridLines } from '../../main/contract/limits.ts';
import { areaBetween, freeGridOf, withMerged } from '../../renderer/state/free-grid.ts';
import { gridShape } from '../../renderer/state/grid.ts';

const lengths = fc.array(fc.integer({ min: gridLengths.smallest, max: gridLengths.largest }), {
  minLength: 1,
  maxLength: maximumGridLines,
});
const cell = fc.record({ column: fc.nat(9), row: fc.nat(9) });

/** Grids as somebody may draw them: any lines, tiles merged one after the other. */
export const drawnGrids: fc.Arbitrary<FreeGrid> = fc
  .record({
    columns: lengths,
    rows: lengths,
    marked: fc.array(fc.tuple(cell, cell), { maxLength: 6 }),
  })
  .map(({ columns, rows, marked }) => {
    let grid: FreeGrid = { columns, rows, merged: [] };
    for (const [one, other] of marked) {
      const [from, to] = [one, other].map(({ column, row }) => {
        return { column: column % columns.length, row: row % rows.length, columns: 1, rows: 1 };
      });
      if (from !== undefined && to !== undefined)
        grid = withMerged(grid, areaBetween(gridShape(grid, 0), from, to));
    }
    return freeGridOf(gridShape(grid, 0));
  });
