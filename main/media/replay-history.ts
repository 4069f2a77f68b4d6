import type { AudioFrame } from './audio-stream.ts';
import { frameOverheadBytes, payloadOverheadBytes } from './gop-cache.ts';
import { PictureBlocks } from './picture-blocks.ts';
import type { PictureHolder, PictureMemory } from './picture-memory.ts';
import type { StreamFrame } from './stream-frame.ts';

/** A key frame and the frames that build upon it. The newest one of a history still grows. */
export interface Gop {
  readonly frames: readonly [StreamFrame, ...StreamFrame[]];
}

/** A piece of sound that was received. */
export interface KeptSound {
  readonly frame: AudioFrame;
  /** `performance.now()`. */
  readonly receivedAt: number;
}

interface KeptGop extends Gop {
  readonly frames: [StreamFrame, ...StreamFrame[]];
  /** What came while it grew. */
  readonly sounds: KeptSound[];
  soundBlocks: PictureBlocks | undefined;
  bytes: number;
}

/**
 * The last minutes of a stream as they were received, for instant replay. Frames are those that viewers were sent, kept once. What
 * has to be given up is the oldest GOP, with its sound; the memory says whose. It outlasts a camera that goes away: that is when it is
 * looked at.
 */
export class ReplayHistory implements PictureHolder {
  readonly #memory: PictureMemory;
  /** The oldest first. */
  #gops: KeptGop[] = [];
  #bytes = 0;

  /** @param memory shared by the histories of an engine */
  constructor(memory: PictureMemory) {
    this.#memory = memory;
  }

  /** The oldest and the newest frame; undefined while there is none. */
  get span(): { readonly oldest: StreamFrame; readonly newest: StreamFrame } | undefined {
    const [oldest] = this.#gops;
    const newest = this.#gops.at(-1)?.frames.at(-1);
    return oldest === undefined || newest === undefined ? undefined : { oldest: oldest.frames[0], newest };
  }

  add(frame: StreamFrame): void {
    if (this.#memory.limitBytes === 0) return;
    const bytes = bytesOf(frame);
    const newest = this.#gops.at(-1);
    if (frame.keyFrame) this.#gops.push({ frames: [frame], sounds: [], soundBlocks: undefined, bytes });
    else if (newest === undefined) return;
    else {
      newest.frames.push(frame);
      newest.bytes += bytes;
    }
    this.#hold(bytes);
  }

  /** Whether sound is worth being heard for its sake. */
  get keepsSound(): boolean {
    return this.#memory.limitBytes > 0;
  }

  /** Sound before the first picture is of no use. @param receivedAt `performance.now()` */
  addSound(frame: AudioFrame, receivedAt: number): void {
    const newest = this.#gops.at(-1);
    if (newest === undefined) return;
    const before = newest.soundBlocks?.bytes ?? 0;
    newest.soundBlocks ??= new PictureBlocks();
    const payload = newest.soundBlocks.copy(frame.payload);
    newest.sounds.push({ frame: { ...frame, payload }, receivedAt });
    const bytes = newest.soundBlocks.bytes - before + frameOverheadBytes;
    newest.bytes += bytes;
    this.#hold(bytes);
  }

  /** The GOP of a moment; the oldest one for moments before it. @param at of `performance.now()` */
  gopAt(at: number): Gop | undefined {
    return this.#gops.findLast(({ frames: [first] }) => first.receivedAt <= at) ?? this.#gops[0];
  }

  /** From the key frame before one moment up to another one. @param from and until of `performance.now()` */
  framesBetween(from: number, until: number): StreamFrame[] {
    const start = this.#gops.findLastIndex(({ frames: [first] }) => first.receivedAt <= from);
    return this.#gops
      .slice(Math.max(0, start))
      .flatMap(({ frames }) => frames.filter(({ receivedAt }) => receivedAt <= until));
  }

  /** What came from one moment to another one. @param from and until of `performance.now()` */
  soundsBetween(from: number, until: number): KeptSound[] {
    return this.#gops.flatMap(({ sounds }) =>
      sounds.filter(({ receivedAt }) => receivedAt >= from && receivedAt <= until),
    );
  }

  /** The one that follows, also upon one that was given up meanwhile. */
  gopAfter({ frames: [first] }: Gop): Gop | undefined {
    return this.#gops.find(({ frames: [other] }) => other.timestamp > first.timestamp);
  }

  gopBefore({ frames: [first] }: Gop): Gop | undefined {
    return this.#gops.findLast(({ frames: [other] }) => other.timestamp < first.timestamp);
  }

  shorten(): void {
    this.#hold(-(this.#gops.shift()?.bytes ?? 0));
  }

  clear(): void {
    this.#gops = [];
    this.#hold(-this.#bytes);
  }

  #hold(more: number): void {
    this.#bytes += more;
    this.#memory.hold(this, this.#bytes);
  }
}

/** H.265 counts twice: its packets are made when a window takes them over a track, and are kept then. */
function bytesOf(frame: StreamFrame): number {
  let bytes = frameOverheadBytes;
  const copies = frame.codec === 'H265' ? 2 : 1;
  // The payloads of H.265 would be made by looking at them.
  const parts = frame.codec === 'H264' ? frame.payloads : frame.units;
  for (const { length } of parts) bytes += copies * (length + payloadOverheadBytes);
  return bytes;
}
