import type { Camera } from '../../main/contract/camera.ts';
import type { Layout, WallSize } from '../../main/contract/layout.ts';
import { defaultLayoutId } from '../../main/contract/limits.ts';
import type { CameraMirror } from './camera-mirror.svelte.ts';
import { type Direction, fittingSize, neighbour } from './grid.ts';

/** What a reload of this one window brings back; the size belongs to the layout, which all windows share. */
export interface WallPlace {
  readonly page: number;
  readonly maximised: string | null;
}

/** What the guard looks at: which cameras, on how many tiles, which one selected, which one large. */
export class Wall {
  readonly #mirror: CameraMirror;
  #layout = $state.raw<Layout | null>(null);
  #page = $state(0);
  #selected = $state<number | null>(null);
  #maximised = $state<string | null>(null);

  /** The cameras of the layout in its order; null is a tile that the layout leaves empty. */
  readonly #sequence: readonly (Camera | null)[] = $derived.by(() => {
    const tiles = this.#layout?.tiles ?? [];
    if (tiles.length === 0) return this.#mirror.cameras;
    return tiles.map((id) => (id === null ? null : (this.#mirror.camera(id) ?? null)));
  });
  readonly size: WallSize = $derived(this.#layout?.size ?? fittingSize(this.#sequence.length));
  readonly pages: number = $derived(Math.max(1, Math.ceil(this.#sequence.length / this.size)));
  /** From 0. Kept as it was asked for, so that it is right again once the cameras are known. */
  readonly page: number = $derived(Math.min(this.#page, this.pages - 1));
  /** One entry a tile, row by row. */
  readonly tiles: readonly (Camera | null)[] = $derived(
    Array.from({ length: this.size }, (_, index) => this.#sequence[this.page * this.size + index] ?? null),
  );
  /** The tile that fills the wall. */
  readonly maximised: number | null = $derived.by(() => {
    if (this.#maximised === null || this.size === 1) return null;
    const index = this.tiles.findIndex((camera) => camera?.id === this.#maximised);
    return index === -1 ? null : index;
  });

  constructor(mirror: CameraMirror, place: WallPlace = { page: 0, maximised: null }) {
    this.#mirror = mirror;
    this.#page = place.page;
    this.#maximised = place.maximised;
  }

  /** The tile that keys act on; null until somebody chose one. */
  get selected(): number | null {
    return this.#selected;
  }

  get place(): WallPlace {
    return { page: this.#page, maximised: this.#maximised };
  }

  /** The layout as it is stored, or would be. */
  get layout(): Layout {
    return this.#layout ?? { id: defaultLayoutId, name: 'Wall', size: this.size, tiles: [] };
  }

  load(layout: Layout): void {
    this.#layout = layout;
  }

  /** The selected camera stays on the page. */
  resize(size: WallSize): void {
    const first = this.page * this.size;
    const anchor = first + (this.maximised ?? this.#selected ?? 0);
    this.#layout = { ...this.layout, size };
    this.#page = Math.floor(anchor / size);
    this.#maximised = null;
    if (this.#selected !== null) this.#selected = anchor % size;
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
    if (this.#selected === null && this.maximised === null) {
      this.#selected = 0;
      return;
    }
    const next = neighbour(this.maximised ?? this.#selected ?? 0, direction, this.size);
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

  restore(): void {
    this.#maximised = null;
  }
}
