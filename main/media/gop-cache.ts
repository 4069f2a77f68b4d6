import { packetizedBytes } from './nal-unit-packetizer.ts';
import { hasOwnMemory, PictureBlocks } from './picture-blocks.ts';
import type { PictureHolder, PictureMemory } from './picture-memory.ts';
import type { StreamFrame } from './stream-frame.ts';

/** A GOP that outgrows these is shortened to its key frame. 32 MB are 64 s at 4 Mbit/s. */
const maximumBytes = 32 * 1024 * 1024;
const maximumFrames = 3_600;
/** From here on a key frame is worth asking for, before anything has to be given up. */
const longShare = 3 / 4;
/** What a frame and each of its payloads cost beside their bytes, as measured: objects, and views on blocks. */
export const frameOverheadBytes = 320;
export const payloadOverheadBytes = 144;

/**
 * The frames of a stream since its last key frame. What has to be given up is everything but the key frame: each picture needs
 * those before it, so that without the oldest the newest are worth nothing, and the key frame alone is at least a picture.
 */
export class GopCache implements PictureHolder {
  readonly #memory: PictureMemory;
  #frames: StreamFrame[] = [];
  #blocks: PictureBlocks | undefined;
  #isWhole = true;
  /** Beside the blocks: units, overhead, payloads that were made late. */
  #otherBytes = 0;
  #keyFrameBytes = 0;

  constructor(memory: PictureMemory) {
    this.#memory = memory;
  }

  /** From the key frame on, or it alone; empty when there is none. A key frame and giving up make a new array. */
  get frames(): readonly StreamFrame[] {
    return this.#frames;
  }

  /** Whether every frame since the key frame is there: only then does the next one fit. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Whether it is short, or will be soon: a new key frame would begin a small one. */
  get isLong(): boolean {
    return (
      !this.#isWhole ||
      this.#bytes > maximumBytes * longShare ||
      this.#frames.length > maximumFrames * longShare
    );
  }

  /** Where the packets of the next frame belong; `add` follows. @param nalUnits that it is made of */
  blocksFor(keyFrame: boolean, nalUnits: readonly Buffer[]): PictureBlocks {
    if (keyFrame) this.#begin(new PictureBlocks(packetizedBytes(nalUnits)));
    // A frame that is not kept has blocks of its own, which go with it.
    return this.#blocks ?? new PictureBlocks(packetizedBytes(nalUnits));
  }

  add(frame: StreamFrame): void {
    if (frame.keyFrame) {
      if (this.#frames.length > 0) this.#begin(undefined);
    } else if (this.#frames.length === 0 || !this.#isWhole) return;
    this.#frames.push(frame);
    this.#otherBytes += frameOverheadBytes;
    if (frame.codec === 'H264') this.#otherBytes += frame.payloads.length * payloadOverheadBytes;
    // What shares its memory was copied into the blocks.
    for (const unit of frame.units) if (hasOwnMemory(unit)) this.#otherBytes += unit.length;
    if (frame.keyFrame) this.#keyFrameBytes = this.#bytes;
    this.#hold();
    if (this.#bytes > maximumBytes || this.#frames.length > maximumFrames) this.shorten();
  }

  /** A frame that was added has got more: payloads that nobody wanted until now. */
  grow(frame: StreamFrame, payloads: readonly Buffer[]): void {
    const [first] = this.#frames;
    if (first === undefined || frame.timestamp < first.timestamp) return;
    if (!this.#isWhole && frame !== first) return;
    let bytes = 0;
    for (const { length } of payloads) bytes += length + payloadOverheadBytes;
    this.#otherBytes += bytes;
    if (frame === first) this.#keyFrameBytes += bytes;
    this.#hold();
  }

  shorten(): void {
    const [first] = this.#frames;
    if (first === undefined || this.#frames.length === 1) {
      this.clear();
      return;
    }
    this.#frames = [first];
    this.#isWhole = false;
    this.#blocks = undefined;
    this.#otherBytes = this.#keyFrameBytes;
    this.#hold();
  }

  clear(): void {
    this.#begin(undefined);
    this.#hold();
  }

  get #bytes(): number {
    return (this.#blocks?.bytes ?? 0) + this.#otherBytes;
  }

  #begin(blocks: PictureBlocks | undefined): void {
    this.#frames = [];
    this.#isWhole = true;
    this.#blocks = blocks;
    this.#otherBytes = 0;
    this.#keyFrameBytes = 0;
  }

  #hold(): void {
    this.#memory.hold(this, this.#bytes);
  }
}
