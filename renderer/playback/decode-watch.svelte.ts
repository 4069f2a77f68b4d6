import { untrack } from 'svelte';
import { pause } from '../link/pause.ts';
import { type BudgetTile, type Ceiling, ceilingsOf, lower, reducible } from './ceilings.ts';
import { type BudgetWall, DecodeBudget, type DecodeLoad } from './decode-budget.ts';
import type { DecodeCount } from './decode-count.ts';
import { FirstPictures } from './first-pictures.ts';
import { PageLoad } from './page-load.ts';
import type { Playback } from './playback.svelte.ts';
import type { Share, Slot } from './slot.svelte.ts';
import type { Stage } from './stage.svelte.ts';
import type { Stream } from './stream.ts';

/** One report on all tracks has its price: seldom enough to be none of the trouble. */
const sampleMilliseconds = 2_000;
/** A browser that takes longer than this for the report has no time for its pictures, either; thirty seconds were seen. */
const reportMilliseconds = 1_000;
const withoutReport: DecodeLoad = { busy: 0, dropped: 0, delay: 0, blocked: 1, missed: 0 };

/**
 * What was passed over of a picture that was loaded ahead comes at once: for so long after it is shown the computer is busy with
 * showing it.
 */
const arrivalMilliseconds = 1_000;

const shareOrder: Readonly<Record<Share, number>> = { all: 0, 'key-frames': 1, seldom: 2 };

/** What decoding costs this computer, for who wants to know. */
export interface DecodeUse {
  /** Of all processors, percent; may be more than 100 where pictures wait for one. */
  readonly percent: number;
  readonly processors: number;
  /** Of the pictures that arrived, percent. */
  readonly dropped: number;
  readonly decoder: 'hardware' | 'software' | 'both';
  /** Tiles that are large enough for their main stream and get the small one. */
  readonly smaller: number;
  /** Tiles that get key frames only, and how many of these get them seldom. */
  readonly reduced: number;
  readonly seldom: number;
  /** Whether nothing was too much yet: a large wall begins with less than it may turn out to have. */
  readonly isTried: boolean;
}

/** Looks at what decoding costs, and gives the tiles that come last less when it is too much. */
export class DecodeWatch {
  readonly #playback: Playback;
  readonly #stage: Pick<Stage, 'ceilings' | 'plan' | 'shown'>;
  readonly #tiles: () => readonly BudgetTile[];
  readonly #budget = new DecodeBudget(navigator.hardwareConcurrency);
  readonly #firsts = new FirstPictures();
  /** The report that was asked for and has not come. */
  #report: Promise<DecodeCount | null> | undefined;
  #judgedAt = 0;
  #before: { readonly count: DecodeCount; readonly at: number } | undefined;
  #use = $state.raw<DecodeUse | null>(null);
  readonly #ahead: () => readonly Stream[];
  /** When a slot was loaded ahead last, of `performance.now()`. */
  readonly #aheadAt = new WeakMap<Slot, number>();
  /** Counts what was decided. */
  #decisions = $state.raw(0);

  /**
   * @param tiles those that show something
   * @param ahead what they show next, while it is loaded
   */
  constructor(
    playback: Playback,
    stage: Pick<Stage, 'ceilings' | 'plan' | 'shown'>,
    tiles: () => readonly BudgetTile[],
    ahead: () => readonly Stream[] = () => [],
  ) {
    this.#playback = playback;
    this.#stage = stage;
    this.#tiles = tiles;
    this.#ahead = ahead;
  }

  /** Null: nothing is decoded, or nobody knows yet. */
  get use(): DecodeUse | null {
    return this.#use;
  }

  /** Until the signal is aborted. Behind another page Chromium decodes as it likes: nothing is known then. */
  async run(signal: AbortSignal): Promise<void> {
    const page = new PageLoad(signal);
    let takenAt = performance.now();
    this.#judgedAt = takenAt;
    while (!signal.aborted) {
      const startedAt = performance.now();
      await pause(sampleMilliseconds, signal);
      if (signal.aborted) return;
      const now = performance.now();
      // A timer that comes late tells of the same where the browser tells nothing.
      const late = (now - startedAt - sampleMilliseconds) / (now - startedAt);
      const blocked = Math.max(page.take() / (now - takenAt), late);
      takenAt = now;
      if (document.visibilityState === 'visible') await this.#sample(blocked, signal);
      else {
        this.#before = undefined;
        this.#judgedAt = now;
      }
    }
  }

  /**
   * Somebody has selected another tile, or an alarm came: who comes first has all pictures at once. To be called in an effect.
   * @param bounds what each tile may have for other reasons
   */
  arrange(bounds: readonly Ceiling[] = []): void {
    void this.#decisions;
    const tiles = this.#tiles();
    const own = ceilingsOf(tiles, this.#budget.take(undefined, wallOf(tiles)));
    const ceilings = own.map((ceiling, tile) => lower(ceiling, bounds[tile]));
    const shares = this.#shares(tiles, ceilings);
    untrack(() => {
      if (ceilings.join() !== this.#stage.ceilings.join()) this.#stage.ceilings = ceilings;
      this.#playback.share(shares);
    });
  }

  /** A stream that several tiles show is that of the one that may have most. */
  #shares(tiles: readonly BudgetTile[], ceilings: readonly Ceiling[]): Map<Slot, Share> {
    const shares = new Map<Slot, Share>();
    const ahead = this.#ahead().flatMap((stream) => this.#playback.slot(stream) ?? []);
    const now = performance.now();
    for (const slot of ahead) this.#aheadAt.set(slot, now);
    for (const { tile } of tiles) {
      const ceiling = ceilings[tile];
      const wanted = ceiling === 'key-frames' || ceiling === 'seldom' ? ceiling : 'all';
      const plan = this.#stage.plan(tile);
      for (const stream of plan.surfaces) {
        if (stream?.cameraId !== plan.wanted?.cameraId) continue;
        const slot = this.#playback.slot(stream);
        if (slot === undefined) continue;
        const isArriving = now - (this.#aheadAt.get(slot) ?? Number.NEGATIVE_INFINITY) < arrivalMilliseconds;
        const share = wanted === 'all' && isArriving ? untrack(() => slot.share) : wanted;
        const other = shares.get(slot) ?? 'seldom';
        shares.set(slot, shareOrder[share] < shareOrder[other] ? share : other);
      }
    }
    const isMuch =
      shares.size + ahead.length > this.#budget.usual ||
      [...shares.values()].some((share) => share !== 'all');
    for (const slot of ahead) if (!shares.has(slot)) shares.set(slot, isMuch ? 'key-frames' : 'all');
    return shares;
  }

  async #sample(blocked: number, signal: AbortSignal): Promise<void> {
    this.#report ??= this.#playback.countDecoding();
    const late = pause(reportMilliseconds, signal).then(() => undefined);
    const count = await Promise.race([this.#report, late]);
    if (signal.aborted) return;
    if (count === undefined) return this.#settle(null, withoutReport);
    this.#report = undefined;
    const at = performance.now();
    const before = this.#before;
    this.#before = count === null ? undefined : { count, at };
    const { delay, shown } = this.#takeShown();
    const seconds = before === undefined ? 0 : (at - before.at) / 1_000;
    const missed = this.#firsts.missed(this.#firstSlots(), shown, count?.received ?? new Map(), seconds);
    if (count === null || before === undefined) return this.#settle(null, undefined);
    // Fewer than before: another peer connection.
    const decoded = count.decoded - before.count.decoded;
    const spent = count.seconds - before.count.seconds;
    const isNothing = decoded <= 0 && missed === 0;
    if (isNothing || decoded < 0 || spent < 0) return this.#settle(null, undefined);
    const dropped = Math.max(0, count.dropped - before.count.dropped);
    const processors = navigator.hardwareConcurrency;
    this.#settle(count, {
      busy: spent / seconds / processors,
      dropped: dropped / Math.max(1, decoded + dropped),
      ...{ delay, blocked, missed },
    });
  }

  /** How many pictures were shown since it was asked last, by slot, and how late they were on average. */
  #takeShown(): { readonly delay: number; readonly shown: ReadonlyMap<Slot, number> } {
    const shown = new Map<Slot, number>();
    let [sum, pictures] = [0, 0];
    for (const slot of this.#playback.slots) {
      const taken = slot.delay.take();
      sum += taken.milliseconds;
      pictures += taken.pictures;
      shown.set(slot, taken.pictures);
    }
    return { delay: pictures === 0 ? 0 : sum / pictures, shown };
  }

  #firstSlots(): Slot[] {
    return this.#tiles()
      .filter(({ comesFirst }) => comesFirst)
      .flatMap(({ tile }) => this.#playback.slot(this.#stage.shown(tile)) ?? []);
  }

  #settle(count: DecodeCount | null, load: DecodeLoad | undefined): void {
    const wall = wallOf(this.#tiles());
    const isHardware = count !== null && count.inHardware === count.tracks;
    // A decoder in hardware spends its own time and not that of the processors: the other figures say when it is too much.
    const judged = load !== undefined && isHardware ? { ...load, busy: 0 } : load;
    const now = performance.now();
    const samples = Math.max(1, Math.floor((now - this.#judgedAt) / sampleMilliseconds));
    this.#judgedAt = now;
    const { mains, reduced, seldom } = this.#budget.take(judged, wall, samples);
    this.#decisions++;
    if (count === null || load === undefined) {
      // An old figure would look like one of now.
      this.#use = null;
      return;
    }
    this.#use = {
      percent: Math.round(load.busy * 100),
      processors: navigator.hardwareConcurrency,
      dropped: Math.round(load.dropped * 100),
      decoder: isHardware ? 'hardware' : count.inHardware === 0 ? 'software' : 'both',
      smaller: Math.max(0, wall.mains - mains),
      ...{ reduced, seldom, isTried: !this.#budget.wasShort },
    };
  }
}

function wallOf(tiles: readonly BudgetTile[]): BudgetWall {
  const others = reducible(tiles);
  return { tiles: others.length, mains: others.filter(({ wantsMain }) => wantsMain).length };
}
