import { type Clip, framesPerSecond, ticksPerFrame } from './clip.ts';
import { toRtpPayloads } from './rtp-payloads.ts';

/** One picture as all clients of a stream get it. */
export interface LiveFrame {
  readonly payloads: readonly Buffer[];
  readonly keyFrame: boolean;
  /** 90 kHz ticks since the camera was switched on; rises over the loop of the clip. */
  readonly ticks: number;
}

const frameMilliseconds = 1_000 / framesPerSecond;

/**
 * A stream of a virtual camera: a clip that goes on playing whether anybody watches or not. Who joins, joins in the middle.
 */
export class LiveSource {
  readonly #clip: Clip;
  readonly #payloads = new Map<number, readonly Buffer[]>();
  readonly #startedAt: number;
  #next = 0;
  #frozen: number | undefined;

  /** @param startedAt `performance.now()` of the first picture */
  constructor(clip: Clip, startedAt: number) {
    this.#clip = clip;
    this.#startedAt = startedAt;
  }

  /** SPS and PPS for the SDP. */
  get parameterSets(): readonly [Buffer, Buffer] {
    return [this.#clip.sps, this.#clip.pps];
  }

  /** The pictures that are due; none for a stream whose time has not come. */
  *due(now: number): Generator<LiveFrame> {
    while (this.#startedAt + this.#next * frameMilliseconds <= now) {
      const number = this.#next++;
      const index = this.#frozen ?? number % this.#clip.frames.length;
      const frame = this.#clip.frames[index];
      if (frame === undefined) continue;
      yield { payloads: this.#payloadsOf(index), keyFrame: frame.keyFrame, ticks: number * ticksPerFrame };
    }
  }

  /** Packets go on, the picture stands: the last key frame is sent again and again. */
  freeze(on: boolean): void {
    this.#frozen = on
      ? this.#clip.frames.findLastIndex((frame, index) => frame.keyFrame && index <= this.#position)
      : undefined;
    // A live decoder needs a key frame after the freeze: the clip goes on at the next one.
    if (!on) while (this.#clip.frames[this.#position]?.keyFrame !== true) this.#next++;
  }

  /** Milliseconds until the next key frame is sent. */
  millisecondsToNextKeyFrame(now: number): number {
    const { frames } = this.#clip;
    let ahead = 0;
    while (frames[(this.#position + ahead) % frames.length]?.keyFrame !== true) ahead++;
    return Math.max(0, this.#startedAt + (this.#next + ahead) * frameMilliseconds - now);
  }

  get #position(): number {
    return this.#next % this.#clip.frames.length;
  }

  #payloadsOf(index: number): readonly Buffer[] {
    const known = this.#payloads.get(index);
    if (known !== undefined) return known;
    const payloads = toRtpPayloads(this.#clip.frames[index]?.nalUnits ?? []);
    this.#payloads.set(index, payloads);
    return payloads;
  }
}
