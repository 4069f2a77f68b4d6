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
   * @param headers authenticated, not encrypted
   * @param payloads as many; they are not changed
   * @returns for each packet header, encrypted payload and 16 bytes of tag, in one piece
   */
  seal(nonces: Buffer, headers: readonly Buffer[], payloads: readonly Buffer[]): Buffer[] {
    this.#sealed.length = 0;
    if (payloads.length === 0) return [];
    if (payloads.length <= lanes) return this.#sealBatch(nonces, headers, payloads);
    const sealed: Buffer[] = [];
    for (let start = 0; start < payloads.length; start += lanes) {
      const end = start + lanes;
      const batch = this.#sealBatch(
        nonces.subarray(start * gcmNonceBytes),
        headers.slice(start, end),
        payloads.slice(start, end),
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
      // Never a part of something larger.
      if (buffer.byteLength === length && buffer instanceof ArrayBuffer) buffer.transfer(0);
    }
    this.#sealed.length = 0;
  }

  /** One to 16 packets. */
  #sealBatch(nonces: Buffer, headers: readonly Buffer[], payloads: readonly Buffer[]): Buffer[] {
    // The more lanes each packet has, the fewer steps: it takes every second, fourth, … block into another lane.
    const power = Math.clz32(payloads.length - 1) - 28;
    const strides = 1 << power;
    const { datagrams, end, blocks } = this.#writeStreams(nonces, headers, payloads);
    const steps = Math.ceil(blocks / strides);
    const rowBytes = steps * strides * blockBytes;
    for (let lane = payloads.length * strides; lane < lanes; lane++) setLane(lane, end);
    payloads.forEach((payload, place) => {
      const header = headers[place] ?? nothing;
      const row = end + place * rowBytes;
      for (let stride = 0; stride < strides; stride++) {
        setLane(place * strides + stride, row + stride * blockBytes);
      }
      layRow(row, row + rowBytes, header, payload, streams[place] ?? 0);
    });
    if (tablesInUse !== this.#tables) useKeyTables(this.#tables);
    tablesInUse = this.#tables;
    ghash.hash(tableAt(power), strides * blockBytes, steps);
    for (let fold = power - 1; fold >= 0; fold--) ghash.fold(tableAt(fold), 1 << fold);
    ghash.multiply(tableAt(0));
    ghash.collect();
    payloads.forEach(({ length }, place) => {
      const stream = streams[place] ?? 0;
      ghash.seal(place * strides, stream + bytesOf(length), stream + length);
    });
    datagrams.set(ghashMemory.subarray(textsAt, end));
    return payloads.map(({ length }, place) => {
      const start = (streams[place] ?? 0) - textsAt;
      return datagrams.subarray(start - (headers[place]?.length ?? 0), start + length + gcmTagBytes);
    });
  }

  /**
   * Writes the key stream of each packet: room for its header, what encrypts its payload, a block that encrypts its tag.
   * @returns a buffer as long as all of it, which the datagrams may take; where it ends; how many blocks GHASH takes of the longest packet
   */
  #writeStreams(nonces: Buffer, headers: readonly Buffer[], payloads: readonly Buffer[]) {
    let end = textsAt;
    let blocks = 0;
    payloads.forEach(({ length }, place) => {
      const stream = end + bytesOf(headers[place]?.length ?? 0);
      nonces.copy(ghashMemory, nonceAt, place * gcmNonceBytes, (place + 1) * gcmNonceBytes);
      ghash.count(stream, bytesOf(length) / blockBytes);
      streams[place] = stream;
      // What hashes needs one block more, too: for the lengths.
      const next = stream + bytesOf(length) + blockBytes;
      blocks = Math.max(blocks, (next - end) / blockBytes);
      end = next;
    });
    const datagrams = this.#blockCipher.update(ghashMemory.subarray(textsAt, end));
    this.#sealed.push(datagrams);
    ghashMemory.set(datagrams, textsAt);
    return { datagrams, end, blocks };
  }
}

const nothing = Buffer.alloc(0);

/** With the padding to whole blocks. */
function bytesOf(length: number): number {
  return (length + blockBytes - 1) & -blockBytes;
}

function setLane(lane: number, from: number): void {
  view.setInt32(laneOffsetsAt + 4 * lane, from, true);
}

/**
 * Encrypts a payload, and lays what GHASH takes of its packet at the end of a row: header and encrypted payload, each padded with zeros
 * to whole blocks, and their lengths. Zeros in front of it change no hash.
 */
function layRow(row: number, end: number, header: Buffer, payload: Buffer, stream: number): void {
  const lengths = end - blockBytes;
  const text = lengths - bytesOf(payload.length);
  ghashMemory.fill(0, row, text);
  ghashMemory.set(header, text - bytesOf(header.length));
  ghashMemory.set(header, stream - header.length);
  ghashMemory.set(payload, text);
  ghash.encrypt(stream, text, payload.length);
  view.setUint32(lengths, 0);
  view.setUint32(lengths + 4, header.length * 8);
  view.setUint32(lengths + 8, 0);
  view.setUint32(lengths + 12, payload.length * 8);
}
