const stepMilliseconds = 50;
/** Each takes a page half a millisecond, or two. */
const piecesAtOnce = 4;

/** Work that nobody waits for, a little at a time: what a wall leaves behind would keep the page busy for as long as the next one. */
export class SpareTime {
  readonly #after: number;
  /** With the time when each is due, of `performance.now()`; the first one is due first. */
  readonly #pieces = new Map<() => void, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param after milliseconds from adding a piece to its turn, at least */
  constructor(after: number = stepMilliseconds) {
    this.#after = after;
  }

  /** Does it later, in its turn. @returns how to be spared it */
  add(piece: () => void): () => void {
    this.#pieces.set(piece, performance.now() + this.#after);
    this.#timer ??= setTimeout(() => this.#step(), this.#after);
    return () => {
      this.#pieces.delete(piece);
    };
  }

  #step(): void {
    this.#timer = undefined;
    const now = performance.now();
    let done = 0;
    for (const [piece, dueAt] of this.#pieces) {
      if (done === piecesAtOnce || dueAt > now) {
        this.#timer = setTimeout(() => this.#step(), Math.max(stepMilliseconds, dueAt - now));
        return;
      }
      done++;
      this.#pieces.delete(piece);
      piece();
    }
  }
}

/** Of this page. */
export const spareTime: SpareTime = new SpareTime();
