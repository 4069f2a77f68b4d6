import type { LiveStream, StreamFrame } from '../media/live-stream.ts';
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

/**
 * One place of a window that can show one camera. It reads a stream with a cursor: first the cached GOP, then live. The
 * cached frames go out 1 ms apart in media time, so that the browser decodes them at once and shows the newest; the
 * timestamps of the slot go on rising over every change of camera.
 */
export class Slot {
  readonly #sender: SlotSender;
  readonly #onReplay: () => void;
  #lease: StreamLease | undefined;
  #reading: Disposable | undefined;
  #state: State = { name: 'empty' };
  #connected = false;
  /** Slot timestamp of the stream timestamp `anchor`; frames before `anchor` are squeezed together. */
  #anchor = { streamTimestamp: 0, slotTimestamp: 0, replayed: 0 };
  #lastTimestamp = Math.floor(Math.random() * 2 ** 31);
  #lastSentAt = performance.now();
  #replayedAt = Number.NEGATIVE_INFINITY;

  /** @param onReplay called when `replay` has work to do */
  constructor(sender: SlotSender, onReplay: () => void) {
    this.#sender = sender;
    this.#onReplay = onReplay;
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

  /** Shows another camera, or none. The slot owns the lease from now on. */
  bind(lease: StreamLease | null): void {
    const previous = this.#lease;
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

  /** The browser cannot go on without a key frame (RTCP PLI): the cached one comes at once, no camera is asked. */
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
    this.#send(frame, cursor);
    this.#state.cursor++;
    if (this.#state.cursor === gop.length) this.#state = { name: 'live' };
    return frame.payloads.length;
  }

  report(): void {
    this.#sender.report();
  }

  #start(stream: LiveStream): void {
    if (!this.#connected) return;
    const { gop } = stream;
    const newest = gop.at(-1);
    if (newest === undefined) {
      this.#state = { name: 'awaiting-key-frame' };
      return;
    }
    this.#replayedAt = performance.now();
    this.#anchorAt(newest, gop.length);
    this.#state = { name: 'replaying', gop, cursor: 0 };
    this.#onReplay();
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

  #send(frame: StreamFrame, index: number): void {
    const { streamTimestamp, slotTimestamp, replayed } = this.#anchor;
    const timestamp =
      index < replayed
        ? slotTimestamp - (replayed - 1 - index) * ticksPerMillisecond
        : slotTimestamp + frame.timestamp - streamTimestamp;
    const last = frame.payloads.length - 1;
    frame.payloads.forEach((payload, position) => {
      this.#sender.send(payload, timestamp, position === last);
    });
    this.#lastTimestamp = timestamp;
    this.#lastSentAt = performance.now();
  }
}
