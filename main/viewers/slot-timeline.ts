import type { StreamFrame } from '../media/stream-frame.ts';
import { ticksPerMillisecond } from '../media/timeline.ts';

/**
 * The timestamps of a slot, 90 kHz and not wrapped: they only rise, whatever it shows and whichever way it goes through that.
 * Cached frames are 1 ms apart.
 */
export class SlotTimeline {
  /** Slot timestamp of the stream timestamp; of `replayed` cached frames this is the newest. */
  #anchor = { streamTimestamp: 0, slotTimestamp: 0, replayed: 0 };
  #last = Math.floor(Math.random() * 2 ** 31);
  #sentAt = performance.now();

  /** Of the frame that was sent last. */
  get last(): number {
    return this.#last;
  }

  /** How many cached frames it was fixed at. */
  get replayed(): number {
    return this.#anchor.replayed;
  }

  /** The first timestamp since it was fixed, and what later ones add to the stream's own. */
  get mapping(): { readonly firstTimestamp: number; readonly timestampOffset: number } {
    const { streamTimestamp, slotTimestamp, replayed } = this.#anchor;
    return {
      firstTimestamp: slotTimestamp - Math.max(0, replayed - 1) * ticksPerMillisecond,
      timestampOffset: slotTimestamp - streamTimestamp,
    };
  }

  /** Fixes it at the newest of `frames` cached frames: now, and late enough for those before it. */
  anchorAt(newest: StreamFrame, frames: number): void {
    this.#anchor = {
      streamTimestamp: newest.timestamp,
      slotTimestamp: this.#later((frames + 1) * ticksPerMillisecond),
      replayed: frames,
    };
  }

  /** @param index of the cached frame among those, or any number behind them for a later one */
  of(frame: StreamFrame, index: number): number {
    const { streamTimestamp, slotTimestamp, replayed } = this.#anchor;
    return index < replayed
      ? slotTimestamp - (replayed - 1 - index) * ticksPerMillisecond
      : slotTimestamp + frame.timestamp - streamTimestamp;
  }

  /** Of a frame that goes now, by the clock alone. */
  next(): number {
    return this.#later(ticksPerMillisecond);
  }

  sent(timestamp: number): void {
    this.#last = timestamp;
    this.#sentAt = performance.now();
  }

  /** As much later than the last one as time has passed. @param least ticks */
  #later(least: number): number {
    const elapsed = Math.round((performance.now() - this.#sentAt) * ticksPerMillisecond);
    return this.#last + Math.max(elapsed, least);
  }
}
