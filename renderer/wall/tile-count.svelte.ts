/** At once, and then with each frame of the screen: a usual wall is there at once. */
const addedAtOnce = 9;
/** Those that are too many are seen by nobody, and go in the pauses of the page. */
const removedAtOnce = 4;
const removalMilliseconds = 50;

/** How many tiles are drawn of a wall: they come and go a few at a time, so that a key is answered between. */
export class TileCount {
  readonly #wanted: () => number;
  #drawn = $state(0);

  /** @param wanted how many there shall be */
  constructor(wanted: () => number) {
    this.#wanted = wanted;
  }

  get drawn(): number {
    return Math.max(this.#drawn, Math.min(this.#wanted(), addedAtOnce));
  }

  /** To be called in an effect: goes on until there are as many as there shall be. */
  arrange(): (() => void) | undefined {
    const wanted = this.#wanted();
    const { drawn } = this;
    if (drawn < wanted) {
      const request = requestAnimationFrame(() => {
        this.#drawn = Math.min(wanted, drawn + addedAtOnce);
      });
      return () => cancelAnimationFrame(request);
    }
    if (drawn === wanted) {
      this.#drawn = drawn;
      return undefined;
    }
    const timer = setTimeout(() => {
      this.#drawn = Math.max(wanted, drawn - removedAtOnce);
    }, removalMilliseconds);
    return () => clearTimeout(timer);
  }
}
