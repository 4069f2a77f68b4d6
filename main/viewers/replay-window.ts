/** RFC 3711 section 3.3.2 asks for at least 64. */
const windowPackets = 128;

/** Tells packets that were received before by their index (RFC 3711 section 3.3.2). */
export class ReplayWindow {
  #newest = -1;
  /** Of the index modulo the window: which index was seen there. */
  readonly #seen = new Float64Array(windowPackets).fill(-1);

  /** Whether it is new: not seen, and not older than the window reaches. */
  isNew(index: number): boolean {
    if (index > this.#newest) return true;
    return index > this.#newest - windowPackets && this.#seen[index % windowPackets] !== index;
  }

  /** To be called only for packets that were found authentic. */
  add(index: number): void {
    this.#seen[index % windowPackets] = index;
    if (index > this.#newest) this.#newest = index;
  }
}
