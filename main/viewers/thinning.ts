import type { StreamFrame } from '../media/stream-frame.ts';

/** Which pictures of a camera a window gets: all of them, key frames, or only some of these. */
export type PictureShare = 'all' | 'key-frames' | 'seldom';

/** A GOP of the cache, and the first picture of it that was not sent: the receiver has all before it. */
interface PassedPictures {
  readonly gop: readonly StreamFrame[];
  readonly cursor: number;
}

/** Milliseconds. */
interface Distance {
  /** Key frames are this far apart at least, but for what arrives a little early. */
  readonly least: number;
  /** Where key frames are further apart than this, the pictures between them follow at once, for the newest to be shown. */
  readonly most: number;
}

const distances: Readonly<Record<PictureShare, Distance>> = {
  all: { least: 0, most: 0 },
  'key-frames': { least: 900, most: 2_500 },
  seldom: { least: 3_900, most: Number.POSITIVE_INFINITY },
};
/** A key frame that is older than this is not what the camera sees: whoever joins gets the pictures after it, too. */
const oldMilliseconds = 2_500;

/** Chooses which live pictures of a slot are passed over, and remembers where in the GOP cache it stopped sending. */
export class Thinning {
  share: PictureShare = 'all';
  #passed: PassedPictures | undefined;
  #passedOver = 0;

  /** What was passed over of this GOP, and is needed for what comes after it. */
  get passed(): PassedPictures | undefined {
    return this.#passed;
  }

  /** How many pictures so far. */
  get passedOver(): number {
    return this.#passedOver;
  }

  /** Whether a window that joins needs no more than the key frame. @param age of it, milliseconds */
  isEnough(age: number): boolean {
    return this.share !== 'all' && age < oldMilliseconds;
  }

  /** Everything before this picture of the GOP was sent. */
  stopAt(gop: readonly StreamFrame[], cursor: number): void {
    this.#passed = { gop, cursor };
  }

  /** What is sent next begins with a key frame, or goes on where it was. */
  forget(): void {
    this.#passed = undefined;
  }

  /**
   * What becomes of a live picture: it is sent, passed over, or passed over for the moment and sent with all that were.
   * @param gop of the cache, with the picture at its end
   * @param apart how much later than the last one that was sent it was received: milliseconds
   * @param mayBegin whether everything was sent up to now, so that it can be gone on from there
   */
  take(
    frame: StreamFrame,
    gop: readonly StreamFrame[],
    apart: number,
    mayBegin: boolean,
  ): 'send' | 'pass' | 'catch-up' {
    const { least, most } = distances[this.share];
    if (frame.keyFrame && apart >= least) {
      this.#passed = undefined;
      return 'send';
    }
    if (this.#passed === undefined || frame.keyFrame) {
      if (this.share === 'all' || !mayBegin || gop.at(-1) !== frame) return 'send';
      this.#passed = { gop, cursor: gop.length - 1 };
    }
    this.#passedOver++;
    return apart >= most ? 'catch-up' : 'pass';
  }
}
