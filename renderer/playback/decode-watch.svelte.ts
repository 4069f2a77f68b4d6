import { untrack } from 'svelte';
import { pause } from '../link/pause.ts';
import { DecodeBudget, type DecodeLoad } from './decode-budget.ts';
import type { DecodeCount } from './decode-count.ts';
import type { Playback } from './playback.svelte.ts';
import type { Slot } from './slot.svelte.ts';
import type { Stream } from './stream.ts';

/** One report on all tracks has its price: seldom enough to be none of the trouble. */
const sampleMilliseconds = 2_000;

/** What decoding costs this computer, for who wants to know. */
export interface DecodeUse {
  /** Of all processors, percent; may be more than 100 where pictures wait for one. */
  readonly percent: number;
  readonly processors: number;
  /** Of the pictures that arrived, percent. */
  readonly dropped: number;
  readonly decoder: 'hardware' | 'software' | 'both';
  /** Tiles that get key frames only. */
  readonly reduced: number;
}

/** Looks at what decoding costs, and has key frames only sent to the tiles that come last when it is too much. */
export class DecodeWatch {
  readonly #playback: Playback;
  readonly #comesFirst: (stream: Stream) => boolean;
  readonly #budget = new DecodeBudget();
  #before: { readonly count: DecodeCount; readonly at: number } | undefined;
  #load: DecodeLoad | undefined;
  #use = $state.raw<DecodeUse | null>(null);
  #reduced = $state.raw(0);

  /** @param comesFirst whether a stream always has all its pictures */
  constructor(playback: Playback, comesFirst: (stream: Stream) => boolean) {
    this.#playback = playback;
    this.#comesFirst = comesFirst;
  }

  /** Null: nothing is decoded, or nobody knows yet. */
  get use(): DecodeUse | null {
    return this.#use;
  }

  /** Until the signal is aborted. Behind another page Chromium decodes as it likes: nothing is known then. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(sampleMilliseconds, signal);
      if (signal.aborted) return;
      if (document.visibilityState === 'visible') await this.#sample();
      else this.#before = undefined;
    }
  }

  /** Somebody has selected another tile, or an alarm came: who comes first has all pictures at once. To be called in an effect. */
  arrange(): void {
    const slots = this.#reduced === 0 ? [] : this.#others().slice(-this.#reduced);
    untrack(() => this.#playback.showKeyFrames(slots));
  }

  async #sample(): Promise<void> {
    const count = await this.#playback.countDecoding();
    const at = performance.now();
    const before = this.#before;
    this.#before = count === null ? undefined : { count, at };
    this.#load = undefined;
    if (count === null || before === undefined) return this.#settle(null, 0);
    // Fewer than before: another peer connection.
    const decoded = count.decoded - before.count.decoded;
    const seconds = count.seconds - before.count.seconds;
    if (decoded <= 0 || seconds < 0) return this.#settle(null, 0);
    const dropped = Math.max(0, count.dropped - before.count.dropped);
    const processors = navigator.hardwareConcurrency;
    const isHardware = count.inHardware === count.tracks;
    // A decoder in hardware spends its own time and not that of the processors: what it drops says when it is too much.
    const busy = (seconds * 1_000) / (at - before.at) / processors;
    this.#load = { busy: isHardware ? 0 : busy, dropped: dropped / (decoded + dropped) };
    const decoder = isHardware ? 'hardware' : count.inHardware === 0 ? 'software' : 'both';
    this.#settle(decoder, busy);
  }

  #settle(decoder: DecodeUse['decoder'] | null, busy: number): void {
    const reduced = this.#budget.take(this.#load, this.#others().length);
    this.#reduced = reduced;
    if (decoder === null || this.#load === undefined) {
      // An old figure would look like one of now.
      this.#use = null;
      return;
    }
    this.#use = {
      percent: Math.round(busy * 100),
      processors: navigator.hardwareConcurrency,
      dropped: Math.round(this.#load.dropped * 100),
      decoder,
      reduced,
    };
  }

  /** Those that may be reduced, in the order in which they keep their pictures. */
  #others(): Slot[] {
    return this.#playback.slots.filter(({ stream }) => stream !== null && !this.#comesFirst(stream));
  }
}
