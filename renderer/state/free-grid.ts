import type { FreeGrid } from '../../main/contract/layout.ts';
import { gridLengths, maximumGridLines } from '../../main/contract/limits.ts';
import { type Cell, covers, type GridShape } from './grid.ts';

/*
 * Grids that somebody draws: what can be done to one, and where its tiles go. Pure; every result is a grid that the engine takes.
 */

export type GridAxis = 'columns' | 'rows';

/** Any shape as one that can be changed. Its cells come row by row, whichever was the first before. */
export function freeGridOf({ widths, heights, cells }: GridShape): FreeGrid {
  return {
    columns: [...widths],
    rows: [...heights],
    merged: cells.filter(isMerged).map((cell) => ({ ...cell })),
  };
}

/** More columns or rows at the end, or fewer; new ones are as long as the others are on average. @param count is kept to the limits */
export function withLines(grid: FreeGrid, axis: GridAxis, count: number): FreeGrid {
  const lengths = grid[axis];
  const wanted = Math.min(Math.max(count, 1), maximumGridLines);
  const average = Math.round(lengths.reduce((total, length) => total + length, 0) / lengths.length);
  const added = Array.from({ length: Math.max(0, wanted - lengths.length) }, () => average);
  const next = { ...grid, [axis]: [...lengths, ...added].slice(0, wanted) };
  const merged = grid.merged.map((area) => ({
    ...area,
    columns: Math.min(area.columns, next.columns.length - area.column),
    rows: Math.min(area.rows, next.rows.length - area.row),
  }));
  return { ...next, merged: merged.filter((area) => area.columns > 0 && area.rows > 0 && isMerged(area)) };
}

/**
 * Moves the edge behind a column or row, which the next one pays for.
 * @param part of all columns together, or all rows: 0.1 is a tenth of the wall to the right, or down
 */
export function withEdge(grid: FreeGrid, axis: GridAxis, line: number, part: number): FreeGrid {
  const lengths = [...grid[axis]];
  const [before, after] = [lengths[line], lengths[line + 1]];
  if (before === undefined || after === undefined) return grid;
  const { smallest, largest } = gridLengths;
  const total = lengths.reduce((all, length) => all + length, 0);
  const most = Math.min(after - smallest, largest - before);
  const least = Math.max(smallest - before, after - largest);
  const by = Math.min(Math.max(Math.round(part * total), least), most);
  lengths[line] = before + by;
  lengths[line + 1] = after - by;
  return { ...grid, [axis]: lengths };
}

/** All columns as broad as each other, and all rows as high. */
export function withEvenLines({ columns, rows, merged }: FreeGrid): FreeGrid {
  return { columns: columns.map(() => gridLengths.usual), rows: rows.map(() => gridLengths.usual), merged };
}

/** The smallest rectangle of whole tiles that holds two cells. */
export function areaBetween(shape: GridShape, one: Cell, other: Cell): Cell {
  let area = union(one, other);
  // A tile that sticks out makes it larger, and with that others may stick out.
  for (;;) {
    const grown = shape.cells.filter((cell) => overlap(cell, area)).reduce(union, area);
    if (isSame(grown, area)) return area;
    area = grown;
  }
}

/** One tile where there were several. @param area whole tiles, as of `areaBetween` */
export function withMerged(grid: FreeGrid, area: Cell): FreeGrid {
  const merged = grid.merged.filter((other) => !overlap(other, area));
  return isMerged(area) ? { ...grid, merged: [...merged, { ...area }] } : { ...grid, merged };
}

/** A tile for each cell of an area. */
export function withSplit(grid: FreeGrid, area: Cell): FreeGrid {
  return { ...grid, merged: grid.merged.filter((other) => !overlap(other, area)) };
}

export function isMerged({ columns, rows }: Pick<Cell, 'columns' | 'rows'>): boolean {
  return columns * rows > 1;
}

/** The tile of another shape that has the place of this one. */
export function sameTile(index: number, from: GridShape, to: GridShape): number {
  const cell = from.cells[index];
  const at = to.cells.findIndex((other) => cell !== undefined && covers(other, cell.column, cell.row));
  return at === -1 ? Math.min(index, to.cells.length - 1) : at;
}

/**
 * The tiles of a wall in another shape, each where it was. What has no place any more goes into the empty tiles, page by page, and
 * then on pages behind: nothing is lost.
 * @param tiles page by page
 */
export function rearranged<Tile>(
  tiles: readonly (Tile | null)[],
  from: GridShape,
  to: GridShape,
): (Tile | null)[] {
  const size = from.cells.length;
  const homeless: Tile[] = [];
  const next: (Tile | null)[] = [];
  for (let first = 0; first < tiles.length; first += size) {
    const page: (Tile | null)[] = to.cells.map(() => null);
    for (const [index, tile] of tiles.slice(first, first + size).entries()) {
      if (tile === null) continue;
      const cell = from.cells[index];
      const at = to.cells.findIndex((other) => cell !== undefined && covers(other, cell.column, cell.row));
      if (at !== -1 && page[at] === null) page[at] = tile;
      else homeless.push(tile);
    }
    next.push(...page);
  }
  for (let at = 0; homeless.length > 0 && at < next.length; at++) next[at] ??= homeless.shift() ?? null;
  while (homeless.length > 0) next.push(...to.cells.map(() => homeless.shift() ?? null));
  return next;
}

export function overlap(one: Cell, other: Cell): boolean {
  return (
    one.column < other.column + other.columns &&
    other.column < one.column + one.columns &&
    one.row < other.row + other.rows &&
    other.row < one.row + one.rows
  );
}

function union(one: Cell, other: Cell): Cell {
  const column = Math.min(one.column, other.column);
  const row = Math.min(one.row, other.row);
  return {
    column,
    row,
    columns: Math.max(one.column + one.columns, other.column + other.columns) - column,
    rows: Math.max(one.row + one.rows, other.row + other.rows) - row,
  };
}

function isSame(one: Cell, other: Cell): boolean {
  return (
    one.column === other.column &&
    one.row === other.row &&
    one.columns === other.columns &&
    one.rows === other.rows
  );
}
