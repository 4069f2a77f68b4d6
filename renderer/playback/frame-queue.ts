/** What follows from each of them takes a page about a millisecond: moving an element to the front, words, new plans. */
const tellingAtOnce = 8;

/**
 * Frames of all tiles, told once for each frame of the screen. A browser calls back for each video on its own, and what follows from each
 * call is worked out before the next one: sixty-four first pictures would be sixty-four times the work for the whole wall.
 */
export class FrameQueue {
  #frames: (() => boolean)[] = [];
  #isDue = false;

  /**
   * Hands it over before the next frame of the screen is drawn. Where many have something to tell, some wait a frame or two; the queue
   * is bounded by the tiles, each of which has something to tell twice.
   * @param tell returns whether anything follows from it
   */
  add(tell: () => boolean): void {
    this.#frames.push(tell);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    // From within a callback for a video this is in the same frame (WICG video-rvfc: those run first).
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
