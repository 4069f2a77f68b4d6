import type { ReplaySpeed } from '../contract/limits.ts';
import type { ReplayPosition } from '../contract/replay.ts';
import type { Gop, ReplayHistory } from '../media/replay-history.ts';
import type { StreamFrame } from '../media/stream-frame.ts';
import { ticksPerMillisecond } from '../media/timeline.ts';

/** A camera that was away for longer than this is not waited for a second time. */
const longestPauseMilliseconds = 1_000;
/** The other stream of the camera is shown where it has a picture that is so much nearer to the wanted moment. */
const worthChangingMilliseconds = 1_500;
/** From one word about the position to the next while it plays. */
const tellMilliseconds = 250;

/** What a replay has of its slot. */
interface ReplayingSlot {
  /** `frame` is another one than before; `begins`: what has gone of the last one is not continued. */
  frameDue(begins: boolean): void;
  /** It is somewhere else, or goes at another speed. */
  moved(position: ReplayPosition): void;
  /** It has come to the present. */
  ended(): void;
}

/**
 * A cursor in what was received of a stream. The wanted frame is reached from the key frame before it: those in between are due
 * one behind the other, and the browser decodes them at once. Nothing is queued: `#due` is a part of a GOP that is kept anyway.
 */
export class SlotReplay implements Disposable {
  readonly #histories: readonly ReplayHistory[];
  /** Of those, the one that is gone through. */
  #history: ReplayHistory;
  readonly #slot: ReplayingSlot;
  #gop: Gop;
  /** In the GOP: the frame that is shown, or will be as soon as all before it have gone. */
  #index: number;
  /** In the GOP: the frame that is to go next; past `#index` when all have gone. */
  #due = 0;
  #isPaused = false;
  #speed: ReplaySpeed = 1;
  #timer: NodeJS.Timeout | undefined;
  /** When the frame at `#index` was to be shown. */
  #shownAt = performance.now();
  #toldAt = 0;

  /**
   * @param histories of the stream that the slot shows, and of the camera's other one
   * @param start in the first of them
   */
  constructor(histories: readonly [ReplayHistory, ...ReplayHistory[]], start: Gop, slot: ReplayingSlot) {
    this.#histories = histories;
    [this.#history] = histories;
    this.#gop = start;
    this.#index = start.frames.length - 1;
    this.#slot = slot;
  }

  /** Which is to be sent now; undefined while none is. */
  get frame(): StreamFrame | undefined {
    return this.#due > this.#index ? undefined : this.#gop.frames[this.#due];
  }

  /** `frame` has gone wholly. */
  sent(): void {
    this.#due++;
    if (this.#due > this.#index) this.#wait();
  }

  /** Where a decoder can start: all up to the present frame once more. */
  refresh(): void {
    this.#go(this.#gop, this.#index);
  }

  /** Shows the last frame that was received by then. @param at of `performance.now()` */
  seek(at: number): void {
    let best = { gop: this.#gop, index: this.#index, off: Number.POSITIVE_INFINITY };
    for (const history of this.#histories) {
      const gop = history.gopAt(at);
      if (gop === undefined) continue;
      const index = Math.max(
        0,
        gop.frames.findLastIndex(({ receivedAt }) => receivedAt <= at),
      );
      const off = Math.abs((gop.frames[index] ?? gop.frames[0]).receivedAt - at);
      if (off + worthChangingMilliseconds >= best.off) continue;
      best = { gop, index, off };
      this.#history = history;
    }
    this.#go(best.gop, best.index);
  }

  /** @param milliseconds forwards, or backwards when negative */
  skip(milliseconds: number): void {
    const at = this.#shown.receivedAt + milliseconds;
    if (at > (this.#history.span?.newest.receivedAt ?? 0)) this.#slot.ended();
    else this.seek(at);
  }

  /** To the next frame or the one before, and stands there. */
  step(frames: 1 | -1): void {
    this.#stand();
    if (frames === 1) this.#forward();
    else if (this.#index > 0) this.#go(this.#gop, this.#index - 1);
    else {
      const before = this.#history.gopBefore(this.#gop);
      if (before !== undefined) this.#go(before, before.frames.length - 1);
    }
    this.#tell();
  }

  pause(): void {
    this.#stand();
    this.#tell();
  }

  play(speed: ReplaySpeed): void {
    this.#speed = speed;
    this.#isPaused = false;
    this.#shownAt = performance.now();
    if (this.frame === undefined) this.#wait();
    this.#tell();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  get #shown(): StreamFrame {
    return this.#gop.frames[this.#index] ?? this.#gop.frames[0];
  }

  #stand(): void {
    clearTimeout(this.#timer);
    this.#isPaused = true;
  }

  #go(gop: Gop, index: number): void {
    clearTimeout(this.#timer);
    this.#gop = gop;
    this.#index = index;
    this.#due = 0;
    this.#shownAt = performance.now();
    this.#slot.frameDue(true);
    this.#tell();
  }

  /** Whether there is a next frame. */
  #forward(): boolean {
    if (this.#index + 1 < this.#gop.frames.length) {
      this.#index++;
      this.#slot.frameDue(false);
      return true;
    }
    const after = this.#history.gopAfter(this.#gop);
    if (after === undefined) return false;
    const begins = this.frame !== undefined;
    this.#gop = after;
    this.#index = 0;
    this.#due = 0;
    this.#slot.frameDue(begins);
    return true;
  }

  /** Until the next frame is to be shown. */
  #wait(): void {
    if (this.#isPaused) return;
    const next = this.#gop.frames[this.#index + 1] ?? this.#history.gopAfter(this.#gop)?.frames[0];
    if (next === undefined) {
      this.#slot.ended();
      return;
    }
    const apart = (next.timestamp - this.#shown.timestamp) / ticksPerMillisecond;
    const now = performance.now();
    // A network that was too slow for a while is not made up for.
    const from = now - this.#shownAt > longestPauseMilliseconds ? now : this.#shownAt;
    this.#shownAt = from + Math.min(apart, longestPauseMilliseconds) / this.#speed;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#showNext(), Math.max(0, this.#shownAt - now));
  }

  #showNext(): void {
    if (!this.#forward()) this.#slot.ended();
    else if (performance.now() - this.#toldAt > tellMilliseconds) this.#tell();
  }

  #tell(): void {
    this.#toldAt = performance.now();
    const oldest = Math.min(
      ...this.#histories.map(({ span }) => span?.oldest.receivedAt ?? this.#shown.receivedAt),
    );
    this.#slot.moved({
      ago: Math.max(0, this.#toldAt - this.#shown.receivedAt),
      oldest: Math.max(0, this.#toldAt - oldest),
      speed: this.#isPaused ? 0 : this.#speed,
    });
  }
}
