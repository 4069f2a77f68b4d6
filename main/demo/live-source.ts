import { type Clip, type ClipFrame, framesPerSecond, ticksPerFrame } from './clip.ts';

/** One picture, or one piece of sound, as all clients of a stream get it. */
export interface LiveFrame {
  readonly picture: Pick<ClipFrame, 'template' | 'nalUnits' | 'keyFrame'>;
  /** Of the stream's clock, 90 kHz for video, since the camera was switched on; rises over the loop of the clip. */
  readonly ticks: number;
}

const frameMilliseconds = 1_000 / framesPerSecond;

/**
 * A stream of a virtual camera: a clip that goes on playing whether anybody watches or not. Who joins, joins in the middle.
 */
export class LiveSource {
  #clip: Clip;
  #startedAt: number;
  #sent = 0;
  /** Index into the clip of the next picture. */
  #position: number;
  /** Index of the key frame that stands while the picture is frozen. */
  #frozen: number | undefined;

  /**
   * @param startedAt `performance.now()` of the first picture
   * @param position which picture of the clip comes first
   */
  constructor(clip: Clip, startedAt: number, position = 0) {
    this.#clip = clip;
    this.#startedAt = startedAt;
    this.#position = position % clip.frames.length;
  }

  /** For the SDP. */
  get format(): Clip['format'] {
    return this.#clip.format;
  }

  /** `performance.now()` at which the next picture is sent: each by its own number, so that no error adds up. */
  get dueAt(): number {
    return this.#startedAt + this.#sent * frameMilliseconds;
  }

  /** `ticks` of the next picture. */
  get nextTicks(): number {
    return this.#sent * ticksPerFrame;
  }

  /** The pictures that are due; none for a stream whose time has not come. */
  *due(now: number): Generator<LiveFrame> {
    while (this.dueAt <= now) {
      const picture = this.#clip.frames[this.#frozen ?? this.#position];
      const ticks = this.nextTicks;
      this.#sent++;
      if (this.#frozen === undefined) this.#position = (this.#position + 1) % this.#clip.frames.length;
      if (picture !== undefined) yield { picture, ticks };
    }
  }

  /** All that is to come comes so much later. */
  postpone(milliseconds: number): void {
    this.#startedAt += milliseconds;
  }

  /**
   * Packets go on, the picture stands: the last key frame is sent again and again. Afterwards the clip goes on behind that
   * key frame, which is what a decoder has.
   */
  freeze(on: boolean): void {
    if (on === (this.#frozen !== undefined)) return;
    const { frames } = this.#clip;
    if (this.#frozen !== undefined) {
      this.#position = (this.#frozen + 1) % frames.length;
      this.#frozen = undefined;
      return;
    }
    let last = this.#position;
    do last = (last - 1 + frames.length) % frames.length;
    while (frames[last]?.keyFrame !== true);
    this.#frozen = last;
  }

  /**
   * From now on another clip, at the same place in it: it begins with a key frame. Clips of one profile have the same
   * parameter sets, those of another one others.
   */
  show(clip: Clip): void {
    this.#clip = clip;
    this.#position %= clip.frames.length;
    this.synchronize();
  }

  /** The next picture is a key frame: the clip goes back to its last one. */
  synchronize(): void {
    while (this.#clip.frames[this.#position]?.keyFrame !== true) this.#position--;
    if (this.#frozen !== undefined) this.#frozen = this.#position;
  }

  /** Milliseconds until the next key frame is sent. */
  millisecondsToNextKeyFrame(now: number): number {
    const { frames } = this.#clip;
    let ahead = 0;
    while (this.#frozen === undefined && frames[(this.#position + ahead) % frames.length]?.keyFrame !== true)
      ahead++;
    return Math.max(0, this.dueAt + ahead * frameMilliseconds - now);
  }
}
