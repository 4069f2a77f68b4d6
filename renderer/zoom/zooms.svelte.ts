import { SvelteMap } from 'svelte/reactivity';
import type { Wall } from '../state/wall.svelte.ts';
import { isWhole, middle, type Point, panned, whole, type ZoomView, zoomed } from './zoom-view.ts';

/** So many tiles show their main stream for this; the one that was enlarged first is whole again then. */
const maximumZoomed = 4;
const keyFactor = 1.4;

/** Which tiles are enlarged, and where. It belongs to the camera in the tile: another one there is shown whole. */
export class Zooms {
  readonly #wall: Wall;
  /** By tile, in the order in which they were enlarged. */
  readonly #views = new SvelteMap<number, { readonly cameraId: string; readonly view: ZoomView }>();

  constructor(wall: Wall) {
    this.#wall = wall;
  }

  view(tile: number): ZoomView {
    const zoom = this.#views.get(tile);
    return zoom === undefined || zoom.cameraId !== this.#wall.tiles[tile]?.id ? whole : zoom.view;
  }

  isZoomed(tile: number): boolean {
    return !isWhole(this.view(tile));
  }

  set(tile: number, view: ZoomView): void {
    const camera = this.#wall.tiles[tile];
    if (camera == null || isWhole(view)) {
      this.#views.delete(tile);
      return;
    }
    this.#views.set(tile, { cameraId: camera.id, view });
    const [oldest] = this.#views.keys();
    if (this.#views.size > maximumZoomed && oldest !== undefined) this.#views.delete(oldest);
  }

  reset(tile: number): void {
    this.#views.delete(tile);
  }

  /** One step of the keys. */
  stepSelected(direction: 1 | -1): void {
    this.zoomSelected(keyFactor ** direction);
  }

  /** The tile that keys act on is enlarged in its middle, or less so. */
  zoomSelected(factor: number): void {
    const tile = this.#tile;
    if (tile !== null) this.set(tile, zoomed(this.view(tile), factor, middle));
  }

  /** What is shown of it goes to another side. @param to so far to the right and downwards, of what is shown */
  panSelected(to: Point): void {
    const tile = this.#tile;
    if (tile === null || !this.isZoomed(tile)) return;
    this.set(tile, panned(this.view(tile), { x: -to.x, y: -to.y }));
  }

  /** @returns whether it was enlarged */
  resetSelected(): boolean {
    const tile = this.#tile;
    if (tile === null || !this.isZoomed(tile)) return false;
    this.reset(tile);
    return true;
  }

  get #tile(): number | null {
    const { maximised, selected } = this.#wall;
    return maximised ?? selected;
  }
}
