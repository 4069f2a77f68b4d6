import { SvelteMap } from 'svelte/reactivity';
import type { Camera } from '../../main/contract/camera.ts';
import type { FreeGrid, Layout } from '../../main/contract/layout.ts';
import { defaultLayoutId, maximumLayoutTiles } from '../../main/contract/limits.ts';
import type { WallPlace } from '../../main/contract/shell.ts';
import type { Tile } from '../../main/contract/tile.ts';
import type { CameraMirror } from './camera-mirror.svelte.ts';
import { rearranged, sameTile } from './free-grid.ts';
import { type Direction, fixedGrid, type GridShape, gridShape, neighbour, type WallGrid } from './grid.ts';
import { Hotspot } from './hotspot.svelte.ts';
import type { LayoutMirror } from './layout-mirror.svelte.ts';

/** A page of a wall, from 0. */
export interface WallPage {
  readonly layoutId: string;
  readonly page: number;
}

/** A page that a tour shows next, and how many of its tiles are asked for so far. */
interface UpcomingPage extends WallPage {
  readonly tiles: number;
}

/** A page with its cameras. */
export interface WallView {
  readonly shape: GridShape;
  /** One entry a tile. */
  readonly tiles: readonly (Camera | null)[];
}

/** What the guard looks at: which layout, which cameras of it, which one selected, which one large. */
export class Wall {
  readonly #cameras: CameraMirror;
  readonly #layouts: LayoutMirror;
  #layoutId = $state(defaultLayoutId);
  #page = $state(0);
  #selected = $state<number | null>(null);
  #maximised = $state<string | null>(null);
  readonly hotspot: Hotspot = new Hotspot();
  /** Whether the window goes through walls. */
  touring: boolean = $state(false);
  /** The page that a tour shows next, while it is loaded. */
  upcoming: UpcomingPage | null = $state.raw(null);
  /** The camera that a touring tile shows, by `keyAt`. */
  readonly tourNow: SvelteMap<string, string> = new SvelteMap();
  /** The one that it shows next, while it is loaded. */
  readonly tourNext: SvelteMap<string, string> = new SvelteMap();

  /** The one that is shown; the first one when it was removed. */
  readonly layout: Layout = $derived.by(() => {
    return this.#layouts.layout(this.#layoutId) ?? (this.#layouts.layouts[0] as Layout);
  });
  /** Whether it shows every camera, rather than those that somebody chose. */
  readonly showsAll: boolean = $derived(this.layout.tiles.length === 0);
  /** The cameras of the layout in its order; null is a tile that the layout leaves empty. */
  readonly #sequence: readonly (Camera | null)[] = $derived.by(() => this.#sequenceOf(this.layout));
  readonly shape: GridShape = $derived(gridShape(this.layout.grid, this.#sequence.length));
  /** How many tiles there are. */
  readonly size: number = $derived(this.shape.cells.length);
  readonly pages: number = $derived(Math.max(1, Math.ceil(this.#sequence.length / this.size)));
  /** From 0. Kept as it was asked for, so that it is right again once the cameras are known. */
  readonly page: number = $derived(Math.min(this.#page, this.pages - 1));
  /** One entry a tile, row by row. */
  readonly tiles: readonly (Camera | null)[] = $derived(pageOf(this.#sequence, this.size, this.page));
  /** The tile that fills the wall. */
  readonly maximised: number | null = $derived.by(() => {
    if (this.#maximised === null || this.size === 1) return null;
    const shows = (index: number) => this.tiles[index]?.id === this.#maximised;
    // The same camera may be in several tiles, such as a hotspot.
    if (this.picked !== null && shows(this.picked)) return this.picked;
    const index = this.tiles.findIndex((_, tile) => shows(tile));
    return index === -1 ? null : index;
  });

  /** The camera that somebody has selected, for hotspots: in a tile that is none itself. */
  readonly chosen: string | null = $derived.by(() => {
    const index = this.maximised ?? this.picked;
    if (index === null) return null;
    const tile = this.tileAt(index);
    const isHotspot = tile !== null && typeof tile !== 'string' && tile.shows === 'hotspot';
    return isHotspot ? null : (this.selectedCamera?.id ?? null);
  });
  /** What is loaded before it is shown, tile by tile; null: nothing. */
  readonly ahead: WallView | null = $derived.by(() => {
    if (this.upcoming !== null) {
      const { tiles: wanted } = this.upcoming;
      const view = this.#viewOf(this.upcoming);
      return view && { ...view, tiles: view.tiles.slice(0, wanted) };
    }
    if (this.tourNext.size === 0) return null;
    const tiles = this.tiles.map((_, index) => {
      const next = this.tourNext.get(this.keyAt(index));
      return next === undefined ? null : (this.#cameras.camera(next) ?? null);
    });
    return { shape: this.shape, tiles };
  });

  constructor(cameras: CameraMirror, layouts: LayoutMirror, place?: WallPlace) {
    this.#cameras = cameras;
    this.#layouts = layouts;
    if (place === undefined) return;
    this.#layoutId = place.layoutId;
    this.#page = place.page;
    this.#maximised = place.maximised;
    this.touring = place.touring ?? false;
  }

  /** The tile that keys act on: the only one of a wall of one; else null until somebody chose one. */
  get selected(): number | null {
    return this.picked ?? (this.size === 1 ? 0 : null);
  }

  /** The tile that somebody chose. Another window may have given the wall fewer tiles since: then nobody has chosen one. */
  get picked(): number | null {
    return this.#selected !== null && this.#selected < this.size ? this.#selected : null;
  }

  /** The camera that keys act on. */
  get selectedCamera(): Camera | null {
    const index = this.maximised ?? this.selected;
    return index === null ? null : (this.tiles[index] ?? null);
  }

  /** What a reload of this one window brings back; what is on a layout belongs to the layout, which all windows share. */
  get place(): WallPlace {
    const place = { layoutId: this.#layoutId, page: this.#page, maximised: this.#maximised };
    return this.touring ? { ...place, touring: true } : place;
  }

  /** What a tile of this page is set to, whatever it shows; on the wall of all cameras just its camera. */
  tileAt(index: number): Tile {
    if (this.showsAll) return this.tiles[index]?.id ?? null;
    return this.layout.tiles[this.page * this.size + index] ?? null;
  }

  /** Names a tile of this page among those of all walls. */
  keyAt(index: number): string {
    return keyOf(this.layout.id, this.page * this.size + index);
  }

  pagesOf(layoutId: string): number {
    const layout = this.#layouts.layout(layoutId);
    if (layout === undefined) return 0;
    const sequence = this.#sequenceOf(layout);
    return Math.max(1, Math.ceil(sequence.length / gridShape(layout.grid, sequence.length).cells.length));
  }

  /** How many tiles a page has. */
  sizeOf(page: WallPage): number {
    return this.#viewOf(page)?.tiles.length ?? 0;
  }

  /** Whether all of the page that a tour shows next is asked for. */
  get isLoadedAhead(): boolean {
    if (this.upcoming === null) return false;
    return this.upcoming.tiles >= this.sizeOf(this.upcoming);
  }

  /** Asks for more tiles of the page that a tour shows next. */
  loadAhead({ layoutId, page }: WallPage, more: number): void {
    const { upcoming } = this;
    const isSame = upcoming?.layoutId === layoutId && upcoming.page === page;
    if (isSame && this.isLoadedAhead) return;
    this.upcoming = { layoutId, page, tiles: (isSame ? upcoming.tiles : 0) + more };
  }

  /** Shows a page of any wall, as the next stop of a tour. */
  visit({ layoutId, page }: WallPage): void {
    this.open(layoutId);
    this.#page = page;
    this.#maximised = null;
    this.upcoming = null;
  }

  /** Shows another layout, from its first page. */
  open(layoutId: string): void {
    if (layoutId === this.layout.id) return;
    this.#layoutId = layoutId;
    this.#page = 0;
    this.#maximised = null;
    if (this.#selected !== null) this.#selected = Math.min(this.#selected, this.size - 1);
  }

  /** The layout with another shape; the selected camera stays on the page. */
  resized(grid: WallGrid): Layout {
    const anchor = this.page * this.size + (this.maximised ?? this.picked ?? 0);
    const size = gridShape(grid, this.#sequence.length).cells.length;
    this.#page = Math.floor(anchor / size);
    this.#maximised = null;
    if (this.picked !== null) this.#selected = anchor % size;
    if (this.showsAll) return { ...this.layout, grid };
    // Empty tiles at the end would only make empty pages.
    const last = this.layout.tiles.findLastIndex((id) => id !== null);
    return { ...this.layout, grid, tiles: padded(this.layout.tiles.slice(0, last + 1), size) };
  }

  /** The layout with a grid that was drawn from this one; each tile stays where it is. */
  redrawn(grid: FreeGrid): Layout {
    const before = this.shape;
    const after = gridShape(grid, 0);
    if (this.picked !== null) this.#selected = sameTile(this.picked, before, after);
    this.#maximised = null;
    if (this.showsAll) return { ...this.layout, grid };
    const tiles = rearranged(this.layout.tiles, before, after);
    // Of many pages of few tiles each: there the cameras close up.
    return tiles.length > maximumLayoutTiles ? this.resized(grid) : { ...this.layout, grid, tiles };
  }

  /** The layout with something else in a tile of this page. */
  withTile(index: number, tile: Tile): Layout {
    return this.#withTiles((tiles, first) => {
      tiles[first + index] = tile;
    });
  }

  /** The layout with the cameras of two tiles of this page in each other's place. */
  withTilesSwapped(a: number, b: number): Layout {
    return this.#withTiles((tiles, first) => {
      const moved = tiles[first + a] ?? null;
      tiles[first + a] = tiles[first + b] ?? null;
      tiles[first + b] = moved;
    });
  }

  turn(step: 1 | -1): void {
    const page = Math.min(Math.max(this.page + step, 0), this.pages - 1);
    if (page === this.page) return;
    this.#page = page;
    this.#maximised = null;
  }

  select(index: number): void {
    this.#selected = index;
  }

  /** Moves the selection; a maximised tile hands over to the next camera, and so does a wall of one. */
  move(direction: Direction): void {
    if (this.size === 1) {
      this.turn(direction === 'right' || direction === 'down' ? 1 : -1);
      return;
    }
    if (this.picked === null && this.maximised === null) {
      this.#selected = 0;
      return;
    }
    const next = neighbour(this.maximised ?? this.picked ?? 0, direction, this.shape);
    if (this.maximised !== null) {
      const camera = this.tiles[next];
      if (camera === null || camera === undefined) return;
      this.#maximised = camera.id;
    }
    this.#selected = next;
  }

  /** Makes a tile fill the wall, or puts it back when it does. A tile without a camera stays as it is. */
  toggleMaximised(index: number): void {
    this.#selected = index;
    if (this.maximised !== null) this.#maximised = null;
    else if (this.size > 1) this.#maximised = this.tiles[index]?.id ?? null;
  }

  /**
   * Goes to a camera: on this wall, or else on that of all cameras.
   * @returns whether it is on one of them
   */
  find(cameraId: string): boolean {
    const place = () => this.#fixedPlace(cameraId);
    if (place() === -1) this.open(defaultLayoutId);
    const index = place();
    if (index === -1) return false;
    this.#page = Math.floor(index / this.size);
    this.#selected = index % this.size;
    this.#maximised = null;
    return true;
  }

  /** The same, and makes it large. */
  goTo(cameraId: string): boolean {
    const isThere = this.find(cameraId);
    if (isThere && this.size > 1) this.#maximised = cameraId;
    return isThere;
  }

  restore(): void {
    this.#maximised = null;
  }

  /** Where a camera is always, over all pages; -1: nowhere. */
  #fixedPlace(cameraId: string): number {
    if (this.showsAll) return this.#sequence.findIndex((camera) => camera?.id === cameraId);
    return this.#cameras.camera(cameraId) === undefined
      ? -1
      : this.layout.tiles.findIndex((tile) => fixedCamera(tile) === cameraId);
  }

  #sequenceOf({ id, tiles }: Layout): readonly (Camera | null)[] {
    if (tiles.length === 0) return this.#cameras.cameras;
    return tiles.map((tile, place) => this.#cameraOf(tile, keyOf(id, place)));
  }

  #cameraOf(tile: Tile, key: string): Camera | null {
    const known = (cameraId: string | null | undefined) =>
      cameraId == null ? null : (this.#cameras.camera(cameraId) ?? null);
    if (tile === null || typeof tile === 'string') return known(tile);
    switch (tile.shows) {
      case 'pinned':
        return known(tile.camera);
      case 'hotspot':
        return known(this.hotspot.cameraId);
      case 'tour': {
        const now = this.tourNow.get(key);
        if (now !== undefined && tile.cameras.includes(now)) return known(now);
        return known(tile.cameras.find((cameraId) => known(cameraId) !== null));
      }
      default:
        return tile satisfies never;
    }
  }

  #viewOf({ layoutId, page }: WallPage): WallView | null {
    const layout = this.#layouts.layout(layoutId);
    if (layout === undefined) return null;
    const sequence = this.#sequenceOf(layout);
    const shape = gridShape(layout.grid, sequence.length);
    return { shape, tiles: pageOf(sequence, shape.cells.length, page) };
  }

  /** A wall of all cameras becomes one of those on this page. */
  #withTiles(change: (tiles: Tile[], first: number) => void): Layout {
    const { size } = this;
    if (this.showsAll) {
      const tiles: Tile[] = this.tiles.map((camera) => camera?.id ?? null);
      change(tiles, 0);
      return { ...this.layout, grid: fixedGrid(this.layout.grid, this.#sequence.length), tiles };
    }
    const tiles = padded(this.layout.tiles, (this.page + 1) * size);
    change(tiles, this.page * size);
    return { ...this.layout, tiles };
  }
}

function fixedCamera(tile: Tile): string | null {
  if (tile === null || typeof tile === 'string') return tile;
  return tile.shows === 'pinned' ? tile.camera : null;
}

function pageOf(sequence: readonly (Camera | null)[], size: number, page: number): (Camera | null)[] {
  return Array.from({ length: size }, (_, index) => sequence[page * size + index] ?? null);
}

function keyOf(layoutId: string, place: number): string {
  return `${layoutId} ${place}`;
}

function padded(tiles: readonly Tile[], length: number): Tile[] {
  return [...tiles, ...Array.from({ length: Math.max(0, length - tiles.length) }, () => null)];
}
