const leastBlockBytes = 4 * 1024;
const mostBlockBytes = 256 * 1024;
/** A new block is this part of what there is already: so much is unused at most, and blocks are few. */
const growth = 1 / 8;

/**
 * Memory for the packets of one GOP, one behind the other in blocks that grow with it. What came off the network is copied into
 * them: a view would keep the whole chunk that the socket read (64 kB) for a packet of 300 bytes.
 */
export class PictureBlocks {
  #block: Buffer;
  #used = 0;
  #bytes: number;

  /** @param firstBytes about as much as its first picture needs */
  constructor(firstBytes = leastBlockBytes) {
    this.#block = Buffer.allocUnsafeSlow(firstBytes);
    this.#bytes = firstBytes;
  }

  /** Of all blocks. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Memory that nobody else writes to; its content is undefined. */
  allocate(bytes: number): Buffer {
    if (this.#block.length - this.#used < bytes) {
      const grown = Math.min(mostBlockBytes, Math.floor(this.#bytes * growth));
      this.#block = Buffer.allocUnsafeSlow(Math.max(bytes, leastBlockBytes, grown));
      this.#bytes += this.#block.length;
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += bytes;
    return this.#block.subarray(start, this.#used);
  }

  /** A part of what came off the network, on its own. */
  copy(data: Buffer): Buffer {
    const copy = this.allocate(data.length);
    data.copy(copy);
    return copy;
  }
}

/** Whether keeping these bytes keeps nothing else. */
export function hasOwnMemory(data: Buffer): boolean {
  return data.buffer.byteLength === data.length;
}

/** The same bytes, in memory of their own. */
export function ownCopy(data: Buffer): Buffer {
  if (hasOwnMemory(data)) return data;
  const copy = Buffer.allocUnsafeSlow(data.length);
  data.copy(copy);
  return copy;
}
