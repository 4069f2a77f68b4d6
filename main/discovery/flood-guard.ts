/** Messages a second of one address: a recorder speaks for its 64 cameras, in three protocols, and says things twice. */
const maximumPerSource = 400;
/** Of all. */
const maximumPerSecond = 2_000;
const secondMilliseconds = 1_000;

/** Says which messages are looked at, so that who floods us costs little and takes nobody else's turn. */
export class FloodGuard {
  readonly #sources = new Map<string, number>();
  #second = 0;
  #total = 0;
  #dropped = 0;

  /** Messages that were not looked at so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param now milliseconds, monotonic */
  admits(source: string, now: number): boolean {
    const second = Math.floor(now / secondMilliseconds);
    if (second !== this.#second) {
      this.#second = second;
      this.#total = 0;
      this.#sources.clear();
    }
    const count = (this.#sources.get(source) ?? 0) + 1;
    if (count > maximumPerSource || this.#total >= maximumPerSecond) {
      this.#dropped++;
      return false;
    }
    this.#sources.set(source, count);
    this.#total++;
    return true;
  }
}
