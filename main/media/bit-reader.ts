/** Takes out the 3 of each 0 0 3 (section 7.4.1). */
export function withoutEmulationPrevention(data: Buffer): Buffer {
  const clean: number[] = [];
  let zeros = 0;
  for (const byte of data) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    clean.push(byte);
  }
  return Buffer.from(clean);
}

/** Bits and Exp-Golomb codes (section 9.1); behind the end there are only zeros. */
export class BitReader {
  readonly #data: Buffer;
  #position = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  /** Whether more was read than there is. */
  get overrun(): boolean {
    return this.#position > this.#data.length * 8;
  }

  read(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit++, this.#position++) {
      value = value * 2 + (((this.#data[this.#position >> 3] ?? 0) >> (7 - (this.#position & 7))) & 1);
    }
    return value;
  }

  readUnsigned(): number {
    let zeros = 0;
    while (zeros < 32 && !this.overrun && this.read(1) === 0) zeros++;
    return 2 ** zeros - 1 + this.read(zeros);
  }

  readSigned(): number {
    const code = this.readUnsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
