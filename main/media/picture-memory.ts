import os from 'node:os';
import process from 'node:process';

const megabyte = 1024 * 1024;
/** Of the machine's memory, within bounds: at most 1 GB, which is 64 cameras with ten seconds of 12 Mbit/s each. */
const shareOfMachine = 1 / 16;
const leastBytes = 128 * megabyte;
const mostBytes = 1024 * megabyte;

/** What keeps pictures and can do with fewer of them. */
export interface PictureHolder {
  /** Gives up what it can spare most easily, in the end everything, and says so with `hold`. */
  shorten(): void;
}

/**
 * The memory that the pictures of all cameras may take together: an engine has one for the present and one for replay. Who makes it too much costs the largest
 * holder some of its pictures, so that one camera with a large stream takes nothing from sixty small ones.
 */
export class PictureMemory {
  #limitBytes: number;
  readonly #holders = new Map<PictureHolder, number>();
  #usedBytes = 0;
  #shortened = 0;

  constructor(limitBytes = defaultLimitBytes()) {
    this.#limitBytes = limitBytes;
  }

  get limitBytes(): number {
    return this.#limitBytes;
  }

  /** Another limit from now on; what is too much for it is given up before this returns. */
  set limitBytes(bytes: number) {
    this.#limitBytes = bytes;
    this.#trim();
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** How often a holder had to give up pictures since the start. */
  get shortened(): number {
    return this.#shortened;
  }

  /** What a holder keeps from now on. It may be asked to give up some before this returns. */
  hold(holder: PictureHolder, bytes: number): void {
    this.#usedBytes += bytes - (this.#holders.get(holder) ?? 0);
    if (bytes === 0) this.#holders.delete(holder);
    else this.#holders.set(holder, bytes);
    this.#trim();
  }

  #trim(): void {
    while (this.#usedBytes > this.#limitBytes) {
      this.#shortened++;
      this.#largest()?.shorten();
    }
  }

  #largest(): PictureHolder | undefined {
    let largest: PictureHolder | undefined;
    let most = 0;
    for (const [holder, bytes] of this.#holders) {
      if (bytes <= most) continue;
      largest = holder;
      most = bytes;
    }
    return largest;
  }
}

/** A container may be given less than its machine has. */
function defaultLimitBytes(): number {
  const constrained = process.constrainedMemory();
  const bytes = Math.min(os.totalmem(), constrained > 0 ? constrained : Number.POSITIVE_INFINITY);
  return Math.min(mostBytes, Math.max(leastBytes, Math.floor(bytes * shareOfMachine)));
}
