import { untrack } from 'svelte';
import type { Camera } from '../../main/contract/camera.ts';
import type { VideoCodec } from '../../main/contract/codecs.ts';
import type { Wall } from '../state/wall.svelte.ts';
import type { Playback } from './playback.svelte.ts';
import type { Stream } from './stream.ts';
import { noSurfaces, planSurfaces, type Surfaces, shownStream } from './surfaces.ts';

/** What a tile is for at this moment. */
export interface TilePlan {
  readonly wanted: Stream | null;
  readonly surfaces: Surfaces;
}

const emptyPlan: TilePlan = { wanted: null, surfaces: noSurfaces };

/** Turns what the wall shows into streams: large pictures from the main stream, small ones from the sub-stream. */
export class Stage {
  readonly #wall: Wall;
  readonly #playback: Playback;
  #plans = $state.raw<readonly TilePlan[]>([]);
  /** Streams beside the wall: those of cameras that are being added. */
  previews: readonly Stream[] = $state.raw([]);

  constructor(wall: Wall, playback: Playback) {
    this.#wall = wall;
    this.#playback = playback;
  }

  plan(tile: number): TilePlan {
    return this.#plans[tile] ?? emptyPlan;
  }

  /** The stream whose picture the tile shows, or waits for. */
  shown(tile: number): Stream | null {
    const { wanted, surfaces } = this.plan(tile);
    return shownStream(surfaces, wanted, this.#hasPicture);
  }

  /** To be called in an effect: reads the wall and which pictures have come, and asks for the streams. */
  arrange(): void {
    const previous = untrack(() => this.#plans);
    const plans = this.#wall.tiles.map((camera, tile): TilePlan => {
      const { wanted, standby } = this.#streams(camera, tile);
      const before = previous[tile]?.surfaces ?? noSurfaces;
      return { wanted, surfaces: planSurfaces(before, wanted, standby, this.#hasPicture) };
    });
    const { previews } = this;
    untrack(() => {
      this.#plans = plans;
      const shown = plans.flatMap(({ surfaces }) => surfaces.filter((stream) => stream !== null));
      this.#playback.want([...previews, ...shown]);
    });
  }

  /** To be called in an effect: the sound is that of the picture which is shown, and ends with it. */
  arrangeSound(): void {
    const { sound } = this.#playback;
    const { maximised, tiles } = this.#wall;
    const { cameraId } = sound;
    // Nobody shall hear what nobody can see.
    const tile = tiles.findIndex(
      (camera, index) => camera?.id === cameraId && (maximised === null || maximised === index),
    );
    const shown = cameraId === null || tile === -1 ? null : this.shown(tile);
    untrack(() => {
      if (tile === -1 && cameraId !== null) sound.stop();
      else sound.hear(shown);
    });
  }

  #hasPicture = (stream: Stream): boolean => (this.#playback.slot(stream)?.picture ?? 'none') !== 'none';

  /** Why the tile shows its small stream though it is large: the format of the main stream, or null. */
  replaced(tile: number): VideoCodec | null {
    const { wanted, surfaces } = this.plan(tile);
    if (wanted?.profile !== 'sub') return null;
    const main = surfaces.find((stream) => stream?.profile === 'main' && stream.cameraId === wanted.cameraId);
    const way = this.#playback.slot(main ?? null)?.way;
    return way?.kind === 'none' ? way.codec : null;
  }

  /** Whether this window has no decoder for it. */
  #isUnshowable(stream: Stream): boolean {
    return this.#playback.slot(stream)?.way.kind === 'none';
  }

  #streams(camera: Camera | null, tile: number): { wanted: Stream | null; standby: Stream | null } {
    if (camera === null) return { wanted: null, standby: null };
    const main: Stream = { cameraId: camera.id, profile: 'main' };
    const small: Stream = camera.subUrl === null ? main : { cameraId: camera.id, profile: 'sub' };
    const isMaximised = this.#wall.maximised === tile;
    // The large tile of a wall with small ones around it.
    const isLarge = isMaximised || this.#wall.size === 1 || (this.#wall.shape.cells[tile]?.span ?? 1) > 1;
    if (!isLarge) return { wanted: small, standby: null };
    // The main stream stays asked for: should the camera be set to another format, it is shown.
    if (this.#isUnshowable(main) && small !== main) return { wanted: small, standby: main };
    // The small picture stays behind the large one: going back to the wall takes no time.
    return { wanted: main, standby: isMaximised ? small : null };
  }
}
