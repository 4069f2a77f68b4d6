import type { Camera } from '../../main/contract/camera.ts';
import type { TourTile } from '../../main/contract/tile.ts';
import { m } from '../language/messages.ts';
import type { Station } from '../state/station.svelte.ts';
import type { WallPage } from '../state/wall.svelte.ts';
import { leadMilliseconds, TourClock } from './tour-clock.ts';

const stepMilliseconds = 100;
/** Of the next wall, at each step: each takes the page some eight milliseconds to begin. */
const tilesAtOnce = 2;
/** A computer that slept, or was busy, has shown nothing meanwhile. */
const longestStepMilliseconds = 1_000;
/** Whoever touched the console is left in peace for so long. */
const pauseMilliseconds = 60_000;

/** A tile of the page that is shown which goes through cameras. */
interface TouringTile {
  readonly index: number;
  readonly key: string;
  readonly tour: TourTile;
}

/**
 * Tours: tiles that go through cameras, and the window that goes through walls. The next stop is loaded ahead and shown when its
 * pictures are there; a touch or a key pauses all of them for a while, and so does a page that nobody sees.
 */
export class Tours {
  readonly #station: Station;
  readonly #tileClocks = new Map<string, TourClock>();
  readonly #wallClock = new TourClock();
  #pausedUntil = $state(0);
  #steppedAt = 0;

  /** The pages that a tour of walls goes through, in the order of the bar. */
  readonly stops: readonly WallPage[] = $derived.by(() => {
    const { layouts, wall } = this.#station;
    return layouts.layouts
      .filter(({ tourSeconds }) => tourSeconds !== undefined)
      .flatMap(({ id }) => Array.from({ length: wall.pagesOf(id) }, (_, page) => ({ layoutId: id, page })));
  });
  /** Which of the stops is shown, from 0; -1: none. */
  readonly at: number = $derived.by(() => {
    const { layout, page } = this.#station.wall;
    return this.stops.findIndex((stop) => stop.layoutId === layout.id && stop.page === page);
  });
  readonly #tiles: readonly TouringTile[] = $derived.by(() => {
    const { wall } = this.#station;
    return wall.tiles.flatMap((_, index) => {
      const tour = wall.tileAt(index);
      if (tour === null || typeof tour === 'string' || tour.shows !== 'tour') return [];
      return { index, key: wall.keyAt(index), tour };
    });
  });
  /** Whether the window goes through walls. */
  readonly isTouring: boolean = $derived.by(() => this.#station.wall.touring && this.stops.length > 1);
  /** Whether anything on the screen goes on by itself. */
  readonly isActive: boolean = $derived.by(() => this.isTouring || this.#tiles.length > 0);
  /** Milliseconds until tours go on; 0: they do. */
  readonly pausedFor: number = $derived.by(() =>
    Math.max(0, this.#pausedUntil - this.#station.clock.monotonic),
  );

  constructor(station: Station) {
    this.#station = station;
  }

  /** Listens to whoever is in front of the console, until the signal is aborted. */
  run(signal: AbortSignal): void {
    const touch = () => this.touch();
    for (const gesture of ['pointerdown', 'keydown', 'wheel'])
      addEventListener(gesture, touch, { signal, capture: true, passive: true });
  }

  /** Somebody does something here, and is left in peace. */
  touch(): void {
    // Who can do nothing shall stop nothing.
    if (!this.#station.locked) this.#pausedUntil = performance.now() + pauseMilliseconds;
  }

  /** To be called in an effect: steps while anything goes on. */
  arrange(): (() => void) | undefined {
    if (!this.isActive) return undefined;
    this.#steppedAt = performance.now();
    const stepping = setInterval(() => this.step(performance.now()), stepMilliseconds);
    return () => {
      clearInterval(stepping);
      this.#forgetNext();
    };
  }

  /** Begins the tour of walls, or ends it. @returns whether there is one to begin */
  toggle(): boolean {
    const { wall, toasts } = this.#station;
    if (this.isTouring) {
      this.end();
      return true;
    }
    if (this.stops.length < 2) return false;
    wall.touring = true;
    this.#wallClock.restart();
    this.resume();
    toasts.tell(m.tours_begun({ count: this.stops.length }));
    return true;
  }

  end(): void {
    this.#station.wall.touring = false;
    this.#wallClock.restart();
  }

  /** Goes on at once. */
  resume(): void {
    this.#pausedUntil = 0;
  }

  /** Time has passed. @param now of `performance.now()` */
  step(now: number): void {
    const passed = Math.min(now - this.#steppedAt, longestStepMilliseconds);
    this.#steppedAt = now;
    const { stage, playback, dialog } = this.#station;
    if (stage.unseen || document.visibilityState !== 'visible') return;
    const isBusy = dialog !== null || playback.slots.some(({ picture }) => picture === 'past');
    if (now < this.#pausedUntil || isBusy) {
      this.#forgetNext();
      return;
    }
    if (this.isTouring) this.#stepWall(passed);
    for (const tile of this.#tiles) this.#stepTile(tile, passed);
  }

  #stepWall(passed: number): void {
    const { wall, layouts } = this.#station;
    const next = this.stops[(this.at + 1) % this.stops.length];
    if (next === undefined) return;
    const seconds =
      layouts.layout(wall.layout.id)?.tourSeconds ?? layouts.layout(next.layoutId)?.tourSeconds ?? 0;
    const isReady =
      wall.isLoadedAhead && (wall.ahead?.tiles.every((_, tile) => this.#isReady(tile)) ?? false);
    const lead = leadMilliseconds + (wall.sizeOf(next) / tilesAtOnce) * stepMilliseconds;
    const act = this.#wallClock.step(passed, seconds * 1_000, isReady, lead);
    if (act === 'stay') return;
    wall.loadAhead(next, tilesAtOnce);
    if (act !== 'change') return;
    wall.visit(next);
    this.#wallClock.restart();
  }

  #stepTile({ index, key, tour }: TouringTile, passed: number): void {
    const { wall, mirror } = this.#station;
    const next = nextOf(tour, wall.tiles[index] ?? null, (id) => mirror.camera(id) !== undefined);
    if (next === null) return;
    let clock = this.#tileClocks.get(key);
    if (clock === undefined) {
      clock = new TourClock();
      this.#tileClocks.set(key, clock);
    }
    const isReady = wall.tourNext.get(key) === next && this.#isReady(index);
    const act = clock.step(passed, tour.seconds * 1_000, isReady);
    // The wall is about to change as a whole: its tiles are loaded then.
    if (act === 'prepare' && wall.upcoming === null) wall.tourNext.set(key, next);
    if (act !== 'change') return;
    wall.tourNow.set(key, next);
    wall.tourNext.delete(key);
    clock.restart();
  }

  /** Whether the tile can show what it shows next, or its camera is known to have no picture. */
  #isReady(tile: number): boolean {
    const { wall, stage, mirror } = this.#station;
    const camera = wall.ahead?.tiles[tile] ?? null;
    return camera === null || stage.isReady(tile) || mirror.overallStatus(camera)?.state === 'waiting';
  }

  #forgetNext(): void {
    const { wall } = this.#station;
    if (wall.upcoming !== null) wall.upcoming = null;
    if (wall.tourNext.size > 0) wall.tourNext.clear();
  }
}

/** The camera behind this one; null where there is no other. */
function nextOf(
  { cameras }: TourTile,
  shown: Camera | null,
  exists: (cameraId: string) => boolean,
): string | null {
  const from = shown === null ? -1 : cameras.indexOf(shown.id);
  const others = [...cameras.slice(from + 1), ...cameras.slice(0, from + 1)];
  return others.find((id) => id !== shown?.id && exists(id)) ?? null;
}
