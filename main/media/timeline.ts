/** Ticks per millisecond of the 90 kHz clock that H.264 uses on RTP (RFC 6184 section 8.2.1). */
export const ticksPerMillisecond = 90;

/** Farther apart than this, the camera's timestamps and the clock on the wall tell different stories. */
const toleranceMilliseconds = 5_000;
/** A clock that has gone wrong by the tolerance within this time is none: crystals take a day for it. */
const patienceMilliseconds = 10 * 60_000;

/**
 * Makes one continuous, rising timeline (ticks of 90 kHz unless it is told otherwise, not wrapped, from 0) from a camera's RTP timestamps. A jump, a
 * step backwards or a new random start after a reconnect is replaced by the time that has passed on arrival; timestamps
 * of another clock than the camera says are not used any more.
 */
export class Timeline {
  readonly #ticksPerMillisecond: number;
  #timestamp: number | undefined;
  #arrivedAt = 0;
  #position = 0;
  /** Ticks of the timeline for one of the camera's. */
  #scale = 1;
  /** Where timestamps and arrivals were held to agree. */
  #anchor = { position: 0, at: 0 };
  #isClockWrong = false;

  /** @param clockRate of its own ticks, in Hz */
  constructor(clockRate = 90_000) {
    this.#ticksPerMillisecond = clockRate / 1_000;
  }

  /** A new connection: another clock. @param clockRate of the timestamps to come, in Hz */
  restart(clockRate: number): void {
    this.#scale = (this.#ticksPerMillisecond * 1_000) / clockRate;
    this.#isClockWrong = false;
    this.#anchor = { position: this.#position, at: this.#arrivedAt };
  }

  /** @param timestamp RTP timestamp, 0 … 2³²-1  @param arrivedAt milliseconds of a monotonic clock */
  advance(timestamp: number, arrivedAt: number): number {
    if (this.#timestamp === undefined) {
      this.#anchor = { position: this.#position, at: arrivedAt };
    } else {
      const step = Math.round(((timestamp - this.#timestamp) | 0) * this.#scale);
      const arrivalStep = Math.max(1, Math.round((arrivedAt - this.#arrivedAt) * this.#ticksPerMillisecond));
      const plausible =
        !this.#isClockWrong && step > 0 && Math.abs(step - arrivalStep) < this.#toleranceTicks;
      this.#position += plausible ? step : arrivalStep;
      if (plausible) this.#check(arrivedAt);
      else this.#anchor = { position: this.#position, at: arrivedAt };
    }
    this.#timestamp = timestamp;
    this.#arrivedAt = arrivedAt;
    return this.#position;
  }

  get #toleranceTicks(): number {
    return toleranceMilliseconds * this.#ticksPerMillisecond;
  }

  /** Each step may be plausible and all of them together not: some cameras say 90 kHz and count milliseconds. */
  #check(arrivedAt: number): void {
    const elapsed = arrivedAt - this.#anchor.at;
    const ahead = this.#position - this.#anchor.position - elapsed * this.#ticksPerMillisecond;
    if (Math.abs(ahead) < this.#toleranceTicks) return;
    this.#isClockWrong = elapsed < patienceMilliseconds;
    this.#anchor = { position: this.#position, at: arrivedAt };
  }
}
