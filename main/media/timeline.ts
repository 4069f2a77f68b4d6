/** Ticks per millisecond of the 90 kHz clock that H.264 uses on RTP (RFC 6184 section 8.2.1). */
export const ticksPerMillisecond = 90;

/** Farther apart than this, the camera's timestamps and the clock on the wall tell different stories. */
const toleranceMilliseconds = 5_000;

/**
 * Makes one continuous, rising timeline (90 kHz ticks, not wrapped, from 0) from a camera's RTP timestamps. A jump, a
 * step backwards or a new random start after a reconnect is replaced by the time that has passed on arrival.
 */
export class Timeline {
  #timestamp: number | undefined;
  #arrivedAt = 0;
  #position = 0;

  /** @param timestamp RTP timestamp, 0 … 2³²-1  @param arrivedAt milliseconds of a monotonic clock */
  advance(timestamp: number, arrivedAt: number): number {
    if (this.#timestamp !== undefined) {
      const step = (timestamp - this.#timestamp) | 0;
      const arrivalStep = Math.max(1, Math.round((arrivedAt - this.#arrivedAt) * ticksPerMillisecond));
      const plausible =
        step > 0 && Math.abs(step - arrivalStep) < toleranceMilliseconds * ticksPerMillisecond;
      this.#position += plausible ? step : arrivalStep;
    }
    this.#timestamp = timestamp;
    this.#arrivedAt = arrivedAt;
    return this.#position;
  }
}
