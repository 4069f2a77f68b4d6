import type { FreeGrid, GridArea } from '../../main/contract/layout.ts';
import { type Grid, gridLengths } from '../../main/contract/limits.ts';
import { m } from '../language/messages.ts';

/** Where a tile is: in cells of the grid, from the upper left corner; 1 x 1 for a small tile. */
export type Cell = Readonly<GridArea>;

/** A wall without its cameras. Of the usual shapes the large tile is the first cell; otherwise they come row by row. */
export interface GridShape {
  /** Relative widths of the columns. */
  readonly widths: readonly number[];
  /** Relative heights of the rows. */
  readonly heights: readonly number[];
  readonly cells: readonly Cell[];
}

/** One of the usual shapes, or one that somebody has drawn. */
export type WallGrid = Grid | FreeGrid;

type FixedGrid = Exclude<Grid, 'auto'>;

/** A tile of this share of the wall is a large one. */
const largeShare = 1 / 4;
/** The large tile of a wall is at least so many times as large as its smallest one. */
const largeFactor = 2;

const shapes: Readonly<Record<FixedGrid, GridShape>> = {
  '1': plain(1, 1),
  '4': plain(2, 2),
  '6': plain(3, 2),
  '8': plain(4, 2),
  '9': plain(3, 3),
  '12': plain(4, 3),
  '16': plain(4, 4),
  '25': plain(5, 5),
  '36': plain(6, 6),
  '49': plain(7, 7),
  '64': plain(8, 8),
  '81': plain(9, 9),
  '100': plain(10, 10),
  '1+5': around(3, { column: 0, row: 0, columns: 2, rows: 2 }),
  '1+7': around(4, { column: 0, row: 0, columns: 3, rows: 3 }),
  '1+12': around(4, { column: 1, row: 1, columns: 2, rows: 2 }),
};

const fitting: readonly FixedGrid[] = ['1', '4', '9', '16', '25'];

/** @param cameras how many there are, for the wall that fits them */
export function gridShape(grid: WallGrid, cameras: number): GridShape {
  return typeof grid === 'string' ? shapes[fixedGrid(grid, cameras)] : freeShape(grid);
}

/** What `auto` stands for. */
export function fixedGrid(grid: Grid, cameras: number): FixedGrid;
export function fixedGrid(grid: WallGrid, cameras: number): FixedGrid | FreeGrid;
export function fixedGrid(grid: WallGrid, cameras: number): FixedGrid | FreeGrid {
  if (grid !== 'auto') return grid;
  return fitting.find((fixed) => Number(fixed) >= cameras) ?? '25';
}

/** For a person: `9 cameras`; `1+5, 1 large and 5 small`; `3 × 2, 5 cameras`. */
export function gridWords(grid: WallGrid): string {
  if (typeof grid !== 'string') {
    const tiles = freeShape(grid).cells.length;
    return m.wall_grid_drawn({ columns: grid.columns.length, rows: grid.rows.length, tiles });
  }
  if (grid === 'auto') return m.wall_grid_fit_words();
  const [large = '', small] = grid.split('+');
  if (small !== undefined) return m.wall_grid_large({ grid, large, small });
  return m.wall_grid_cameras({ count: Number(grid) });
}

/** Between the middles of two tiles. */
export function distanceOf(a: Cell, b: Cell): number {
  const [from, to] = [middle(a), middle(b)];
  return Math.hypot(from.x - to.x, from.y - to.y);
}

/** Which part of the wall's width, height and area a tile has. */
export function shareOf(cell: Cell, { widths, heights }: GridShape): { width: number; height: number } {
  const part = (lengths: readonly number[], from: number, count: number) =>
    sum(lengths.slice(from, from + count)) / sum(lengths);
  return {
    width: part(widths, cell.column, cell.columns),
    height: part(heights, cell.row, cell.rows),
  };
}

/** Where the lines between columns or rows are, as parts of the wall. @param lengths relative widths or heights */
export function edges(lengths: readonly number[]): number[] {
  return lengths.slice(0, -1).map((_, line) => sum(lengths.slice(0, line + 1)) / sum(lengths));
}

/** Whether a tile is one of the at most four that are worth a main stream on a wall of many. */
export function isLarge(cell: Cell, shape: GridShape): boolean {
  return shape.cells.length > 1 / largeShare && areaOf(cell, shape) >= largeShare;
}

/** The one large tile of a wall of small ones; undefined where there is none. */
export function largeCell(shape: GridShape): Cell | undefined {
  const areas = shape.cells.map((cell) => areaOf(cell, shape));
  const largest = Math.max(...areas);
  if (largest < largeShare || largest < largeFactor * Math.min(...areas)) return undefined;
  return shape.cells[areas.indexOf(largest)];
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The tile that lies in this direction of another one, the nearest to its middle; the same tile at the edge. */
export function neighbour(index: number, direction: Direction, { cells }: GridShape): number {
  const from = cells[index];
  if (from === undefined) return index;
  const isSideways = direction === 'left' || direction === 'right';
  const sign = direction === 'right' || direction === 'down' ? 1 : -1;
  let best = index;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [candidate, cell] of cells.entries()) {
    const along = sign * (isSideways ? middle(cell).x - middle(from).x : middle(cell).y - middle(from).y);
    const across = isSideways ? middle(cell).y - middle(from).y : middle(cell).x - middle(from).x;
    // Beside it, not only somewhere in that direction.
    const reach = isSideways ? (cell.rows + from.rows) / 2 : (cell.columns + from.columns) / 2;
    if (along <= 0 || Math.abs(across) >= reach) continue;
    // From the middle of a large tile two small ones are as near: the upper or the left one.
    const distance = along * 1_000 + Math.abs(across) + (across > 0 ? 0.1 : 0);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

/** Whether a cell of the grid is part of a tile. */
export function covers(cell: Cell, column: number, row: number): boolean {
  const { column: left, row: top, columns, rows } = cell;
  return column >= left && column < left + columns && row >= top && row < top + rows;
}

function middle({ column, row, columns, rows }: Cell): { x: number; y: number } {
  return { x: column + columns / 2, y: row + rows / 2 };
}

/** Its part of the wall. */
export function areaOf(cell: Cell, shape: GridShape): number {
  const { width, height } = shareOf(cell, shape);
  return width * height;
}

function sum(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length, 0);
}

function plain(columns: number, rows: number): GridShape {
  const cells = Array.from({ length: columns * rows }, (_, index) => ({
    column: index % columns,
    row: Math.floor(index / columns),
    columns: 1,
    rows: 1,
  }));
  const lengths = (count: number) => Array.from({ length: count }, () => gridLengths.usual);
  return { widths: lengths(columns), heights: lengths(rows), cells };
}

/** A square with one large tile and small ones wherever it is not. */
function around(size: number, large: Cell): GridShape {
  const { widths, heights, cells } = plain(size, size);
  const small = cells.filter(({ column, row }) => !covers(large, column, row));
  return { widths, heights, cells: [large, ...small] };
}

function freeShape({ columns, rows, merged }: FreeGrid): GridShape {
  const cells = plain(columns.length, rows.length).cells.flatMap((cell): Cell[] => {
    const area = merged.find((one) => covers(one, cell.column, cell.row));
    if (area === undefined) return [cell];
    return area.column === cell.column && area.row === cell.row ? [area] : [];
  });
  return { widths: columns, heights: rows, cells };
}
