import type { PictureWay } from '../../main/contract/viewer.ts';
import type { Stream } from './stream.ts';

/** A picture counts as arriving for this long after its last frame. */
const freshMilliseconds = 3_000;

export type Picture =
  /** Nothing of this stream was shown yet. */
  | 'none'
  | 'arriving'
  /** What stands there is old. */
  | 'stale';

const track: PictureWay = { kind: 'track' };

/** A decoded picture that came over the data channel. */
export type Image = ImageBitmap | VideoFrame;

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
  #way = $state.raw<PictureWay>(track);
  #assignment = 0;
  #image: Image | null = null;
  readonly #canvases = new Set<(image: Image) => void>();
  #newestFrameAt = 0;
  /** When the picture was received that stands there, where the engine says that it is an old one. */
  #stillSince: number | null = null;
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

  /** How the pictures come: over the track unless the engine says otherwise. */
  get way(): PictureWay {
    return this.#way;
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
    this.#way = track;
    this.#setImage(null);
    this.#confirmedAt = undefined;
    this.#stillSince = null;
    this.#picture = 'none';
    this.#lastFrameAt = null;
  }

  /** The engine sends what was asked for with `assignment`, from `at` on. */
  confirm(assignment: number, at: number): void {
    if (assignment === this.#assignment) this.#confirmedAt = at;
  }

  /** The engine says how the pictures of `assignment` come. */
  setWay(assignment: number, way: PictureWay): void {
    if (assignment !== this.#assignment) return;
    // Said with every picture: only a change is one.
    if (!sameWay(way, this.#way)) this.#way = way;
  }

  /**
   * The engine says that the picture of `assignment` is an old one; it is not taken for one of now until the engine says so.
   * @param since when it was received, of `performance.now()`; null: pictures are those of now again
   */
  setStill(assignment: number, since: number | null): void {
    if (assignment !== this.#assignment) return;
    this.#stillSince = since;
    if (since === null || this.#picture !== 'arriving') return;
    this.#newestFrameAt = since;
    this.#stopArriving();
  }

  /** A picture of `assignment` has come over the data channel and is decoded; the slot closes it when it is old. */
  show(assignment: number, image: Image, shownAt: number): void {
    if (assignment !== this.#assignment) {
      image.close();
      return;
    }
    this.#setImage(image);
    this.#arrived(shownAt);
  }

  /** Hands every picture of the data channel to a canvas, the last one at once; returns how to end it. */
  draw(canvas: (image: Image) => void): () => void {
    this.#canvases.add(canvas);
    if (this.#image !== null) canvas(this.#image);
    return () => this.#canvases.delete(canvas);
  }

  /** The track of a new peer connection. */
  attach(media: MediaStream): void {
    this.#media = media;
  }

  /** The peer connection is gone; the last frame stays on the screen, known to be old. */
  detach(): void {
    this.#confirmedAt = undefined;
    this.#stillSince = null;
    this.#stopArriving();
  }

  /**
   * A frame was shown.
   * @param receivedAt when its last packet came, of `performance.now()`: a frame from before the confirmation may be one
   * of the camera that was shown here before
   */
  frame(receivedAt: number, shownAt: number): void {
    if (this.#confirmedAt === undefined || receivedAt < this.#confirmedAt) return;
    this.#arrived(shownAt);
  }

  #arrived(shownAt: number): void {
    if (this.#stillSince !== null) {
      this.#lastFrameAt = this.#stillSince;
      this.#picture = 'stale';
      return;
    }
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

  #setImage(image: Image | null): void {
    this.#image?.close();
    this.#image = image;
    if (image !== null) for (const canvas of this.#canvases) canvas(image);
  }

  #stopArriving(): void {
    if (this.#picture !== 'arriving') return;
    this.#lastFrameAt = this.#newestFrameAt;
    this.#picture = 'stale';
  }
}

function sameWay(a: PictureWay, b: PictureWay): boolean {
  if (a.kind === 'track' || b.kind === 'track') return a.kind === b.kind;
  return a.kind === b.kind && a.codec === b.codec;
}
