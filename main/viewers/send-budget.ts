/** What may leave at once: a key frame and what comes with it, and no more delay than this in the network's queue. */
const depthMilliseconds = 300;
/** What was sent before a limit was known is long lost: it is not paid for with a longer pause than this. */
const longestPauseMilliseconds = 1_000;

/**
 * Holds what is sent to a limit of bits a second (a leaky bucket): admits whole pictures as long as those before have had
 * the time to leave. A picture larger than the bucket is admitted when it is empty.
 */
export class SendBudget {
  #bits = 0;
  #drainedAt = 0;

  /** Whether a picture may be sent now. @param limit bits a second; undefined: none */
  admits(limit: number | undefined, now: number): boolean {
    if (limit === undefined) {
      this.#bits = 0;
      this.#drainedAt = now;
      return true;
    }
    const drained = (limit * (now - this.#drainedAt)) / 1_000;
    this.#bits = Math.max(0, Math.min(this.#bits, (limit * longestPauseMilliseconds) / 1_000) - drained);
    this.#drainedAt = now;
    return this.#bits <= (limit * depthMilliseconds) / 1_000;
  }

  /** To be called for everything that is sent, admitted or not. */
  spend(bytes: number): void {
    this.#bits += bytes * 8;
  }
}
