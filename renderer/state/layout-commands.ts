import { untrack } from 'svelte';
import type { FreeGrid, Layout } from '../../main/contract/layout.ts';
import { maximumTourCameras, tourSeconds } from '../../main/contract/limits.ts';
import type { Tile } from '../../main/contract/tile.ts';
import { camerasOfTile } from '../../main/contract/tile-cameras.ts';
import { m } from '../language/messages.ts';
import type { Form } from '../shell/form.svelte.ts';
import { GridEditor } from '../wall/grid-editor.svelte.ts';
import { fixedGrid, gridShape, type WallGrid } from './grid.ts';
import { wallName } from './layout-mirror.svelte.ts';
import type { Station } from './station.svelte.ts';
import type { Wall } from './wall.svelte.ts';

/** A new wall that would fit all cameras has at least so many tiles. */
const emptyTiles = 4;

/** What a person does to walls; what takes something away can be taken back. */
export class LayoutCommands {
  readonly #station: Station;
  readonly editor: GridEditor;
  /** What was in a tile that was copied. */
  #copied: Tile = null;

  constructor(station: Station) {
    this.#station = station;
    this.editor = new GridEditor(station, (grid) => this.redraw(grid));
  }

  /** Shows the wall with this number in the bar, from 1. */
  openNumber(number: number): void {
    const layout = this.#station.layouts.layouts[number - 1];
    if (layout !== undefined) this.#station.wall.open(layout.id);
  }

  resize(grid: WallGrid): void {
    this.#reshape((wall) => wall.resized(grid));
  }

  /** The same for a grid that was drawn from the one that is there: every tile stays where it is. */
  redraw(grid: FreeGrid): void {
    this.#reshape((wall) => wall.redrawn(grid));
  }

  #reshape(change: (wall: Wall) => Layout): void {
    if (!this.#mayChange()) return;
    const { wall } = this.#station;
    const before = wall.layout;
    this.#station.saveLayout(change(wall));
    this.#station.toasts.remember(() => this.#takeBack(before));
  }

  /** A new wall of empty tiles. */
  add(): void {
    if (!this.#mayChange()) return;
    const { wall, mirror } = this.#station;
    const grid = fixedGrid(wall.layout.grid, Math.max(emptyTiles, mirror.cameras.length));
    const tiles = gridShape(grid, 0).cells.map(() => null);
    const added: Layout = { id: crypto.randomUUID(), name: this.#freeName(), grid, tiles };
    const before = wall.layout.id;
    this.#station.saveLayout(added);
    wall.open(added.id);
    this.#station.listOpen = true;
    this.#station.toasts.remember(() => this.#takeAway(added.id, before));
  }

  async duplicate(layout: Layout): Promise<void> {
    const copied = await this.#station.try((client) => client.layouts.duplicate({ id: layout.id }));
    if (copied === undefined) return;
    const { answer } = copied;
    this.#station.layouts.apply({ type: 'layout', layout: answer });
    this.#station.wall.open(answer.id);
    this.#station.toasts.remember(() => this.#takeAway(answer.id, layout.id));
  }

  /** @param form says why it was refused @returns whether it has the name */
  async rename({ id, name: before }: Layout, name: string, form: Form): Promise<boolean> {
    const renamed = await form.send(this.#station, '', (client) => client.layouts.rename({ id, name }));
    if (renamed === undefined) return false;
    this.#station.toasts.remember(() => {
      if (this.#station.layouts.layout(id) === undefined) return;
      this.#station.wall.open(id);
      void this.#station.try((client) => client.layouts.rename({ id, name: before }));
    });
    return true;
  }

  async remove(layout: Layout): Promise<void> {
    const removed = await this.#station.try((client) => client.layouts.remove({ id: layout.id }));
    if (removed === undefined) return;
    this.#station.toasts.tell(m.wall_removed({ name: wallName(layout) }), () => {
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
    if (await this.#move(layout, step))
      this.#station.toasts.remember(() => void this.#move(layout, step === 1 ? -1 : 1));
  }

  async #move(layout: Layout, step: 1 | -1): Promise<boolean> {
    const ids = this.#station.layouts.layouts.map(({ id }) => id);
    const from = ids.indexOf(layout.id);
    const to = from + step;
    if (from === -1 || to < 0 || to >= ids.length) return false;
    ids.splice(from, 1);
    ids.splice(to, 0, layout.id);
    return (await this.#station.try((client) => client.layouts.reorder({ ids }))) !== undefined;
  }

  /** Puts a camera into a tile of this page, or takes the one that is there away. */
  put(index: number, cameraId: string | null): void {
    const { wall } = this.#station;
    if (cameraId !== null && isHotspot(wall.tileAt(index))) wall.hotspot.show(cameraId);
    else if (this.#mayReplace(index)) this.set(index, cameraId);
  }

  /** Puts what was dropped into a tile of this page: one camera, or a tour of several. */
  drop(index: number, cameraIds: readonly string[]): void {
    const [first] = cameraIds;
    if (first === undefined) return;
    const cameras = cameraIds.slice(0, maximumTourCameras);
    if (cameras.length === 1) this.put(index, first);
    else if (this.#mayReplace(index)) this.set(index, { shows: 'tour', cameras, seconds: tourSeconds.usual });
  }

  /** Gives a tile of this page something else to show, whatever it was. */
  set(index: number, tile: Tile): void {
    // Another window may have given the wall fewer tiles since.
    if (!this.#mayChange() || index >= this.#station.wall.size) return;
    const words = tile === null ? m.wall_tile_emptied() : null;
    this.#changeTiles(this.#station.wall.withTile(index, tile), words);
  }

  /** Remembers the camera of a tile, and takes it away from there when it is cut out. */
  copy(index: number, isCut: boolean): void {
    const { wall } = this.#station;
    const tile = wall.tileAt(index);
    const camera = wall.tiles[index] ?? null;
    if (tile === null) return;
    this.#copied = tile;
    if (isCut && !wall.showsAll) this.put(index, null);
    else if (typeof tile !== 'string' && tile.shows !== 'pinned')
      this.#station.toasts.tell(tile.shows === 'tour' ? m.wall_copied_tour() : m.wall_copied_hotspot());
    else if (camera !== null) this.#station.toasts.tell(m.wall_copied_camera(camera));
  }

  /** Puts the camera that was copied into a tile of this page. */
  paste(index: number): void {
    const copied = this.#copied;
    const cameras = camerasOfTile(copied);
    const isThere =
      cameras.length === 0 || cameras.some((id) => this.#station.mirror.camera(id) !== undefined);
    if (copied === null || !isThere) return;
    if (typeof copied === 'string') this.put(index, copied);
    else if (this.#mayReplace(index)) this.set(index, copied);
  }

  /**
   * Brings a camera in front of the guard: into the selected tile; where nothing is to be rearranged, the wall goes to it.
   * That is the wall of all cameras, a tile that fills the wall, and whoever may not change walls.
   */
  show(cameraId: string): void {
    const { wall } = this.#station;
    const mayPut = this.#station.may('layouts') && !wall.showsAll && wall.maximised === null;
    const selected = wall.tileAt(wall.selected ?? 0);
    const hasHotspot = wall.tiles.some((_, index) => isHotspot(wall.tileAt(index)));
    // What is pinned stays, and what changes by itself shows it where it can.
    if (mayPut && hasHotspot && isPinned(selected)) wall.hotspot.show(cameraId);
    else if (mayPut) this.put(wall.selected ?? 0, cameraId);
    else if (wall.showsAll && wall.maximised === null) wall.find(cameraId);
    else wall.goTo(cameraId);
  }

  /** To be called in an effect: hotspots show what is selected in other tiles. */
  arrangeHotspot(): void {
    const { chosen, hotspot } = this.#station.wall;
    if (chosen !== null) untrack(() => hotspot.show(chosen));
  }

  swap(from: number, to: number): void {
    if (from === to || !this.#mayReplace(from) || !this.#mayReplace(to)) return;
    if (this.#mayChange()) this.#changeTiles(this.#station.wall.withTilesSwapped(from, to));
  }

  /** The wall of all cameras stays what it is: what somebody arranges on it becomes a wall of its own. */
  #changeTiles(changed: Layout, words: string | null = null): void {
    const { wall, toasts } = this.#station;
    const before = wall.layout;
    if (!wall.showsAll) {
      this.#station.saveLayout(changed);
      if (words === null) toasts.remember(() => this.#takeBack(before));
      else toasts.tell(words, () => this.#takeBack(before));
      return;
    }
    const own: Layout = { ...changed, id: crypto.randomUUID(), name: this.#freeName() };
    this.#station.saveLayout(own);
    wall.open(own.id);
    toasts.tell(m.wall_saved_new({ name: own.name }), () => this.#takeAway(own.id, before.id));
  }

  /** What is taken back is seen. A wall that was removed since then stays removed. */
  #takeBack(before: Layout): void {
    if (this.#station.layouts.layout(before.id) === undefined) return;
    this.#station.saveLayout(before);
    this.#station.wall.open(before.id);
  }

  /** A wall that was added. @param before the one that was shown then */
  #takeAway(id: string, before: string): void {
    if (this.#station.layouts.layout(id) === undefined) return;
    if (this.#station.wall.layout.id === id) this.#station.wall.open(before);
    void this.#station.try((client) => client.layouts.remove({ id }));
  }

  #mayReplace(index: number): boolean {
    if (!isPinned(this.#station.wall.tileAt(index))) return true;
    this.#station.toasts.fail(m.wall_tile_pinned());
    return false;
  }

  #mayChange(): boolean {
    if (this.#station.may('layouts')) return true;
    this.#station.refuse();
    return false;
  }

  #freeName(): string {
    const taken = new Set(this.#station.layouts.layouts.map(({ name }) => name));
    for (let number = 1; ; number++) {
      const name = m.wall_new_name({ number });
      if (!taken.has(name)) return name;
    }
  }
}

function isPinned(tile: Tile): boolean {
  return tile !== null && typeof tile !== 'string' && tile.shows === 'pinned';
}

function isHotspot(tile: Tile): boolean {
  return tile !== null && typeof tile !== 'string' && tile.shows === 'hotspot';
}
