import type { Stream } from './stream.ts';

/** A picture counts as arriving for this long after its last frame. */
const freshMilliseconds = 3_000;

export type Picture =
  /** Nothing of this stream was shown yet. */
  | 'none'
  | 'arriving'
  /** What stands there is old. */
  | 'stale';

/**
 * One place of the peer connection: its track and what is known of the frames that come out of it. Frames are counted
 * without reactive state; only a change of `picture` is announced.
 */
export class Slot {
  readonly index: number;
  #stream = $state.raw<Stream | null>(null);
  #media = $state.raw<MediaStream | null>(null);
  #picture = $state<Picture>('none');
  #lastFrameAt = $state.raw<number | null>(null);
  #assignment = 0;
  #newestFrameAt = 0;
  /** When the engine confirmed the stream; undefined while it has not: frames may still be those of another camera. */
  #confirmedAt: number | undefined;

  constructor(index: number) {
    this.index = index;
  }

  get stream(): Stream | null {
    return this.#stream;
  }

  /** Counts the assignments, to tell a confirmation of this one from a late one. */
  get assignment(): number {
    return this.#assignment;
  }

  get media(): MediaStream | null {
    return this.#media;
  }

  get picture(): Picture {
    return this.#picture;
  }

  /** When the last frame was shown, of `performance.now()`; exact once `picture` is stale. */
  get lastFrameAt(): number | null {
    return this.#lastFrameAt;
  }

  /** The slot shall show another stream; its old frames do not count for it. */
  assign(stream: Stream | null): void {
    this.#stream = stream;
    this.#assignment++;
    this.#confirmedAt = undefined;
    this.#picture = 'none';
    this.#lastFrameAt = null;
  }

  /** The engine sends what was asked for with `assignment`, from `at` on. */
  confirm(assignment: number, at: number): void {
    if (assignment === this.#assignment) this.#confirmedAt = at;
  }

  /** The track of a new peer connection. */
  attach(media: MediaStream): void {
    this.#media = media;
  }

  /** The peer connection is gone; the last frame stays on the screen, known to be old. */
  detach(): void {
    this.#confirmedAt = undefined;
    this.#stopArriving();
  }

  /**
   * A frame was shown.
   * @param receivedAt when its last packet came, of `performance.now()`: a frame from before the confirmation may be one
   * of the camera that was shown here before
   */
  frame(receivedAt: number, shownAt: number): void {
    if (this.#confirmedAt === undefined || receivedAt < this.#confirmedAt) return;
    this.#newestFrameAt = shownAt;
    if (this.#picture === 'arriving') return;
    this.#lastFrameAt = shownAt;
    this.#picture = 'arriving';
  }

  /** @param visibleSince when the page was last brought to the front: frames are not shown behind other pages */
  checkFreshness(now: number, visibleSince: number): void {
    if (this.#picture !== 'arriving') return;
    if (now - Math.max(this.#newestFrameAt, visibleSince) > freshMilliseconds) this.#stopArriving();
  }

  #stopArriving(): void {
    if (this.#picture !== 'arriving') return;
    this.#lastFrameAt = this.#newestFrameAt;
    this.#picture = 'stale';
  }
}
