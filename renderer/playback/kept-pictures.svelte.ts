import { SvelteMap } from 'svelte/reactivity';
import type { Slot } from './slot.svelte.ts';

/** Enough for a picture that is only shown until there is a new one; all of them stay in memory. */
const maximumWidth = 480;

/** The last picture of a camera whose streams were given back. */
export interface KeptPicture {
  readonly image: HTMLCanvasElement;
  /** When it was shown, of `performance.now()`. */
  readonly at: number;
}

/** The last pictures of tiles that nobody sees, so that whoever comes back sees something until there are new ones. */
export class KeptPictures {
  /** By camera: one for each tile of the wall at most. */
  readonly #pictures = new SvelteMap<string, KeptPicture>();

  of(cameraId: string): KeptPicture | null {
    return this.#pictures.get(cameraId) ?? null;
  }

  /** To be called while the slot still shows the camera. Of a replay nothing is kept: its picture has another age. */
  keep(cameraId: string, slot: Slot): void {
    if (slot.picture === 'past') return;
    const at = slot.picture === 'arriving' ? slot.newestFrameAt : slot.lastFrameAt;
    const image = slot.source === null ? null : copyOf(slot.source);
    if (at !== null && image !== null) this.#pictures.set(cameraId, { image, at });
  }

  forget(cameraId: string): void {
    this.#pictures.delete(cameraId);
  }

  /** Those of other cameras are of no use any more. */
  keepOnly(cameraIds: ReadonlySet<string>): void {
    for (const id of this.#pictures.keys()) if (!cameraIds.has(id)) this.#pictures.delete(id);
  }
}

function copyOf(source: NonNullable<Slot['source']>): HTMLCanvasElement | null {
  const { width, height } = pixelsOf(source);
  if (width === 0 || height === 0) return null;
  const scale = Math.min(1, maximumWidth / width);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function pixelsOf(source: NonNullable<Slot['source']>): { readonly width: number; readonly height: number } {
  if ('videoWidth' in source) return { width: source.videoWidth, height: source.videoHeight };
  return 'displayWidth' in source ? { width: source.displayWidth, height: source.displayHeight } : source;
}
