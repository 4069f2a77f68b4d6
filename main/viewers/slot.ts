import type { VideoCodec } from '../contract/codecs.ts';
import type { H265Support, PictureWay } from '../contract/viewer.ts';
import type { LiveStream } from '../media/live-stream.ts';
import type { StreamFrame } from '../media/stream-frame.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import { ticksPerMillisecond } from '../media/timeline.ts';
import type { SlotSender } from './slot-sender.ts';

/** A receiver that asks for key frames faster than this only asks because the last answer is still on its way. */
const keyFrameRequestMilliseconds = 1_000;

type State =
  | { readonly name: 'empty' }
  /** Nothing a decoder could start with: the next key frame begins. */
  | { readonly name: 'awaiting-key-frame' }
  /** Sending cached frames; `cursor` is the next one. It has no queue of its own: the GOP cache is the queue. */
  | { readonly name: 'replaying'; readonly gop: readonly StreamFrame[]; cursor: number }
  | { readonly name: 'live' };

const track: PictureWay = { kind: 'track' };

/** What a slot has of its window. */
export interface SlotWindow {
  readonly h265: H265Support;
  /** A picture that no track carries. @param timestamp 90 kHz, not wrapped */
  offerPicture(assignment: number, frame: StreamFrame, timestamp: number): void;
  /** Pictures that were offered and have not been sent are of no use any more. */
  clearPictures(): void;
  /** The pictures of this binding come by another way than before; every binding begins with the track. */
  wayChanged(assignment: number, way: PictureWay): void;
  /** `replay` has work to do. */
  replayNeeded(): void;
}

/**
 * One place of a window that can show one camera. It reads a stream with a cursor: first the cached GOP, then live. The
 * cached frames go out 1 ms apart in media time, so that the browser decodes them at once and shows the newest; the
 * timestamps of the slot go on rising over every change of camera.
 */
export class Slot {
  readonly #sender: SlotSender;
  readonly #window: SlotWindow;
  #lease: StreamLease | undefined;
  #reading: Disposable | undefined;
  #state: State = { name: 'empty' };
  #connected = false;
  #assignment = 0;
  #codec: VideoCodec = 'H264';
  #way: PictureWay = track;
  /** Slot timestamp of the stream timestamp `anchor`; frames before `anchor` are squeezed together. */
  #anchor = { streamTimestamp: 0, slotTimestamp: 0, replayed: 0 };
  #lastTimestamp = Math.floor(Math.random() * 2 ** 31);
  #lastSentAt = performance.now();
  #replayedAt = Number.NEGATIVE_INFINITY;

  constructor(sender: SlotSender, window: SlotWindow) {
    this.#sender = sender;
    this.#window = window;
  }

  get isReplaying(): boolean {
    return this.#state.name === 'replaying';
  }

  /**
   * How slot timestamps (90 kHz, not wrapped) belong to the stream's, for whoever measures delay: the first one of the
   * present binding, and what live frames add to the stream's own.
   */
  get mapping(): { stream: LiveStream | undefined; firstTimestamp: number; timestampOffset: number } {
    const { streamTimestamp, slotTimestamp, replayed } = this.#anchor;
    return {
      stream: this.#lease?.stream,
      firstTimestamp: slotTimestamp - Math.max(0, replayed - 1) * ticksPerMillisecond,
      timestampOffset: slotTimestamp - streamTimestamp,
    };
  }

  /** Shows another camera, or none. The slot owns the lease from now on. @param assignment what the window calls this */
  bind(lease: StreamLease | null, assignment = 0): void {
    const previous = this.#lease;
    if (this.#way.kind === 'channel') this.#window.clearPictures();
    this.#assignment = assignment;
    this.#way = track;
    if (this.#codec === 'H265') this.#sender.use('H264');
    this.#codec = 'H264';
    this.#reading?.[Symbol.dispose]();
    this.#reading = undefined;
    this.#lease = lease ?? undefined;
    this.#state = { name: 'empty' };
    if (lease !== null) {
      this.#reading = lease.stream.read((frame) => this.#onFrame(lease.stream, frame));
      this.#start(lease.stream);
    }
    previous?.[Symbol.dispose]();
  }

  /** The way to the browser is open: what was sent before went nowhere, so start from the key frame. */
  connect(): void {
    this.#connected = true;
    if (this.#lease !== undefined) this.#start(this.#lease.stream);
  }

  /** The browser cannot go on without a key frame (RTCP PLI): the cached one comes at once; the camera is asked where there is none. */
  requestKeyFrame(): void {
    const now = performance.now();
    if (this.#lease === undefined || now - this.#replayedAt < keyFrameRequestMilliseconds) return;
    this.#start(this.#lease.stream);
  }

  /** Sends the next cached frame; returns how many packets it took. */
  replay(): number {
    if (this.#state.name !== 'replaying') return 0;
    const { gop, cursor } = this.#state;
    const frame = gop[cursor];
    if (frame === undefined) {
      this.#state = { name: 'live' };
      return 0;
    }
    const packets = this.#send(frame, cursor);
    this.#state.cursor++;
    if (this.#state.cursor === gop.length) this.#state = { name: 'live' };
    return packets;
  }

  report(): void {
    this.#sender.report();
  }

  #start(stream: LiveStream): void {
    if (!this.#connected) return;
    const { gop } = stream;
    const newest = gop.at(-1);
    if (newest === undefined) {
      stream.wantKeyFrame();
      this.#state = { name: 'awaiting-key-frame' };
      return;
    }
    this.#replayedAt = performance.now();
    this.#anchorAt(newest, gop.length);
    this.#state = { name: 'replaying', gop, cursor: 0 };
    this.#window.replayNeeded();
  }

  #onFrame(stream: LiveStream, frame: StreamFrame): void {
    if (!this.#connected) return;
    switch (this.#state.name) {
      case 'empty':
        break;
      case 'awaiting-key-frame':
        if (!frame.keyFrame) break;
        this.#anchorAt(frame, 1);
        this.#state = { name: 'live' };
        this.#send(frame, 0);
        break;
      case 'replaying':
        if (frame.keyFrame) {
          // A newer picture to start from: what is left of the old GOP is no longer worth sending.
          this.#state = { name: 'live' };
          this.#send(frame, this.#anchor.replayed);
        } else if (stream.gop !== this.#state.gop) {
          // The cache gave up this GOP or the camera was connected anew: the frames in between are gone.
          stream.wantKeyFrame();
          this.#state = { name: 'awaiting-key-frame' };
        }
        break;
      case 'live':
        this.#send(frame, this.#anchor.replayed);
        break;
      default:
        this.#state satisfies never;
    }
  }

  /** Fixes the slot timestamp of the newest of `frames` cached frames: now, and late enough for those before it. */
  #anchorAt(newest: StreamFrame, frames: number): void {
    const elapsed = Math.round((performance.now() - this.#lastSentAt) * ticksPerMillisecond);
    this.#anchor = {
      streamTimestamp: newest.timestamp,
      slotTimestamp: this.#lastTimestamp + Math.max(elapsed, (frames + 1) * ticksPerMillisecond),
      replayed: frames,
    };
  }

  /** Returns how many packets it took. */
  #send(frame: StreamFrame, index: number): number {
    if (frame.codec !== this.#codec) this.#takeCodec(frame.codec);
    if (this.#way.kind === 'none') return 0;
    const { streamTimestamp, slotTimestamp, replayed } = this.#anchor;
    const timestamp =
      index < replayed
        ? slotTimestamp - (replayed - 1 - index) * ticksPerMillisecond
        : slotTimestamp + frame.timestamp - streamTimestamp;
    this.#lastTimestamp = timestamp;
    this.#lastSentAt = performance.now();
    if (this.#way.kind === 'channel') {
      this.#window.offerPicture(this.#assignment, frame, timestamp);
      return 1;
    }
    const { payloads } = frame;
    const last = payloads.length - 1;
    payloads.forEach((payload, position) => {
      this.#sender.send(payload, timestamp, position === last);
    });
    return payloads.length;
  }

  /** The camera sends another format than the frames before; a stream of another camera begins anew. */
  #takeCodec(codec: VideoCodec): void {
    this.#codec = codec;
    const way = wayOf(codec, this.#window.h265);
    if (codec !== 'JPEG' && way.kind === 'track') this.#sender.use(codec);
    if (way.kind === 'track' && this.#way.kind === 'track') return;
    this.#way = way;
    this.#window.wayChanged(this.#assignment, way);
  }
}

/** By which way a window gets the pictures of a format. */
function wayOf(codec: VideoCodec, h265: H265Support): PictureWay {
  switch (codec) {
    case 'H264':
      return track;
    case 'H265':
      return h265 === 'track' ? track : { kind: h265, codec };
    case 'JPEG':
      return { kind: 'channel', codec };
    default:
      return codec satisfies never;
  }
}
