import type { Grid } from '../../main/contract/limits.ts';

/** Where a tile is: in units of the smallest tile, from the upper left corner. */
export interface Cell {
  readonly column: number;
  readonly row: number;
  /** How many columns and rows it takes; 1 for a small tile. */
  readonly span: number;
}

/** A wall without its cameras: the first cell is the large one where there is one, the others come row by row. */
export interface GridShape {
  readonly columns: number;
  readonly rows: number;
  readonly cells: readonly Cell[];
}

type FixedGrid = Exclude<Grid, 'auto'>;

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
  '1+5': around(3, { column: 0, row: 0, span: 2 }),
  '1+7': around(4, { column: 0, row: 0, span: 3 }),
  '1+12': around(4, { column: 1, row: 1, span: 2 }),
};

const fitting: readonly FixedGrid[] = ['1', '4', '9', '16', '25'];

/** @param cameras how many there are, for the wall that fits them */
export function gridShape(grid: Grid, cameras: number): GridShape {
  return shapes[fixedGrid(grid, cameras)];
}

/** What `auto` stands for. */
export function fixedGrid(grid: Grid, cameras: number): FixedGrid {
  if (grid !== 'auto') return grid;
  return fitting.find((fixed) => Number(fixed) >= cameras) ?? '25';
}

/** For a person: `9 cameras`; `1+5, 1 large and 5 small`. */
export function gridWords(grid: Grid): string {
  if (grid === 'auto') return 'Fit, as many as there are cameras';
  const [large, small] = grid.split('+');
  if (small !== undefined) return `${grid}, ${large} large and ${small} small`;
  return grid === '1' ? '1 camera' : `${grid} cameras`;
}

/** Between the middles of two tiles. */
export function distanceOf(a: Cell, b: Cell): number {
  const middle = ({ column, row, span }: Cell) => [column + span / 2, row + span / 2] as const;
  const [[x, y], [otherX, otherY]] = [middle(a), middle(b)];
  return Math.hypot(x - otherX, y - otherY);
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
    const reach = (cell.span + from.span) / 2;
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

function middle({ column, row, span }: Cell): { x: number; y: number } {
  return { x: column + span / 2, y: row + span / 2 };
}

function plain(columns: number, rows: number): GridShape {
  const cells = Array.from({ length: columns * rows }, (_, index) => ({
    column: index % columns,
    row: Math.floor(index / columns),
    span: 1,
  }));
  return { columns, rows, cells };
}

/** A square with one large tile and small ones wherever it is not. */
function around(size: number, large: Cell): GridShape {
  const isUnder = ({ column, row }: Cell) =>
    column >= large.column &&
    column < large.column + large.span &&
    row >= large.row &&
    row < large.row + large.span;
  return {
    columns: size,
    rows: size,
    cells: [large, ...plain(size, size).cells.filter((cell) => !isUnder(cell))],
  };
}
