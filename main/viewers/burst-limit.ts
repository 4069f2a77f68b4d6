/** Packets to one window at once; with a turn of the pacer (24) still less than a socket takes (see there). */
const capacity = 48;
const perMillisecond = 48;

/** How many packets of live pictures may leave to one window in this moment: a token bucket. */
export class BurstLimit {
  #room = capacity;
  #countedAt = 0;

  /** @param now milliseconds, of any clock that only rises  @returns how many of those that are wanted may leave */
  take(wanted: number, now: number): number {
    this.#room = Math.min(capacity, this.#room + (now - this.#countedAt) * perMillisecond);
    this.#countedAt = now;
    const taken = Math.min(wanted, Math.floor(this.#room));
    this.#room -= taken;
    return taken;
  }
}
