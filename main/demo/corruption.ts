/** One packet in so many is damaged. */
const damagedShare = 20;
/** Within a damaged packet one byte in so many, on average. */
const byteShare = 100;

/** Damages payloads by chance that is the same in every run: a linear congruential generator with a seed. */
export class Corruption {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Flips bits of some bytes in place, or leaves the payload as it is. */
  apply(payload: Buffer): void {
    if (this.#below(damagedShare) !== 0) return;
    // The NAL unit's header stays: damaged pictures are harder on a decoder than packets that it ignores.
    for (let offset = 2; offset < payload.length; offset += 1 + this.#below(2 * byteShare)) {
      payload.writeUInt8(payload.readUInt8(offset) ^ (1 + this.#below(255)), offset);
    }
  }

  /** 0 … limit-1, from the upper bits: the lower ones of such a generator are no chance. */
  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
}
