/** What follows from each of them takes a page about a millisecond: moving an element to the front, words, new plans. */
const tellingAtOnce = 8;
/** Videos that are told of at once, whatever follows from it. */
const few = 20;

/**
 * Frames of all tiles, of a large wall told once for each frame of the screen. A browser calls back for each video on its own, and what follows from each
 * call is worked out before the next one: sixty-four first pictures would be sixty-four times the work for the whole wall.
 */
export class FrameQueue {
  #frames: (() => boolean)[] = [];
  #isDue = false;
  #videos = 0;

  /** One more video. @returns how it leaves */
  join(): () => void {
    this.#videos++;
    return () => {
      this.#videos--;
    };
  }

  /**
   * Of a few videos it is handed over at once: a frame of the screen sooner. Of many before one of the next frames of the screen is drawn;
   * the queue is bounded by the tiles, each of which has something to tell twice.
   * @param tell returns whether anything follows from it
   */
  add(tell: () => boolean): void {
    if (this.#videos <= few && this.#frames.length === 0) {
      tell();
      return;
    }
    this.#frames.push(tell);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => this.#run());
  }

  #run(): void {
    this.#isDue = false;
    let told = 0;
    let taken = 0;
    for (const tell of this.#frames) {
      if (told === tellingAtOnce) break;
      taken++;
      if (tell()) told++;
    }
    this.#frames = this.#frames.slice(taken);
    if (this.#frames.length > 0) this.#schedule();
  }
}
