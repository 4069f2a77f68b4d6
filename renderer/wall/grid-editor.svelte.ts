import type { FreeGrid } from '../../main/contract/layout.ts';
import {
  areaBetween,
  freeGridOf,
  type GridAxis,
  isMerged,
  overlap,
  withEdge,
  withEvenLines,
  withLines,
  withMerged,
  withSplit,
} from '../state/free-grid.ts';
import { type Cell, covers, type Direction, type GridShape, gridShape, neighbour } from '../state/grid.ts';
import type { Station } from '../state/station.svelte.ts';

const corner: Cell = { column: 0, row: 0, columns: 1, rows: 1 };

/** Somebody draws the grid of the wall that is shown: which tiles they have marked, and the edge that they hold. */
export class GridEditor {
  readonly #station: Station;
  readonly #redraw: (grid: FreeGrid) => void;
  #isOpen = $state(false);
  /** As an edge is held; stored when it is let go. */
  #held = $state.raw<FreeGrid | null>(null);
  /** Where marking began, and where it is. */
  #anchor = $state.raw<Cell>(corner);
  #head = $state.raw<Cell>(corner);

  readonly grid: FreeGrid = $derived.by(() => this.#held ?? freeGridOf(this.#station.wall.shape));
  readonly shape: GridShape = $derived(gridShape(this.grid, 0));
  /** What is marked: whole tiles. */
  readonly area: Cell = $derived.by(() =>
    areaBetween(this.shape, this.#inside(this.#anchor), this.#inside(this.#head)),
  );
  /** The tile that the keys are on. */
  readonly index: number = $derived.by(() => {
    const { column, row } = this.#inside(this.#head);
    return this.shape.cells.findIndex((cell) => covers(cell, column, row));
  });
  readonly #marked: readonly Cell[] = $derived.by(() =>
    this.shape.cells.filter((cell) => overlap(cell, this.area)),
  );
  readonly canMerge: boolean = $derived(this.#marked.length > 1);
  readonly canSplit: boolean = $derived(this.#marked.some(isMerged));

  /** @param redraw gives the wall its next grid, each of which can be taken back */
  constructor(station: Station, redraw: (grid: FreeGrid) => void) {
    this.#station = station;
    this.#redraw = redraw;
  }

  get open(): boolean {
    return this.#isOpen && this.#station.may('layouts') && !this.#station.locked;
  }

  /** The shape that the wall has while an edge is held; null: its own. */
  get held(): GridShape | null {
    return this.#held === null ? null : this.shape;
  }

  start(): void {
    const { wall } = this.#station;
    if (!this.#station.may('layouts')) {
      this.#station.refuse();
      return;
    }
    wall.restore();
    const cell = wall.shape.cells[wall.selected ?? 0] ?? corner;
    this.mark(cell.column, cell.row);
    this.#isOpen = true;
  }

  close(): void {
    this.release();
    this.#isOpen = false;
  }

  isMarked(cell: Cell): boolean {
    return this.#marked.includes(cell);
  }

  /** Marks the tile of this cell, or all from the one before to it. */
  mark(column: number, row: number, more = false): void {
    this.#head = { column, row, columns: 1, rows: 1 };
    if (!more) this.#anchor = this.#head;
  }

  /** Goes to the next tile, or marks one column or row more, or less. */
  move(direction: Direction, more: boolean): void {
    if (!more) {
      const next = this.shape.cells[neighbour(this.index, direction, this.shape)];
      if (next !== undefined) this.mark(next.column, next.row);
      return;
    }
    const { column, row } = this.#inside(this.#head);
    const by = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] }[direction];
    const { widths, heights } = this.shape;
    const to = (at: number, step: number, count: number) => Math.min(Math.max(at + step, 0), count - 1);
    this.mark(to(column, by[0] ?? 0, widths.length), to(row, by[1] ?? 0, heights.length), true);
  }

  /** One tile of all that are marked. */
  merge(): void {
    if (this.canMerge) this.#redraw(withMerged(this.grid, this.area));
  }

  split(): void {
    if (this.canSplit) this.#redraw(withSplit(this.grid, this.area));
  }

  setLines(axis: GridAxis, count: number): void {
    this.#redraw(withLines(this.grid, axis, count));
  }

  even(): void {
    this.#redraw(withEvenLines(this.grid));
  }

  /** Moves the edge behind a column or row. @param part of the wall's width or height */
  pull(axis: GridAxis, line: number, part: number): void {
    this.#held = withEdge(this.grid, axis, line, part);
  }

  /** Lets an edge go: it stays where it is. */
  release(): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null && !isSameGrid(held, this.grid)) this.#redraw(held);
  }

  /** A grid may have become smaller since something was marked. */
  #inside({ column, row }: Cell): Cell {
    const { widths, heights } = this.shape;
    return {
      column: Math.min(column, widths.length - 1),
      row: Math.min(row, heights.length - 1),
      columns: 1,
      rows: 1,
    };
  }
}

function isSameGrid(one: FreeGrid, other: FreeGrid): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
