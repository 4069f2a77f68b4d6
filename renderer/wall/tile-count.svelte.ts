/** At once, and then with each frame of the screen: a usual wall is there at once. */
const addedAtOnce = 9;
/** Those that are too many are seen by nobody, and go in the pauses of the page. */
const removedAtOnce = 4;
const removalMilliseconds = 50;

/** How many tiles are drawn of a wall: they come and go a few at a time, so that a key is answered between. */
export class TileCount {
  readonly #wanted: () => number;
  readonly #expected: () => number;
  #drawn = $state(0);

  /**
   * @param wanted how many there shall be
   * @param expected how many will be wanted when the wall is known: made one by one before it is, so that pictures find them there
   */
  constructor(wanted: () => number, expected: () => number = () => 0) {
    this.#wanted = wanted;
    this.#expected = expected;
  }

  get drawn(): number {
    return Math.max(this.#drawn, Math.min(this.#wanted(), addedAtOnce));
  }

  /** To be called in an effect: goes on until there are as many as there shall be. */
  arrange(): (() => void) | undefined {
    const wanted = this.#wanted();
    const { drawn } = this;
    if (wanted === 0) {
      if (drawn >= Math.min(this.#expected(), addedAtOnce)) return undefined;
      const timer = setTimeout(() => {
        this.#drawn = drawn + 1;
      }, 0);
      return () => clearTimeout(timer);
    }
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
