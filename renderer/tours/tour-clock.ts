/** The next stop is loaded so long before it is shown: a camera that nobody watched has to be dialled, and to send a key frame. */
export const leadMilliseconds = 5_000;
/** What has no picture by then is shown without: its tile says why. */
const patienceMilliseconds = 10_000;

/** When a tour goes on: one stop's time, which counts only while somebody may see it. */
export class TourClock {
  #passed = 0;

  /** Milliseconds that the present stop has been shown. */
  get passed(): number {
    return this.#passed;
  }

  /** The tour is at another stop. */
  restart(): void {
    this.#passed = 0;
  }

  /**
   * Time has passed.
   * @param milliseconds since the last step
   * @param dwell milliseconds at each stop
   * @param isReady whether the next stop can be shown without a gap
   * @param lead milliseconds that it is loaded ahead
   * @returns what is to be done now: nothing, have the next stop ready, or show it
   */
  step(
    milliseconds: number,
    dwell: number,
    isReady: boolean,
    lead: number = leadMilliseconds,
  ): 'stay' | 'prepare' | 'change' {
    this.#passed += milliseconds;
    if (this.#passed < dwell - lead) return 'stay';
    const isDue = this.#passed >= dwell && (isReady || this.#passed >= dwell + patienceMilliseconds);
    return isDue ? 'change' : 'prepare';
  }
}
