import { untrack } from 'svelte';
import type { Camera } from '../../main/contract/camera.ts';
import type { VideoCodec } from '../../main/contract/codecs.ts';
import { type GridShape, isLarge, shareOf } from '../state/grid.ts';
import type { Wall } from '../state/wall.svelte.ts';
import type { Ceiling } from './ceilings.ts';
import { type KeptPicture, KeptPictures } from './kept-pictures.svelte.ts';
import { MainWatch } from './main-watch.svelte.ts';
import type { Playback } from './playback.svelte.ts';
import type { Slot } from './slot.svelte.ts';
import type { Stream } from './stream.ts';
import { deservesMain, type Size } from './stream-choice.ts';
import { noSurfaces, planSurfaces, type Surfaces, shownStream } from './surfaces.ts';

/** What a tile is for at this moment. */
export interface TilePlan {
  readonly wanted: Stream | null;
  readonly surfaces: Surfaces;
}

interface Wanted {
  readonly wanted: Stream | null;
  /** Stays ready behind it. */
  readonly standby: Stream | null;
  /** Whether it is, or would be, the main stream, and there is a smaller one. */
  readonly wantsMain?: boolean;
}

/** Pictures of the past follow each other faster than this. */
const settledMilliseconds = 200;

const nothing: Wanted = { wanted: null, standby: null };
const emptyPlan: TilePlan = { wanted: null, surfaces: noSurfaces };

/** Turns what the wall shows into streams: large pictures from the main stream, small ones from the sub-stream. */
export class Stage {
  readonly #wall: Wall;
  /** Of the sub-streams' pictures, by camera, as they were seen last. */
  readonly #smallSizes = new Map<string, Size>();
  readonly #playback: Playback;
  readonly #mains = new MainWatch();
  readonly #kept = new KeptPictures();
  readonly #isZoomed: (tile: number) => boolean;
  #plans = $state.raw<readonly TilePlan[]>([]);
  /** Streams beside the wall: those of cameras that are being added. */
  previews: readonly Stream[] = $state.raw([]);
  /** The camera of the alarm in front: its streams are asked for before all others. */
  front: Camera | null = $state.raw(null);
  #frontPlan = $state.raw(emptyPlan);
  /** Nobody sees this page: its pictures are asked for again when somebody does. */
  unseen: boolean = $state(false);
  /** Nobody has seen the tiles behind the large one for a while: the same for them. */
  covered: boolean = $state(false);
  /** Of the wall, in pixels of the screen; 0 until it is drawn. */
  wallSize: Size = $state.raw({ width: 0, height: 0 });
  /** What each tile may have, by its number: see decode-watch.svelte.ts. One that is not named may have everything. */
  ceilings: readonly Ceiling[] = $state.raw([]);
  /** By tile. */
  #wantsMain = $state.raw<readonly boolean[]>([]);

  /** @param isZoomed whether somebody looks at a part of a tile: that is the main stream's */
  constructor(wall: Wall, playback: Playback, isZoomed: (tile: number) => boolean = () => false) {
    this.#wall = wall;
    this.#isZoomed = isZoomed;
    this.#playback = playback;
  }

  plan(tile: number): TilePlan {
    return this.#plans[tile] ?? emptyPlan;
  }

  /** Whether the tile is large enough for the main stream, whatever it may have, and its camera has a smaller one. */
  wantsMain(tile: number): boolean {
    return this.#wantsMain[tile] ?? false;
  }

  /** Whether its streams were given back, since nobody sees it. */
  rests(tile: number): boolean {
    if (this.unseen) return true;
    const { maximised, tiles } = this.#wall;
    const isCovered = this.covered && maximised !== null && maximised !== tile;
    // A replay would begin anew.
    return isCovered && this.#pastOf(tiles[tile] ?? null) === null;
  }

  /** What is shown of a camera until its first picture after a rest; null: nothing is known. */
  kept(cameraId: string): KeptPicture | null {
    return this.#kept.of(cameraId);
  }

  get frontPlan(): TilePlan {
    return this.#frontPlan;
  }

  /** The stream whose picture the tile shows, or waits for. */
  shown(tile: number): Stream | null {
    return this.shownIn(this.plan(tile));
  }

  /** Whether that has had a picture. */
  hasPicture(tile: number): boolean {
    const stream = this.shown(tile);
    return stream !== null && this.#hasPicture(stream);
  }

  shownIn({ wanted, surfaces }: TilePlan): Stream | null {
    return shownStream(surfaces, wanted, this.#hasPicture, this.#isReady);
  }

  /** To be called in an effect: reads the wall and which pictures have come, and asks for the streams. */
  arrange(): void {
    const { plans: previous, front: frontBefore } = untrack(() => ({
      plans: this.#plans,
      front: this.#frontPlan,
    }));
    const planned = (before: Surfaces, { wanted, standby }: Wanted): TilePlan => ({
      wanted,
      surfaces: planSurfaces(before, wanted, standby, this.#hasPicture, this.#isReady),
    });
    const { shape, tiles, maximised, ahead } = this.#wall;
    const streams = tiles.map((camera, tile) => this.#streams(camera, tile, shape, maximised === tile));
    const next =
      ahead?.tiles.map((camera, tile) => this.#streams(camera, tile, ahead.shape, false).wanted) ?? [];
    const plans = Array.from({ length: Math.max(streams.length, next.length) }, (_, tile) => {
      const wanted = streams[tile] ?? nothing;
      const standby = next[tile] ?? wanted.standby;
      return planned(previous[tile]?.surfaces ?? noSurfaces, { ...wanted, standby });
    });
    const wantsMain = streams.map((wanted) => wanted.wantsMain ?? false);
    const front = planned(frontBefore.surfaces, this.front === null ? nothing : this.#inFront(this.front));
    const { previews, unseen } = this;
    const seen = [front, ...plans.filter((_, tile) => !this.rests(tile))];
    const shown = seen.flatMap(({ surfaces }) => surfaces.filter((stream) => stream !== null));
    this.#keepPictures();
    untrack(() => {
      this.#plans = plans;
      this.#frontPlan = front;
      if (wantsMain.join() !== this.#wantsMain.join()) this.#wantsMain = wantsMain;
      this.#playback.want(unseen ? [] : [...previews, ...shown]);
    });
  }

  /** Of those that are about to rest, until they have new ones. */
  #keepPictures(): void {
    const { tiles } = this.#wall;
    for (const [tile, camera] of tiles.entries()) {
      if (camera === null) continue;
      const slot = untrack(() => this.#playback.slot(this.shown(tile)));
      const hasPicture = slot !== undefined && slot.picture !== 'none';
      if (!hasPicture) continue;
      untrack(() => {
        if (this.rests(tile)) this.#kept.keep(camera.id, slot);
        else this.#kept.forget(camera.id);
      });
    }
    untrack(() => this.#kept.keepOnly(new Set(tiles.map((camera) => camera?.id ?? ''))));
  }

  /** Whether the tile can show what it shows next. */
  isReady(tile: number): boolean {
    const camera = this.#wall.ahead?.tiles[tile] ?? null;
    if (camera === null) return true;
    return this.plan(tile).surfaces.some(
      (stream) => stream?.cameraId === camera.id && (this.#isReady(stream) || this.#hasSettled(stream)),
    );
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

  /** What a stream begins with is gone through at once: in place of a picture of now it would be a jump back. */
  #isReady = (stream: Stream): boolean => {
    const slot = this.#playback.slot(stream);
    return slot !== undefined && slot.picture !== 'none' && (slot.isCurrent || slot.picture === 'past');
  };

  /** Of what is loaded ahead key frames may be all that comes: one that none has followed is the newest there is. */
  #hasSettled(stream: Stream): boolean {
    const slot = this.#playback.slot(stream);
    if (slot === undefined || slot.picture !== 'arriving') return false;
    return performance.now() - slot.newestFrameAt > settledMilliseconds;
  }

  /** Why the tile shows its small stream though it is large: the format of the main stream, or null. */
  replaced(tile: number): VideoCodec | null {
    const { wanted, surfaces } = this.plan(tile);
    if (wanted?.profile !== 'sub') return null;
    const main = surfaces.find((stream) => stream?.profile === 'main' && stream.cameraId === wanted.cameraId);
    const way = this.#playback.slot(main ?? null)?.way;
    return way?.kind === 'none' ? way.codec : null;
  }

  /** Whether the tile shows its small stream since the main one, which it wants, has failed. */
  hasFallenBack(tile: number): boolean {
    const { wanted, surfaces } = this.plan(tile);
    const isStandby = surfaces.some((stream) => stream?.profile === 'main');
    return wanted?.profile === 'sub' && isStandby && this.#mains.hasFailed(wanted.cameraId);
  }

  /** To be called twice a second while the page is visible. */
  checkMains(now: number): void {
    if (!this.#playback.open) {
      this.#mains.pause();
      return;
    }
    const mains = new Map<string, Slot>();
    for (const slot of this.#playback.slots) {
      if (slot.stream?.profile === 'main') mains.set(slot.stream.cameraId, slot);
    }
    this.#mains.check(now, mains);
  }

  /** Whether this window has no decoder for it. */
  #isUnshowable(stream: Stream): boolean {
    return this.#playback.slot(stream)?.way.kind === 'none';
  }

  #streams(camera: Camera | null, tile: number, shape: GridShape, isMaximised: boolean): Wanted {
    if (camera === null) return nothing;
    const { main, small } = streamsOf(camera);
    // Whoever looks back goes on looking back, however large the tile becomes.
    const past = this.#pastOf(camera);
    if (past !== null) return { wanted: past, standby: null };
    const cell = shape.cells[tile];
    const size = shape.cells.length;
    const isCloseUp = isMaximised || this.#isZoomed(tile);
    const showsMain =
      isCloseUp ||
      size === 1 ||
      cell === undefined ||
      isLarge(cell, shape) ||
      this.#deservesMain(camera, tile, shareOf(cell, shape));
    if (!showsMain) return { wanted: small, standby: null };
    const wantsMain = small !== main && !this.#isUnshowable(main);
    if (wantsMain && !this.#mayHaveMain(tile)) return { wanted: small, standby: null, wantsMain };
    return { ...this.#large(camera, isCloseUp), wantsMain };
  }

  /** The stream of which a replay is shown. */
  #pastOf(camera: Camera | null): Stream | null {
    if (camera === null) return null;
    const { main, small } = streamsOf(camera);
    return [main, small].find((stream) => this.#playback.slot(stream)?.picture === 'past') ?? null;
  }

  #deservesMain({ id }: Camera, tile: number, share: Size): boolean {
    const shown = untrack(() => this.#plans[tile]?.wanted ?? null);
    const hasMain = shown?.cameraId === id && shown.profile === 'main';
    const seen = this.#playback.slot({ cameraId: id, profile: 'sub' })?.pictureSize ?? null;
    if (seen !== null) this.#smallSizes.set(id, seen);
    const { width, height } = this.wallSize;
    const tileSize = { width: width * share.width, height: height * share.height };
    return deservesMain(tileSize, this.#smallSizes.get(id) ?? null, hasMain);
  }

  #inFront(camera: Camera): Wanted {
    const tile = this.#wall.tiles.findIndex((other) => other?.id === camera.id);
    if (tile !== -1 && !this.#mayHaveMain(tile)) return { wanted: streamsOf(camera).small, standby: null };
    return this.#large(camera, true);
  }

  #mayHaveMain(tile: number): boolean {
    return (this.ceilings[tile] ?? 'main') === 'main';
  }

  /** @param keepsSmall the small picture stays behind the large one: going back to the wall takes no time */
  #large(camera: Camera, keepsSmall: boolean): Wanted {
    const { main, small } = streamsOf(camera);
    // The main stream stays asked for: should the camera be set to another format, or have pictures again, it is shown.
    const cannotBeShown = this.#isUnshowable(main) || this.#mains.hasFailed(camera.id);
    if (cannotBeShown && small !== main) return { wanted: small, standby: main };
    return { wanted: main, standby: keepsSmall ? small : null };
  }
}

function streamsOf({ id, subUrl }: Camera): { readonly main: Stream; readonly small: Stream } {
  const main: Stream = { cameraId: id, profile: 'main' };
  return { main, small: subUrl === null ? main : { cameraId: id, profile: 'sub' } };
}
