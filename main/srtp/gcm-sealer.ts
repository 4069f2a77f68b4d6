import { type Cipheriv, createCipheriv, type KeyObject } from 'node:crypto';
import {
  blockBytes,
  ghash,
  ghashMemory,
  keyTables,
  laneOffsetsAt,
  lanes,
  nonceAt,
  tableAt,
  textsAt,
  useKeyTables,
} from './ghash.ts';

export const gcmNonceBytes = 12;
export const gcmTagBytes = 16;

const view = new DataView(ghashMemory.buffer);
/** The module's: those of the key that was used last. */
let tablesInUse: Uint8Array | undefined;
/** Of the packets of a batch: where the key stream of the payload begins. */
const streams = new Int32Array(lanes);

/**
 * AES-128-GCM (NIST SP 800-38D) for many small packets under one key. `node:crypto` takes a new cipher for each packet, which costs
 * as much as sending it. Here one cipher makes the key stream of up to 16 packets in one call (OpenSSL's AES, of counters), and
 * WebAssembly the rest, for all of them at once (`ghash.ts`). Everything passes through one piece of memory, in one turn.
 */
export class GcmSealer {
  readonly #blockCipher: Cipheriv;
  readonly #tables: Uint8Array;
  /** What `seal` has returned the last time. */
  readonly #sealed: Buffer[] = [];

  constructor(key: KeyObject) {
    this.#blockCipher = createCipheriv('aes-128-ecb', key, null);
    this.#tables = keyTables(this.#blockCipher.update(Buffer.alloc(blockBytes)));
    tablesInUse = undefined;
  }

  /**
   * Encrypts packets. Header and payload have to be below 64 KiB together.
   * @param nonces 12 bytes for each packet; never again under this key
   * @param headers one behind the other: authenticated, not encrypted
   * @param headerBytes of each
   * @param payloads one for each header; they are not changed
   * @returns for each packet header, encrypted payload and 16 bytes of tag, in one piece
   */
  seal(nonces: Buffer, headers: Buffer, headerBytes: number, payloads: readonly Buffer[]): Buffer[] {
    this.#sealed.length = 0;
    if (payloads.length === 0) return [];
    if (payloads.length <= lanes) return this.#sealBatch(nonces, headers, headerBytes, payloads);
    const sealed: Buffer[] = [];
    for (let start = 0; start < payloads.length; start += lanes) {
      const batch = this.#sealBatch(
        nonces.subarray(start * gcmNonceBytes),
        headers.subarray(start * headerBytes),
        headerBytes,
        payloads.slice(start, start + lanes),
      );
      sealed.push(...batch);
    }
    return sealed;
  }

  /**
   * Frees what `seal` has returned the last time: nobody may need it any more. As garbage it would count as memory outside the
   * heap, and with every 50 MB of that V8 marks the whole heap: up to a fifth of the cost of sending.
   */
  release(): void {
    for (const { buffer, length } of this.#sealed) {
      // Should Node ever cut it from something larger, that stays.
      if (buffer.byteLength === length && buffer instanceof ArrayBuffer) buffer.transfer(0);
    }
    this.#sealed.length = 0;
  }

  /** One to 16 packets. */
  #sealBatch(nonces: Buffer, headers: Buffer, headerBytes: number, payloads: readonly Buffer[]): Buffer[] {
    // The more lanes each packet has, the fewer steps: it takes every second, fourth, … block into another lane.
    const power = Math.clz32(payloads.length - 1) - 28;
    const strides = 1 << power;
    const { datagrams, end, longest } = this.#writeStreams(nonces, headerBytes, payloads);
    // One block more for the lengths.
    const steps = Math.ceil(
      (paddedBytes(headerBytes) + paddedBytes(longest) + blockBytes) / (strides * blockBytes),
    );
    const rowBytes = steps * strides * blockBytes;
    // Lanes that no packet uses hash what lies where they were the last time; nobody looks at them.
    payloads.forEach((payload, place) => {
      const row = end + place * rowBytes;
      for (let stride = 0; stride < strides; stride++) {
        setLane(place * strides + stride, row + stride * blockBytes);
      }
      const stream = streams[place] ?? 0;
      const lengths = row + rowBytes - blockBytes;
      const text = lengths - paddedBytes(payload.length);
      const header = text - paddedBytes(headerBytes);
      // Zeros in front of a packet change no hash.
      ghashMemory.fill(0, row, text);
      headers.copy(ghashMemory, header, place * headerBytes, (place + 1) * headerBytes);
      headers.copy(ghashMemory, stream - headerBytes, place * headerBytes, (place + 1) * headerBytes);
      ghashMemory.set(payload, text);
      ghash.encrypt(stream, text, payload.length);
      writeLengths(lengths, headerBytes, payload.length);
    });
    if (tablesInUse !== this.#tables) useKeyTables(this.#tables);
    tablesInUse = this.#tables;
    ghash.hash(tableAt(power), strides * blockBytes, steps);
    for (let fold = power - 1; fold >= 0; fold--) ghash.fold(tableAt(fold), 1 << fold);
    ghash.multiply(tableAt(0));
    ghash.collect();
    payloads.forEach(({ length }, place) => {
      const stream = streams[place] ?? 0;
      ghash.seal(place * strides, stream + paddedBytes(length), stream + length);
    });
    datagrams.set(ghashMemory.subarray(textsAt, end));
    return payloads.map(({ length }, place) => {
      const start = (streams[place] ?? 0) - textsAt;
      return datagrams.subarray(start - headerBytes, start + length + gcmTagBytes);
    });
  }

  /**
   * Writes the key stream of each packet: room for its header, what encrypts its payload, a block that encrypts its tag.
   * @returns a buffer as long as all of it, which the datagrams may take; where it ends; the longest payload
   */
  #writeStreams(nonces: Buffer, headerBytes: number, payloads: readonly Buffer[]) {
    let end = textsAt;
    let longest = 0;
    payloads.forEach(({ length }, place) => {
      const stream = end + paddedBytes(headerBytes);
      nonces.copy(ghashMemory, nonceAt, place * gcmNonceBytes, (place + 1) * gcmNonceBytes);
      ghash.count(stream, paddedBytes(length) / blockBytes);
      streams[place] = stream;
      end = stream + paddedBytes(length) + blockBytes;
      longest = Math.max(longest, length);
    });
    const datagrams = this.#blockCipher.update(ghashMemory.subarray(textsAt, end));
    this.#sealed.push(datagrams);
    ghashMemory.set(datagrams, textsAt);
    return { datagrams, end, longest };
  }
}

/** To whole blocks. */
function paddedBytes(length: number): number {
  return (length + blockBytes - 1) & -blockBytes;
}

function setLane(lane: number, from: number): void {
  view.setInt32(laneOffsetsAt + 4 * lane, from, true);
}

/** The last block that GHASH takes: both lengths in bits. */
function writeLengths(at: number, headerBytes: number, payloadBytes: number): void {
  view.setUint32(at, 0);
  view.setUint32(at + 4, headerBytes * 8);
  view.setUint32(at + 8, 0);
  view.setUint32(at + 12, payloadBytes * 8);
}
