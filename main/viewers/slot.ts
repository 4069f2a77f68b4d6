import { GatehouseError } from '../base/gatehouse-error.ts';
import type { ReplayCommand } from '../contract/replay.ts';
import type { SkipReason } from '../contract/viewer.ts';
import type { LiveStream } from '../media/live-stream.ts';
import type { StreamFrame } from '../media/stream-frame.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import { SlotOutput } from './slot-output.ts';
import { SlotReplay } from './slot-replay.ts';
import type { SlotSender } from './slot-sender.ts';
import { SlotTimeline } from './slot-timeline.ts';
import type { SlotWindow } from './slot-window.ts';
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

/** Words that come and go with every GOP could not be read. */
const skippingMilliseconds = 4_000;

/**
 * One place of a window that can show one camera. It reads a stream with a cursor: first the cached GOP, then live. The
 * cached frames go out 1 ms apart in media time, so that the browser decodes them at once and shows the newest; the
 * timestamps of the slot go on rising over every change of camera. Longer than most files: what is sent next is one machine of
 * states.
 */
export class Slot {
  readonly #sender: SlotSender;
  readonly #window: SlotWindow;
  readonly #output: SlotOutput;
  readonly #timeline = new SlotTimeline();
  #lease: StreamLease | undefined;
  #reading: Disposable | undefined;
  #state: State = { name: 'empty' };
  #connected = false;
  #assignment = 0;
  #replayedAt = Number.NEGATIVE_INFINITY;
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
    this.#output = new SlotOutput(sender, window);
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
    return { stream: this.#lease?.stream, ...this.#timeline.mapping };
  }

  /** Shows another camera, or none. The slot owns the lease from now on. @param assignment what the window calls this */
  bind(lease: StreamLease | null, assignment = 0): void {
    const previous = this.#lease;
    this.#assignment = assignment;
    this.#output.bind(assignment);
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
    if (
      frame !== undefined &&
      !this.#output.isUnderway &&
      this.#output.isPaced(frame) &&
      !this.#sender.hasRoom
    )
      return 0;
    const packets = frame === undefined ? 0 : this.#send(frame, this.#timeline.of(frame, cursor), most);
    if (this.#output.isUnderway) return packets;
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
    const packets = this.#send(next.frame, this.#timeline.of(next.frame, next.index), most);
    if (!this.#output.isUnderway) behind.shift();
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
    this.#timeline.anchorAt(isEnough ? first : newest, isEnough ? 1 : gop.length);
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
        if (begins) this.#output.drop();
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
    const begins = !this.#output.isUnderway;
    if (begins && this.#output.isPaced(frame) && !this.#sender.hasRoom) return 0;
    const timestamp = begins ? this.#timeline.next() : this.#timeline.last;
    const packets = this.#send(frame, timestamp, most);
    if (!this.#output.isUnderway) past.sent();
    return packets;
  }

  #awaitKeyFrame(stream: LiveStream): void {
    stream.wantKeyFrame();
    this.#enter({ name: 'awaiting-key-frame' });
  }

  /** A picture that has begun to go and does not go on is left: the next one is a key frame. */
  #enter(state: State): void {
    if (this.#state.name === 'past') this.#state.past[Symbol.dispose]();
    this.#output.drop();
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
        this.#timeline.anchorAt(frame, 1);
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
          this.#sendLive(stream, { frame, index: this.#timeline.replayed });
        } else if (stream.gop !== this.#state.gop) {
          // The cache gave up this GOP or the camera was connected anew: the frames in between are gone.
          this.#awaitKeyFrame(stream);
        }
        break;
      case 'live':
        if (!this.#passesOver(stream, frame))
          this.#sendLive(stream, { frame, index: this.#timeline.replayed });
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
    this.#timeline.anchorAt(newest, gop.length);
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
      this.#output.drop();
    }
    const isPaced = this.#output.isPaced(frame);
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
      if (room > 0) this.#send(frame, this.#timeline.of(frame, index), room);
      if (!isPaced || room >= frame.payloads.length) return;
    }
    behind.push({ frame, index });
    this.#window.turnNeeded();
  }

  /** Of key frames only: one that the network did not take goes as soon as it does, since the next one is far away. */
  #awaitRoom({ gop }: LiveStream, frame: StreamFrame): void {
    if (gop[0] !== frame) return;
    this.#timeline.anchorAt(frame, 1);
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

  /** Sends what has not gone of a picture, up to `most` packets; returns how many. */
  #send(frame: StreamFrame, timestamp: number, most: number): number {
    const packets = this.#output.send(frame, timestamp, most);
    if (packets === 0) return 0;
    this.#timeline.sent(timestamp);
    this.#sentReceivedAt = frame.receivedAt;
    return packets;
  }
}

function live(): State {
  return { name: 'live', behind: [] };
}
