import type { Layout } from '../../main/contract/layout.ts';
import type { Grid } from '../../main/contract/limits.ts';
import { fixedGrid, gridShape } from './grid.ts';
import type { Station } from './station.svelte.ts';

/** A new wall that would fit all cameras has at least so many tiles. */
const emptyTiles = 4;

/** What a person does to walls; what takes something away can be taken back. */
export class LayoutCommands {
  readonly #station: Station;

  constructor(station: Station) {
    this.#station = station;
  }

  /** Shows the wall with this number in the bar, from 1. */
  openNumber(number: number): void {
    const layout = this.#station.layouts.layouts[number - 1];
    if (layout !== undefined) this.#station.wall.open(layout.id);
  }

  resize(grid: Grid): void {
    if (!this.#mayChange()) return;
    const { wall } = this.#station;
    this.#station.saveLayout(wall.resized(grid));
  }

  /** A new wall of empty tiles. */
  add(): void {
    if (!this.#mayChange()) return;
    const { wall, mirror } = this.#station;
    const grid = fixedGrid(wall.layout.grid, Math.max(emptyTiles, mirror.cameras.length));
    const tiles = gridShape(grid, 0).cells.map(() => null);
    this.#station.saveLayout({ id: crypto.randomUUID(), name: this.#freeName(), grid, tiles });
    const added = this.#station.layouts.layouts.at(-1);
    if (added !== undefined) wall.open(added.id);
    this.#station.listOpen = true;
  }

  async duplicate(layout: Layout): Promise<void> {
    const copied = await this.#station.try((client) => client.layouts.duplicate({ id: layout.id }));
    if (copied === undefined) return;
    this.#station.layouts.apply({ type: 'layout', layout: copied.answer });
    this.#station.wall.open(copied.answer.id);
  }

  async remove(layout: Layout): Promise<void> {
    const removed = await this.#station.try((client) => client.layouts.remove({ id: layout.id }));
    if (removed === undefined) return;
    this.#station.toasts.tell(`Wall “${layout.name}” removed.`, () => {
      void this.#station
        .try((client) => client.layouts.restore({ id: layout.id }))
        .then((restored) => {
          if (restored === undefined) return;
          this.#station.layouts.apply({ type: 'layout', layout: restored.answer });
          this.#station.wall.open(layout.id);
        });
    });
  }

  /** One place to the left or to the right in the bar. */
  async move(layout: Layout, step: 1 | -1): Promise<void> {
    const ids = this.#station.layouts.layouts.map(({ id }) => id);
    const from = ids.indexOf(layout.id);
    const to = from + step;
    if (from === -1 || to < 0 || to >= ids.length) return;
    ids.splice(from, 1);
    ids.splice(to, 0, layout.id);
    await this.#station.try((client) => client.layouts.reorder({ ids }));
  }

  /** Puts a camera into a tile of this page, or takes the one that is there away. */
  put(index: number, cameraId: string | null): void {
    if (!this.#mayChange()) return;
    const before = this.#station.wall.layout;
    this.#changeTiles(this.#station.wall.withTile(index, cameraId));
    if (cameraId === null) this.#station.toasts.tell('Tile emptied.', () => this.#station.saveLayout(before));
  }

  swap(from: number, to: number): void {
    if (from !== to && this.#mayChange()) this.#changeTiles(this.#station.wall.withTilesSwapped(from, to));
  }

  /** The wall of all cameras stays what it is: what somebody arranges on it becomes a wall of its own. */
  #changeTiles(changed: Layout): void {
    const { wall, toasts } = this.#station;
    const before = wall.layout;
    if (!wall.showsAll) {
      this.#station.saveLayout(changed);
      return;
    }
    const own: Layout = { ...changed, id: crypto.randomUUID(), name: this.#freeName() };
    this.#station.saveLayout(own);
    wall.open(own.id);
    toasts.tell(`Saved as a new wall, “${own.name}”.`, () => {
      wall.open(before.id);
      void this.#station.try((client) => client.layouts.remove({ id: own.id }));
    });
  }

  #mayChange(): boolean {
    if (this.#station.may('layouts')) return true;
    this.#station.refuse();
    return false;
  }

  #freeName(): string {
    const taken = new Set(this.#station.layouts.layouts.map(({ name }) => name));
    for (let number = 1; ; number++) if (!taken.has(`Wall ${number}`)) return `Wall ${number}`;
  }
}
