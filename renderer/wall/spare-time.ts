const stepMilliseconds = 50;
/** Each takes a page half a millisecond, or two. */
const piecesAtOnce = 4;

/** Work that nobody waits for, a little at a time: what a wall leaves behind would keep the page busy for as long as the next one. */
class SpareTime {
  readonly #pieces = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Does it later, in its turn. @returns how to be spared it */
  add(piece: () => void): () => void {
    this.#pieces.add(piece);
    this.#timer ??= setTimeout(() => this.#step(), stepMilliseconds);
    return () => this.#pieces.delete(piece);
  }

  #step(): void {
    this.#timer = undefined;
    let done = 0;
    for (const piece of this.#pieces) {
      if (done === piecesAtOnce) break;
      done++;
      this.#pieces.delete(piece);
      piece();
    }
    if (this.#pieces.size > 0) this.#timer = setTimeout(() => this.#step(), stepMilliseconds);
  }
}

/** Of this page. */
export const spareTime: SpareTime = new SpareTime();
