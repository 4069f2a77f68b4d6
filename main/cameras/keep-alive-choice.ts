/** A connection that ended sooner was not ended for our silence. */
const shortestWaitMilliseconds = 2_000;
/** Cameras look whether somebody is there once in a while: two waits that are as long differ by so much. */
const toleranceMilliseconds = 1_500;
const shortestMilliseconds = 1_000;

/**
 * How often a camera wants to hear from us when it does not say so (camera-quirks 12: some want it every few seconds). Two
 * connections in a row that it closed after the same time of playing, before the first keep-alive was due, were closed for
 * want of one.
 */
export class KeepAliveChoice {
  #closedAfter: number | undefined;
  #longest: number | undefined;

  /** Milliseconds from one keep-alive to the next, at most; undefined: as the camera names it. */
  get longestMilliseconds(): number | undefined {
    return this.#longest;
  }

  /**
   * A connection has ended.
   * @param playedFor milliseconds; null when it did not play, or when it was not the camera that closed it
   * @param interval from one keep-alive to the next on this connection, milliseconds; null: it had none
   * @returns whether the next connection is kept alive more often
   */
  ended(playedFor: number | null, interval: number | null): boolean {
    const isWait =
      playedFor !== null &&
      interval !== null &&
      playedFor >= shortestWaitMilliseconds &&
      playedFor < interval;
    const before = this.#closedAfter;
    this.#closedAfter = isWait ? playedFor : undefined;
    if (!isWait || before === undefined || Math.abs(playedFor - before) > toleranceMilliseconds) return false;
    this.#longest = Math.max(shortestMilliseconds, Math.min(playedFor, before) * 0.4);
    this.#closedAfter = undefined;
    return true;
  }
}
