import { GatehouseError } from '../base/gatehouse-error.ts';
import type { VideoCodec } from '../contract/codecs.ts';
import type { ReplayCommand, ReplayPosition } from '../contract/replay.ts';
import type { H265Support, PictureWay, SkipReason } from '../contract/viewer.ts';
import type { LiveStream } from '../media/live-stream.ts';
import type { StreamFrame } from '../media/stream-frame.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import { ticksPerMillisecond } from '../media/timeline.ts';
import { SlotReplay } from './slot-replay.ts';
import type { SlotSender } from './slot-sender.ts';
import { type PictureShare, Thinning } from './thinning.ts';

/** A receiver that asks for key frames faster than this only asks because the last answer is still on its way. */
const keyFrameRequestMilliseconds = 1_000;

/** Pictures that wait for their turn to be sent: about a second. Past it they are dropped up to the next key frame. */
const maximumBehind = 32;

/** A live picture that has not gone, or not wholly. */
interface Waiting {
  readonly frame: StreamFrame;
  readonly index: number;
}

type State =
  | { readonly name: 'empty' }
  /** Nothing a decoder could start with: the next key frame begins. */
  | { readonly name: 'awaiting-key-frame' }
  /**
   * Sending cached frames; `cursor` is the next one. It has no queue of its own: the GOP cache is the queue. Where that has been
   * shortened (not `isWhole`) its key frame is followed by nothing.
   */
  | {
      readonly name: 'replaying';
      readonly gop: readonly StreamFrame[];
      readonly isWhole: boolean;
      cursor: number;
      /** It ends before this one, or with the last. */
      readonly end: number;
    }
  /** What is cached is too old to be shown as if it happened now: it goes out with the next frame. */
  | { readonly name: 'awaiting-frame' }
  /** `behind`: what did not go in the turn in which it came, since it was too much for one; mostly nothing. */
  | { readonly name: 'live'; readonly behind: Waiting[] }
  /** Somebody looks at what was: live pictures pass by. */
  | { readonly name: 'past'; readonly past: SlotReplay };

/** A camera that has sent nothing for longer than this is silent, and its last pictures must not come as new ones. */
const silentMilliseconds = 1_500;

const track: PictureWay = { kind: 'track' };
/** Words that come and go with every GOP could not be read. */
const skippingMilliseconds = 4_000;

/** What a slot has of its window. */
export interface SlotWindow {
  readonly h265: H265Support;
  /** A picture that no track carries. @param timestamp 90 kHz, not wrapped */
  offerPicture(assignment: number, frame: StreamFrame, timestamp: number): void;
  /** Pictures that were offered and have not been sent are of no use any more. */
  clearPictures(): void;
  /** The pictures of this binding come by another way than before; every binding begins with the track. */
  wayChanged(assignment: number, way: PictureWay): void;
  /**
   * What is shown from now on is this old and stands still; null: it does so no longer.
   * @param milliseconds since it was received
   */
  stillShown(assignment: number, milliseconds: number | null): void;
  /** What is shown is the past, and where in it; null: the present again. */
  replayMoved(assignment: number, position: ReplayPosition | null): void;
  /** How many packets of a live picture may leave in this turn, up to those that are asked for. */
  takeRoom(packets: number): number;
  /** `catchUp` or `replay` has work to do. */
  turnNeeded(): void;
}

/**
 * One place of a window that can show one camera. It reads a stream with a cursor: first the cached GOP, then live. The
 * cached frames go out 1 ms apart in media time, so that the browser decodes them at once and shows the newest; the
 * timestamps of the slot go on rising over every change of camera. Longer than most files: what is sent next is one machine of
 * states.
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
  /** Packets that have gone of a picture that has not gone wholly. */
  #sentPackets = 0;
  #isStill = false;
  /** A picture was not sent, and those after it need it: it goes on with the next key frame. */
  #lacks: SkipReason | undefined;
  #skipped: { count: number; at: number; reason: SkipReason } | undefined;
  readonly #thinning = new Thinning();
  /** When the picture was received that was sent last, of `performance.now()`. */
  #sentReceivedAt = Number.NEGATIVE_INFINITY;

  constructor(sender: SlotSender, window: SlotWindow) {
    this.#sender = sender;
    this.#window = window;
  }

  /** Whether `replay` has something to send. */
  get isReplaying(): boolean {
    if (this.#state.name === 'past') return this.#state.past.frame !== undefined;
    return this.#state.name === 'replaying';
  }

  /** Whether live pictures wait for `catchUp`. */
  get isBehind(): boolean {
    return this.#state.name === 'live' && this.#state.behind.length > 0;
  }

  /**
   * That pictures of the present binding are skipped now, or were a moment ago: how many so far, and why.
   * @param now of `performance.now()`
   */
  skipping(now: number): { assignment: number; reason: SkipReason; skipped: number } | undefined {
    if (this.#skipped === undefined || now - this.#skipped.at > skippingMilliseconds) return undefined;
    const { count, reason } = this.#skipped;
    return { assignment: this.#assignment, reason, skipped: count };
  }

  /** How many pictures were not sent, over all bindings, since fewer were enough. */
  get passedOver(): number {
    return this.#thinning.passedOver;
  }

  /**
   * Which pictures are enough from now on. Key frames: one a second at most; where they are more than 2.5 s apart, the pictures
   * between them come together that often. Seldom: a key frame in four seconds at most, and nothing else. All: those that were
   * passed over come at once, so that nothing waits for a key frame.
   */
  set share(wanted: PictureShare) {
    this.#thinning.share = wanted;
    const stream = this.#lease?.stream;
    if (wanted === 'all' && stream !== undefined) this.#sendPassed(stream);
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
    this.#isStill = false;
    this.#skipped = undefined;
    this.#sentReceivedAt = Number.NEGATIVE_INFINITY;
    this.#reading?.[Symbol.dispose]();
    this.#reading = undefined;
    this.#lease = lease ?? undefined;
    this.#enter({ name: 'empty' });
    if (lease !== null) {
      this.#reading = lease.stream.read((frame) => this.#onFrame(lease.stream, frame));
      this.#start(lease.stream);
    }
    previous?.[Symbol.dispose]();
  }

  /** The way to the browser is open: what was sent before went nowhere, so start from the key frame. */
  connect(): void {
    this.#connected = true;
    if (this.#state.name === 'past') this.#state.past.refresh();
    else if (this.#lease !== undefined) this.#start(this.#lease.stream);
  }

  /**
   * Goes to the past or within it, or back to the present.
   * @param assignment of which this is said: it does nothing when something else is shown meanwhile
   * @throws GatehouseError not-found when nothing of this camera is kept
   */
  control(command: ReplayCommand, assignment: number): void {
    const stream = this.#lease?.stream;
    if (stream === undefined || assignment !== this.#assignment) return;
    if (command.kind === 'live') {
      if (this.#state.name === 'past') this.#returnToLive(stream);
      return;
    }
    const past = this.#state.name === 'past' ? this.#state.past : this.#enterPast(stream);
    switch (command.kind) {
      case 'seek':
        past.seek(performance.now() - command.ago);
        break;
      case 'skip':
        past.skip(command.milliseconds);
        break;
      case 'step':
        past.step(command.frames);
        break;
      case 'play':
        past.play(command.speed);
        break;
      case 'pause':
        past.pause();
        break;
      default:
        command satisfies never;
    }
  }

  /**
   * The browser cannot go on without a key frame (RTCP PLI): the cached one comes at once, and what followed it; the camera is
   * asked where that cannot lead to the present.
   */
  requestKeyFrame(): void {
    const stream = this.#lease?.stream;
    const now = performance.now();
    if (stream === undefined || now - this.#replayedAt < keyFrameRequestMilliseconds) return;
    if (this.#state.name === 'past') {
      this.#replayedAt = now;
      this.#state.past.refresh();
      return;
    }
    // A whole GOP is the last thing that a slow network needs; the next key frame comes anyway.
    if (this.#lacks !== undefined) return;
    if (stream.isGopWhole) this.#start(stream);
    else stream.wantKeyFrame();
  }

  /** Sends of the next cached frame; returns how many packets it took. @param most packets */
  replay(most = Number.POSITIVE_INFINITY): number {
    if (this.#state.name === 'past') return this.#sendPast(this.#state.past, most);
    if (this.#state.name !== 'replaying') return 0;
    const { gop, cursor, isWhole } = this.#state;
    const frame = gop[cursor];
    // Cached pictures wait until the network takes them.
    if (frame !== undefined && this.#sentPackets === 0 && this.#isPaced(frame) && !this.#sender.hasRoom)
      return 0;
    const packets = frame === undefined ? 0 : this.#send(frame, this.#timestampOf(frame, cursor), most);
    if (this.#sentPackets > 0) return packets;
    this.#state.cursor++;
    const { cursor: next, end } = this.#state;
    if (next < Math.min(end, gop.length)) return packets;
    this.#enter(isWhole ? live() : { name: 'awaiting-key-frame' });
    if (isWhole && next < gop.length) this.#thinning.stopAt(gop, next);
    return packets;
  }

  /** Sends of the next live picture that had to wait; returns how many packets it took. @param most packets */
  catchUp(most: number): number {
    if (this.#state.name !== 'live') return 0;
    const { behind } = this.#state;
    const [next] = behind;
    if (next === undefined) return 0;
    const packets = this.#send(next.frame, this.#timestampOf(next.frame, next.index), most);
    if (this.#sentPackets === 0) behind.shift();
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
      this.#awaitKeyFrame(stream);
      return;
    }
    const now = performance.now();
    // One that was shortened says for itself how old it is.
    if (stream.isGopWhole && now - newest.receivedAt > silentMilliseconds) {
      this.#enter({ name: 'awaiting-frame' });
      return;
    }
    this.#replayedAt = now;
    const isWhole = stream.isGopWhole;
    const [first = newest] = gop;
    const isEnough = isWhole && this.#thinning.isEnough(now - first.receivedAt);
    this.#anchorAt(isEnough ? first : newest, isEnough ? 1 : gop.length);
    if (!isWhole) {
      stream.wantKeyFrame();
      this.#isStill = true;
      this.#window.stillShown(this.#assignment, now - newest.receivedAt);
    }
    this.#enter({ name: 'replaying', gop, isWhole, cursor: 0, end: isEnough ? 1 : Number.POSITIVE_INFINITY });
    this.#window.turnNeeded();
  }

  /** Stands at the newest picture of what is kept: whoever asks for it says where to go. */
  #enterPast({ history }: LiveStream): SlotReplay {
    const other = this.#lease?.otherHistory?.();
    const gop = history.gopAt(performance.now());
    if (gop === undefined)
      throw new GatehouseError('not-found', 'Nothing of this camera is kept for replay yet.');
    const assignment = this.#assignment;
    const past = new SlotReplay([history, ...(other === undefined ? [] : [other])], gop, {
      frameDue: (begins) => {
        if (begins) this.#sentPackets = 0;
        if (this.#connected) this.#window.turnNeeded();
      },
      moved: (position) => this.#window.replayMoved(assignment, position),
      ended: () => {
        if (this.#lease !== undefined) this.#returnToLive(this.#lease.stream);
      },
    });
    this.#isStill = false;
    this.#skipped = undefined;
    this.#enter({ name: 'past', past });
    return past;
  }

  #returnToLive(stream: LiveStream): void {
    this.#window.replayMoved(this.#assignment, null);
    this.#enter({ name: 'awaiting-key-frame' });
    this.#start(stream);
  }

  /** Timestamps go on with the clock, whichever way the past is gone through; frames that are due together are 1 ms apart. */
  #sendPast(past: SlotReplay, most: number): number {
    const { frame } = past;
    if (frame === undefined) return 0;
    const begins = this.#sentPackets === 0;
    if (begins && this.#isPaced(frame) && !this.#sender.hasRoom) return 0;
    const elapsed = Math.round((performance.now() - this.#lastSentAt) * ticksPerMillisecond);
    const timestamp = begins
      ? this.#lastTimestamp + Math.max(elapsed, ticksPerMillisecond)
      : this.#lastTimestamp;
    const packets = this.#send(frame, timestamp, most);
    if (this.#sentPackets === 0) past.sent();
    return packets;
  }

  #awaitKeyFrame(stream: LiveStream): void {
    stream.wantKeyFrame();
    this.#enter({ name: 'awaiting-key-frame' });
  }

  /** A picture that has begun to go and does not go on is left: the next one is a key frame. */
  #enter(state: State): void {
    if (this.#state.name === 'past') this.#state.past[Symbol.dispose]();
    this.#sentPackets = 0;
    this.#lacks = undefined;
    this.#thinning.forget();
    this.#state = state;
  }

  #onFrame(stream: LiveStream, frame: StreamFrame): void {
    if (!this.#connected) return;
    if (frame.keyFrame && this.#isStill) {
      this.#isStill = false;
      this.#window.stillShown(this.#assignment, null);
    }
    switch (this.#state.name) {
      case 'empty':
      case 'past':
        break;
      case 'awaiting-key-frame':
        if (!frame.keyFrame) break;
        this.#anchorAt(frame, 1);
        this.#enter(live());
        this.#sendLive(stream, { frame, index: 0 });
        break;
      case 'awaiting-frame':
        this.#start(stream);
        break;
      case 'replaying':
        if (frame.keyFrame) {
          // A newer picture to start from: what is left of the old GOP is no longer worth sending.
          this.#enter(live());
          this.#sendLive(stream, { frame, index: this.#anchor.replayed });
        } else if (stream.gop !== this.#state.gop) {
          // The cache gave up this GOP or the camera was connected anew: the frames in between are gone.
          this.#awaitKeyFrame(stream);
        }
        break;
      case 'live':
        if (!this.#passesOver(stream, frame)) this.#sendLive(stream, { frame, index: this.#anchor.replayed });
        break;
      default:
        this.#state satisfies never;
    }
  }

  /** Whether a picture is not sent now, since fewer are enough. */
  #passesOver(stream: LiveStream, frame: StreamFrame): boolean {
    // What is on its way goes whole, and after a gap there is nothing to go on from.
    const mayBegin = !this.isBehind && this.#lacks === undefined;
    const apart = frame.receivedAt - this.#sentReceivedAt;
    const choice = this.#thinning.take(frame, stream.gop, apart, mayBegin);
    if (choice === 'catch-up') this.#sendPassed(stream);
    return choice !== 'send';
  }

  /** The pictures that were passed over, as fast as a join: the decoder needs them for the newest. */
  #sendPassed(stream: LiveStream): void {
    const { passed } = this.#thinning;
    if (passed === undefined || this.#state.name !== 'live') return;
    const { gop, cursor } = passed;
    const newest = gop.at(-1);
    if (gop !== stream.gop || newest === undefined) {
      // The cache gave them up: the picture stays until the next key frame.
      this.#awaitKeyFrame(stream);
      return;
    }
    this.#anchorAt(newest, gop.length);
    this.#enter({ name: 'replaying', gop, isWhole: true, cursor, end: Number.POSITIVE_INFINITY });
    this.#window.turnNeeded();
  }

  /** At once as far as there is room; the rest waits, at most until the next key frame. */
  #sendLive(stream: LiveStream, { frame, index }: Waiting): void {
    if (this.#state.name !== 'live') return;
    const { behind } = this.#state;
    if (frame.keyFrame) {
      if (behind.length > 0) this.#countSkipped('computer', behind.length);
      behind.length = 0;
      this.#sentPackets = 0;
    }
    const isPaced = this.#isPaced(frame);
    if (isPaced && !this.#admits(frame)) {
      if (this.#thinning.share !== 'all') this.#awaitRoom(stream, frame);
      return;
    }
    if (behind.length === maximumBehind) {
      this.#countSkipped('computer', behind.length + 1);
      this.#awaitKeyFrame(stream);
      return;
    }
    if (behind.length === 0) {
      // Anything else has a queue of its own.
      const room = isPaced ? this.#window.takeRoom(frame.payloads.length) : Number.POSITIVE_INFINITY;
      if (room > 0) this.#send(frame, this.#timestampOf(frame, index), room);
      if (!isPaced || room >= frame.payloads.length) return;
    }
    behind.push({ frame, index });
    this.#window.turnNeeded();
  }

  /** Of key frames only: one that the network did not take goes as soon as it does, since the next one is far away. */
  #awaitRoom({ gop }: LiveStream, frame: StreamFrame): void {
    if (gop[0] !== frame) return;
    this.#anchorAt(frame, 1);
    this.#enter({ name: 'replaying', gop, isWhole: true, cursor: 0, end: 1 });
    this.#window.turnNeeded();
  }

  /** Whether a live picture may be sent, or queued, whole; else it is skipped, and all up to the next key frame. */
  #admits(frame: StreamFrame): boolean {
    if (frame.keyFrame || this.#lacks === undefined) {
      const { hasRoom, isLimited } = this.#sender;
      this.#lacks = hasRoom ? undefined : isLimited ? 'limit' : 'network';
      if (this.#lacks === undefined) return true;
    }
    this.#sender.skip(frame.payloads);
    this.#countSkipped(this.#lacks, 1);
    return false;
  }

  #countSkipped(reason: SkipReason, pictures: number): void {
    const count = (this.#skipped?.count ?? 0) + pictures;
    this.#skipped = { count, at: performance.now(), reason };
  }

  /** Whether it goes over the track. */
  #isPaced({ codec }: StreamFrame): boolean {
    return codec === 'H264' || (codec === 'H265' && this.#window.h265 === 'track');
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

  #timestampOf(frame: StreamFrame, index: number): number {
    const { streamTimestamp, slotTimestamp, replayed } = this.#anchor;
    return index < replayed
      ? slotTimestamp - (replayed - 1 - index) * ticksPerMillisecond
      : slotTimestamp + frame.timestamp - streamTimestamp;
  }

  /** Sends what has not gone of a picture, up to `most` packets; `#sentPackets` is 0 when it has gone. Returns how many. */
  #send(frame: StreamFrame, timestamp: number, most: number): number {
    if (frame.codec !== this.#codec) this.#takeCodec(frame.codec);
    if (this.#way.kind === 'none') return 0;
    this.#lastTimestamp = timestamp;
    this.#sentReceivedAt = frame.receivedAt;
    this.#lastSentAt = performance.now();
    if (this.#way.kind === 'channel') {
      this.#window.offerPicture(this.#assignment, frame, timestamp);
      return 1;
    }
    const { payloads } = frame;
    const start = this.#sentPackets;
    const end = Math.min(payloads.length, start + most);
    const isWhole = start === 0 && end === payloads.length;
    this.#sender.send(isWhole ? payloads : payloads.slice(start, end), timestamp, end === payloads.length);
    this.#sentPackets = end === payloads.length ? 0 : end;
    return end - start;
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

function live(): State {
  return { name: 'live', behind: [] };
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
