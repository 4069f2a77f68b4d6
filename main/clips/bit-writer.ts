/** Writes bits, the most significant one first. */
export class BitWriter {
  readonly #bytes: Buffer;
  #bits = 0;

  /** @param maximumBytes of all that will be written */
  constructor(maximumBytes: number) {
    this.#bytes = Buffer.alloc(maximumBytes);
  }

  /** What is written, filled up with zeros to a whole byte. */
  get data(): Buffer {
    return this.#bytes.subarray(0, (this.#bits + 7) >> 3);
  }

  /** @param value its lowest bits; below 0 in two's complement  @param count 0 … 32 */
  write(value: number, count: number): void {
    for (let left = count; left > 0; ) {
      const free = 8 - (this.#bits & 7);
      const taken = Math.min(free, left);
      left -= taken;
      const part = (value >>> left) & ((1 << taken) - 1);
      const at = this.#bits >> 3;
      this.#bytes[at] = (this.#bytes[at] ?? 0) | (part << (free - taken));
      this.#bits += taken;
    }
  }

  skipZeros(count: number): void {
    this.#bits += count;
  }
}
