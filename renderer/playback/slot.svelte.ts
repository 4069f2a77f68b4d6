import type { ReplayPosition } from '../../main/contract/replay.ts';
import type { PictureWay, SkipReason } from '../../main/contract/viewer.ts';
import { Delay } from './delay.svelte.ts';
import { type PictureVerdict, unsuspicious } from './picture-judge.ts';
import type { Stream } from './stream.ts';
import type { Size } from './stream-choice.ts';

/** A picture counts as arriving for this long after its last frame. */
const freshMilliseconds = 3_000;
/** Until it is known how seldom they come: see `Share`. */
const seldomMilliseconds = 4_000;
/** Pictures closer together than this belong to one moment: those between key frames come together. */
const burstMilliseconds = 500;

export type Picture =
  /** Nothing of this stream was shown yet. */
  | 'none'
  | 'arriving'
  /** What is shown is a replay, or may still be one. */
  | 'past'
  /** What stands there is old. */
  | 'stale';

/** Which pictures this window has sent: all of them, key frames (see main/viewers/thinning.ts), or only some of these. */
export type Share = 'all' | 'key-frames' | 'seldom';

/** Where a replay is. */
export interface Replay {
  /** When the picture was received that is shown, of `performance.now()`; exact while it stands. */
  readonly at: number;
  readonly position: ReplayPosition;
}

/** What of a stream reaches this window while none of its pictures is shown. */
export type Arrival = 'unknown' | 'nothing' | 'packets';

/** From count to count: more than a camera with few pictures leaves between two. */
const arrivalMilliseconds = 2_000;

/**
 * Pictures of the past come 1 ms apart in the time of the stream, as fast as they can be decoded; those of now do so as the camera
 * has taken them: further apart than this, in the units of RTP (90 kHz), on any screen.
 */
const liveTicks = 720;
/** So long pictures of now must have come until they may take the place of another stream's: what has caught up stumbles at first. */
const settledTicks = 13_500;

const track: PictureWay = { kind: 'track' };

/** What is known of a frame beside its times. */
export interface FrameFacts extends Size {
  /** Only some browsers tell. */
  readonly rtpTimestamp?: number;
  /** When it was given to the screen, of `performance.now()`. */
  readonly presentationTime?: number;
}

/** A decoded picture that came over the data channel. */
export type Image = ImageBitmap | VideoFrame;

/**
 * One place of the peer connection: its track and what is known of the frames that come out of it. Frames are counted
 * without reactive state; only a change of `picture` is announced.
 */
export class Slot {
  #pictureSize = $state.raw<Size | null>(null);
  readonly index: number;
  readonly delay: Delay = new Delay();
  #stream = $state.raw<Stream | null>(null);
  #media = $state.raw<MediaStream | null>(null);
  #picture = $state<Picture>('none');
  #isCurrent = $state(false);
  /** Of the last frame, while it may be one of the past. */
  #rtpTimestamp: number | undefined;
  /** Of the frame from which on they were of now. */
  #liveFrom = 0;
  #lastFrameAt = $state.raw<number | null>(null);
  #way = $state.raw<PictureWay>(track);
  #skipping = $state.raw<SkipReason | null>(null);
  #share = $state.raw<Share>('all');
  /** From one picture to the next while not all of them are sent: milliseconds. */
  #interval = $state.raw<number | null>(null);
  #burstAt = 0;
  #assignment = 0;
  #image: Image | null = null;
  #element: HTMLVideoElement | null = null;
  #isReturning = $state(false);
  #verdict = $state.raw<PictureVerdict>(unsuspicious);
  #arrival = $state.raw<Arrival>('unknown');
  #receiver: RTCRtpReceiver | null = null;
  /** Packets of the track, and pictures of the data channel, so far. */
  #packets = 0;
  #countedAt = 0;
  #channelPictures = 0;
  /** When the last of them came to the engine, but for the way from there; of `performance.now()`. */
  #channelBegunAt = 0;
  readonly #canvases = new Set<(image: Image) => void>();
  #replay = $state.raw<Replay | null>(null);
  /** The engine sends the present again, from then on; undefined while it does not. */
  #returnedAt: number | undefined;
  #channelReceivedAt = 0;
  #newestFrameAt = 0;
  #isFirst = true;
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

  /** Of its track, as statistics name it; null: there is none. */
  get trackId(): string | null {
    return this.#receiver?.track.id ?? null;
  }

  /** How the pictures come: over the track unless the engine says otherwise. */
  get way(): PictureWay {
    return this.#way;
  }

  /** Why the engine skips pictures of it; null while it does not. */
  get skipping(): SkipReason | null {
    return this.#skipping;
  }

  get share(): Share {
    return this.#share;
  }

  /** From one picture to the next, in milliseconds, while not all of them are sent; null: not known yet. */
  get interval(): number | null {
    return this.#interval;
  }

  get picture(): Picture {
    return this.#picture;
  }

  /** Whether pictures come that are not those with which a stream begins, which go through its last seconds at once. */
  get isCurrent(): boolean {
    return this.#isCurrent;
  }

  /** The picture that stands there is from before somebody left the page, and none has come since they are back. */
  get isReturning(): boolean {
    return this.#isReturning;
  }

  /** Where the replay is that it shows; null: none. */
  get replay(): Replay | null {
    return this.#replay;
  }

  /** When the last frame was shown, of `performance.now()`; exact once `picture` is stale. */
  get lastFrameAt(): number | null {
    return this.#lastFrameAt;
  }

  /** Of the last frame, of `performance.now()`: exact at any time, and without announcement. */
  get newestFrameAt(): number {
    return this.#newestFrameAt;
  }

  /** Where its picture can be read. */
  get source(): HTMLVideoElement | Image | null {
    return this.#way.kind === 'channel' ? this.#image : this.#element;
  }

  /** What is to be said of the pictures that arrive. */
  get verdict(): PictureVerdict {
    return this.#verdict;
  }

  /** Whether anything comes; known once `picture` is not `arriving`. */
  get arrival(): Arrival {
    return this.#arrival;
  }

  /** The slot shall show another stream; its old frames do not count for it. */
  assign(stream: Stream | null): void {
    this.#pictureSize = null;
    this.#stream = stream;
    this.#assignment++;
    this.#way = track;
    this.#skipping = null;
    this.#setImage(null);
    this.#confirmedAt = undefined;
    this.#stillSince = null;
    this.#interval = null;
    this.#burstAt = 0;
    this.#replay = null;
    this.#returnedAt = undefined;
    this.#picture = 'none';
    this.#isCurrent = false;
    this.#rtpTimestamp = undefined;
    this.#lastFrameAt = null;
    this.#verdict = unsuspicious;
    this.#arrival = 'unknown';
    this.#isReturning = false;
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
    this.#arrival = 'unknown';
    if (since === null || this.#picture !== 'arriving') return;
    this.#newestFrameAt = since;
    this.#stopArriving();
  }

  setShare(share: Share): void {
    if (share === this.#share) return;
    this.#share = share;
    this.#interval = null;
    this.#burstAt = 0;
  }

  /**
   * What is shown is a replay from now on: said by the engine, and before it is asked, so that no old picture is ever taken for a
   * live one. Null: it sends the present again, and the first picture that comes from now on is live.
   */
  setReplay(assignment: number, position: ReplayPosition | null): void {
    if (assignment !== this.#assignment) return;
    const now = performance.now();
    if (position === null) {
      if (this.#picture === 'past') this.#returnedAt = now;
      return;
    }
    this.#returnedAt = undefined;
    this.#replay = { at: now - position.ago, position };
    this.#verdict = unsuspicious;
    this.#picture = 'past';
  }

  /** The engine skips pictures of `assignment`, or no more. */
  setSkipping(assignment: number, reason: SkipReason | null): void {
    if (assignment === this.#assignment) this.#skipping = reason;
  }

  /** A picture of `assignment` has come over the data channel and is decoded; the slot closes it when it is old. */
  show(assignment: number, image: Image, shownAt: number): void {
    if (assignment !== this.#assignment) {
      image.close();
      return;
    }
    this.#setImage(image);
    this.#measure(sizeOf(image));
    this.#isCurrent = true;
    if (this.#isPast(this.#channelReceivedAt)) return;
    this.delay.add(shownAt - this.#channelBegunAt);
    this.#arrived(shownAt);
  }

  /** Hands every picture of the data channel to a canvas, the last one at once; returns how to end it. */
  draw(canvas: (image: Image) => void): () => void {
    this.#canvases.add(canvas);
    if (this.#image !== null) canvas(this.#image);
    return () => this.#canvases.delete(canvas);
  }

  /** The track of a new peer connection. */
  attach(media: MediaStream, receiver: RTCRtpReceiver): void {
    this.#media = media;
    this.#receiver = receiver;
    this.#packets = 0;
  }

  /** The track plays in this element; returns how to end it. */
  playIn(element: HTMLVideoElement): () => void {
    this.#element = element;
    return () => {
      if (this.#element === element) this.#element = null;
    };
  }

  setVerdict(verdict: PictureVerdict): void {
    const { picture, since, view } = this.#verdict;
    if (verdict.picture === picture && verdict.since === since && verdict.view === view) return;
    this.#verdict = verdict;
  }

  /** A coded picture came over the data channel. @param waited milliseconds that it was in the engine */
  received(waited: number, receivedAt: number): void {
    this.#channelPictures++;
    this.#channelReceivedAt = receivedAt;
    this.#channelBegunAt = receivedAt - waited;
  }

  /** Asks whether packets come although no picture is shown; only then, since counting has its price. */
  async checkArrival(now: number): Promise<void> {
    // The engine has said what is wrong with an old picture.
    if (this.#stillSince !== null || now - this.#countedAt < arrivalMilliseconds) return;
    this.#countedAt = now;
    const assignment = this.#assignment;
    const before = this.#packets;
    this.#packets = this.#channelPictures + (await packetsOf(this.#receiver));
    if (assignment !== this.#assignment) return;
    const arrival = this.#packets > before ? 'packets' : 'nothing';
    if (before > 0 || this.#packets === 0) this.#arrival = arrival;
  }

  /** The peer connection is gone; the last frame stays on the screen, known to be old. */
  detach(): void {
    this.#confirmedAt = undefined;
    this.#stillSince = null;
    this.#skipping = null;
    if (this.#picture === 'past') this.#endReplay();
    this.#stopArriving();
  }

  /**
   * A frame was shown.
   * @param receivedAt when its last packet came, of `performance.now()`: a frame from before the confirmation may be one
   * of the camera that was shown here before
   * @param displayedAt when it is to be on the screen
   * @returns whether anything is told of it: one that comes after its like is only counted
   */
  frame(receivedAt: number, shownAt: number, displayedAt: number = shownAt, facts?: FrameFacts): boolean {
    const told = [this.#picture, this.#isCurrent, this.#pictureSize, this.#interval];
    this.#take(receivedAt, shownAt, displayedAt, facts);
    const telling = [this.#picture, this.#isCurrent, this.#pictureSize, this.#interval];
    return telling.some((fact, index) => fact !== told[index]);
  }

  #take(receivedAt: number, shownAt: number, displayedAt: number, facts: FrameFacts | undefined): void {
    if (this.#confirmedAt === undefined || receivedAt < this.#confirmedAt) return;
    if (facts !== undefined) this.#measure(facts);
    if (!this.#isCurrent) this.#follow(facts?.rtpTimestamp);
    if (this.#isPast(receivedAt)) return;
    if (this.#isFirst) {
      this.#isFirst = false;
      // One for each slot: for whoever measures how long a window takes.
      performance.mark('first picture', {
        startTime: facts?.presentationTime ?? shownAt,
        detail: this.index,
      });
    }
    this.delay.add(displayedAt - receivedAt);
    this.#arrived(shownAt);
  }

  /** Of the picture that was shown last, in its own pixels; null: of none yet. */
  get pictureSize(): Size | null {
    return this.#pictureSize;
  }

  #follow(rtpTimestamp: number | undefined): void {
    const before = this.#rtpTimestamp;
    this.#rtpTimestamp = rtpTimestamp;
    // It wraps at 32 bits.
    if (rtpTimestamp === undefined) {
      this.#isCurrent = true;
      return;
    }
    if (before === undefined || ((rtpTimestamp - before) | 0) <= liveTicks) this.#liveFrom = rtpTimestamp;
    this.#isCurrent = ((rtpTimestamp - this.#liveFrom) | 0) > settledTicks;
  }

  /** Only a change is one. */
  #measure({ width, height }: Size): void {
    const known = this.#pictureSize;
    if (width !== known?.width || height !== known.height) this.#pictureSize = { width, height };
  }

  #arrived(shownAt: number): void {
    if (this.#stillSince !== null) {
      this.#lastFrameAt = this.#stillSince;
      this.#picture = 'stale';
      return;
    }
    this.#newestFrameAt = shownAt;
    this.#isReturning = false;
    if (this.#share !== 'all') this.#measureInterval(shownAt);
    this.#replay = null;
    this.#returnedAt = undefined;
    if (this.#picture === 'arriving') return;
    this.#arrival = 'unknown';
    this.#verdict = unsuspicious;
    this.#lastFrameAt = shownAt;
    this.#picture = 'arriving';
  }

  /** The page is in front again: what stands there may be old, and nothing else is known before the next picture. */
  becameVisible(now: number): void {
    if (this.#picture !== 'arriving' || now - this.#newestFrameAt <= this.#freshFor) return;
    this.#lastFrameAt = this.#newestFrameAt;
    this.#isReturning = true;
  }

  /** @param visibleSince when the page was last brought to the front: frames are not shown behind other pages */
  checkFreshness(now: number, visibleSince: number): void {
    if (this.#returnedAt !== undefined && now - this.#returnedAt > freshMilliseconds) this.#endReplay();
    if (this.#picture !== 'arriving') return;
    if (now - Math.max(this.#newestFrameAt, visibleSince) > this.#freshFor) this.#stopArriving();
  }

  /** How long a picture is one of now, milliseconds. */
  get #freshFor(): number {
    return freshMilliseconds + (this.#share === 'seldom' ? (this.#interval ?? seldomMilliseconds) : 0);
  }

  /** To a tenth of a second, so that it is not told anew with each picture. */
  #measureInterval(shownAt: number): void {
    const sinceBurst = shownAt - this.#burstAt;
    if (sinceBurst < burstMilliseconds) return;
    const isFirst = this.#burstAt === 0;
    this.#burstAt = shownAt;
    if (isFirst) return;
    const known = this.#interval ?? sinceBurst;
    this.#interval = Math.round((known + (sinceBurst - known) / 2) / 100) * 100;
  }

  #setImage(image: Image | null): void {
    this.#image?.close();
    this.#image = image;
    if (image !== null) for (const canvas of this.#canvases) canvas(image);
  }

  /** Whether a picture belongs to a replay. @param receivedAt by this window */
  #isPast(receivedAt: number): boolean {
    return this.#picture === 'past' && (this.#returnedAt === undefined || receivedAt < this.#returnedAt);
  }

  /** No picture of the present has come after it. */
  #endReplay(): void {
    this.#replay = null;
    this.#returnedAt = undefined;
    this.#lastFrameAt = this.#newestFrameAt;
    this.#picture = 'stale';
  }

  #stopArriving(): void {
    this.#isReturning = false;
    if (this.#picture !== 'arriving') return;
    this.#lastFrameAt = this.#newestFrameAt;
    this.#picture = 'stale';
  }
}

/** As it is to be shown. */
export function sizeOf(image: Image): Size {
  return 'displayWidth' in image
    ? { width: image.displayWidth, height: image.displayHeight }
    : { width: image.width, height: image.height };
}

/** So many packets came out of a track so far. */
async function packetsOf(receiver: RTCRtpReceiver | null): Promise<number> {
  let packets = 0;
  const statistics = await receiver?.getStats();
  statistics?.forEach((report: { type: string; packetsReceived?: number }) => {
    if (report.type === 'inbound-rtp') packets += report.packetsReceived ?? 0;
  });
  return packets;
}

function sameWay(a: PictureWay, b: PictureWay): boolean {
  if (a.kind === 'track' || b.kind === 'track') return a.kind === b.kind;
  return a.kind === b.kind && a.codec === b.codec;
}
