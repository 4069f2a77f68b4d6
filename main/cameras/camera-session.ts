import { Gate } from '../base/gate.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import {
  abortableDelay,
  backoffMilliseconds,
  longestAwayMilliseconds,
  refusedMilliseconds,
} from '../base/retry.ts';
import type { CameraTransport, StreamRemark, StreamStatus } from '../contract/camera.ts';
import type { ErrorCode } from '../contract/error-codes.ts';
import { AudioStream } from '../media/audio-stream.ts';
import { defaultClockRate, LiveStream, type StreamTraits } from '../media/live-stream.ts';
import type { PictureMemory } from '../media/picture-memory.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import type { RtspTransport } from '../rtsp/rtsp-session.ts';
import { audioStatus } from './audio-status.ts';
import { isHttp } from './camera-address.ts';
import { KeepAliveChoice } from './keep-alive-choice.ts';
import { openSource, probeSource, type Source, type SourceTarget } from './source.ts';
import { StreamMeter, type StreamQuality } from './stream-meter.ts';
import { nextStatus, type StreamStatusEvent } from './stream-status.ts';
import { TransportChoice } from './transport-choice.ts';

/** The upstream stays for this long after the last viewer left: guards switch back and forth. */
const lingerMilliseconds = 10_000;
/** Less often than this, something has stopped coming; the connection itself is given up after four seconds without a packet. */
const missingMilliseconds = 2_000;
const lookMilliseconds = 500;
/** A connection that held for this long was a good one: the next failure starts with the shortest wait. */
const stableMilliseconds = 10_000;
/** A camera that is starting may refuse what it takes a moment later: the first refusal waits as long as the longest retry. */
const attemptAfterRefusal = 4;
/** Whoever comes to publish is told of: looking again is for what was overlooked. */
const notPublishedMilliseconds = 10 * 60_000;

/** A camera that is away: it is asked again sooner than one that answers, since it may be back at any moment. */
const awayErrors: ReadonlySet<ErrorCode> = new Set([
  'camera-unreachable',
  'camera-closed-connection',
  'camera-silent',
]);

/** A stream to play, and how. */
export interface CameraTarget extends SourceTarget {
  /** As a person wants it; automatic when left out. */
  readonly transport?: CameraTransport;
  /** What worked last; null: not known. */
  readonly workingTransport?: RtspTransport | null;
}

/** The camera does not take its password. */
interface Refusal {
  readonly error: GatehouseError;
  /** In a row. */
  readonly count: number;
  /** Until then nobody may ask it again, whoever comes to watch; of `performance.now()`. */
  readonly until: number;
}

/** What came in since the session was made. */
export interface Received {
  /** Of RTP. */
  readonly bytes: number;
  readonly frames: number;
  readonly keyFrames: number;
  /** By their sequence numbers; those that did not come are among them. */
  readonly packets: number;
  readonly lost: number;
}

/**
 * One profile of one camera: at most one connection whatever the number of viewers, open while somebody holds a lease.
 * RTP enters here.
 */
export class CameraSession implements AsyncDisposable {
  readonly stream: LiveStream;
  readonly audio: AudioStream = new AudioStream();
  #target: CameraTarget;
  #transport: TransportChoice;
  #keepAlive = new KeepAliveChoice();
  readonly #log: Log;
  readonly #onStatus: (status: StreamStatus) => void;
  readonly #onTransport: (transport: RtspTransport) => void;
  readonly #gate: Gate;
  readonly #isProbed: () => boolean;
  #status: StreamStatus = { state: 'idle' };
  #loggedFailure: ErrorCode | undefined;
  #refusal: Refusal | undefined;
  #leases = 0;
  #source: Source | undefined;
  #linger: NodeJS.Timeout | undefined;
  #stop: AbortController | undefined;
  #probe: AbortController | undefined;
  #probing: Promise<void> = Promise.resolve();
  readonly #meter = new StreamMeter();
  #bytes = 0;
  #running: Promise<void> = Promise.resolve();
  #disposed = false;

  /**
   * @param options.onTransport the packets come another way than was to be expected: worth remembering for the camera
   * @param options.onKeyFrameWanted a viewer waits for one that the camera has not sent by itself
   * @param options.gate shared by all streams of a camera: it is dialled by one of them at a time
   * @param options.pictures memory that all cameras share
   * @param options.replay the same for instant replay; without it nothing is kept
   * @param options.isProbed whether somebody asks how it is while nobody watches; else nothing is known of it then
   */
  constructor(options: {
    target: CameraTarget;
    log: Log;
    onStatus: (status: StreamStatus) => void;
    onTransport?: (transport: RtspTransport) => void;
    onKeyFrameWanted?: () => void;
    gate?: Gate;
    isProbed?: () => boolean;
    pictures?: PictureMemory;
    replay?: PictureMemory;
  }) {
    this.stream = new LiveStream(options.pictures, options.replay);
    this.#target = options.target;
    this.#transport = choiceFor(options.target);
    this.#onTransport = options.onTransport ?? (() => {});
    this.stream.onKeyFrameWanted = () => {
      this.#source?.requestKeyFrame();
      options.onKeyFrameWanted?.();
    };
    this.#gate = options.gate ?? new Gate();
    this.#log = options.log;
    this.#onStatus = options.onStatus;
    this.#isProbed = options.isProbed ?? (() => true);
  }

  get status(): StreamStatus {
    return this.#status;
  }

  get received(): Received {
    const { packets, lost } = this.#meter.quality;
    const { frames, keyFrames } = this.stream;
    return { bytes: this.#bytes, frames, keyFrames, packets, lost };
  }

  /** How the packets of this connection come. */
  get quality(): Pick<StreamQuality, 'jitter' | 'delay'> {
    return this.#meter.quality;
  }

  /** The way of the packets; null where there is no choice. */
  get transport(): RtspTransport | null {
    return isHttp(this.#target.url) ? null : this.#transport.current;
  }

  /** Whether somebody watches it, or has until a moment ago. */
  get busy(): boolean {
    return this.#stop !== undefined && !this.#stop.signal.aborted;
  }

  /**
   * From now on the stream comes from somewhere else, or with another password; its viewers stay.
   * @param retries a camera that refuses its password is asked again, although nothing is new
   * @returns whether it is dialled anew
   */
  retarget(target: CameraTarget, retries: boolean): boolean {
    const isSame = isSameTarget(this.#target, target);
    this.#target = target;
    if (isSame && !(retries && this.#refusal !== undefined)) return false;
    this.#refusal = undefined;
    this.#transport = choiceFor(target);
    this.#keepAlive = new KeepAliveChoice();
    this.#probe?.abort();
    this.#loggedFailure = undefined;
    // At once: what is known is true of the other address only.
    this.#dialAnew();
    return true;
  }

  /**
   * What kept it from playing may be over, or a connection that looks open may be dead: dials now. A camera that refuses its
   * password is let alone.
   * @param alsoPlaying connections that play are given up, too: the machine was asleep
   */
  redial(alsoPlaying: boolean): void {
    if (!this.busy || this.#refusal !== undefined) return;
    if (alsoPlaying || this.#status.state === 'waiting') this.#dialAnew();
  }

  #dialAnew(): void {
    this.#stop?.abort();
    if (this.#leases > 0) this.#start();
    else this.#transition({ type: 'forgotten' });
  }

  /** Nobody asks any more how the stream is. */
  forget(): void {
    if (this.busy) return;
    this.#probe?.abort();
    this.#transition({ type: 'forgotten' });
  }

  /**
   * Asks the camera whether it would play, unless somebody watches it. Never rejects.
   * @param next when it will be asked again: milliseconds since 1970, by how this attempt ended
   */
  async probe(next: (failure: GatehouseError | null) => number): Promise<void> {
    if (this.#disposed || this.busy || this.#probe !== undefined) return;
    const probe = new AbortController();
    this.#probe = probe;
    this.#probing = this.#probeOnce(probe.signal, next).finally(() => {
      this.#probe = undefined;
    });
    await this.#probing;
  }

  /** Opens the upstream if it is closed and keeps it open until the lease is disposed. */
  lease(): StreamLease {
    this.#leases++;
    clearTimeout(this.#linger);
    this.#start();
    let held = true;
    return {
      stream: this.stream,
      audio: this.audio,
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#leases--;
        if (this.#leases > 0 || this.#disposed) return;
        this.#linger = setTimeout(() => this.#stop?.abort(), lingerMilliseconds);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#linger);
    this.#probe?.abort();
    this.#stop?.abort();
    await Promise.all([this.#running, this.#probing]);
    this.stream.history.clear();
  }

  #start(): void {
    if (this.#disposed || this.busy) return;
    this.#probe?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.#transition({ type: 'dialling' });
    // One connection at a time: the camera's last one is closed before the next is dialled.
    this.#running = Promise.all([this.#running, this.#probing]).then(() => this.#run(stop));
  }

  /** The policy: dial, and after a failure wait and dial again, for as long as it is wanted. Never rejects. */
  async #run(stop: AbortController): Promise<void> {
    const { signal } = stop;
    let attempt = 0;
    while (!signal.aborted) {
      const refusal = this.#refusal;
      const left = refusal === undefined ? 0 : refusal.until - performance.now();
      if (refusal !== undefined && left > 0) {
        this.#transition({ type: 'failed', error: refusal.error, retryAt: Date.now() + left });
        await abortableDelay(left, signal);
        continue;
      }
      this.#transition({ type: 'dialling' });
      const startedAt = performance.now();
      try {
        await this.#runOnce(signal);
      } catch (thrown) {
        if (signal.aborted) break;
        const error = GatehouseError.from(thrown);
        if (performance.now() - startedAt > stableMilliseconds) attempt = 0;
        if (this.#isRefusal(error)) continue;
        if (error.code === 'camera-transport-refused' && this.#transport.refused()) continue;
        const wait = waitMilliseconds(error, attempt);
        attempt++;
        this.#transition({ type: 'failed', error, retryAt: Date.now() + wait });
        await abortableDelay(wait, signal);
      }
    }
    // Somebody who came meanwhile has dialled anew.
    if (this.#stop === stop) this.#transition({ type: this.#isProbed() ? 'stopped' : 'forgotten' });
  }

  async #probeOnce(signal: AbortSignal, next: (failure: GatehouseError | null) => number): Promise<void> {
    try {
      // The last viewer's connection may still be closing.
      await this.#running;
      using _turn = await this.#gate.enter(signal);
      await probeSource(this.#target, { signal });
      // Whoever came meanwhile knows better.
      if (signal.aborted) return;
      next(null);
      this.#transition({ type: 'answered' });
    } catch (thrown) {
      if (signal.aborted) return;
      const error = GatehouseError.from(thrown);
      this.#isRefusal(error);
      this.#transition({ type: 'failed', error, retryAt: next(error) });
    }
  }

  /** Notes whether the camera did not take its password, so that its account is not locked by asking again and again. */
  #isRefusal(error: GatehouseError): boolean {
    if (error.code !== 'camera-refused-credentials') return false;
    const count = (this.#refusal?.count ?? 0) + 1;
    const wait = count === 1 ? backoffMilliseconds(attemptAfterRefusal) : refusedMilliseconds;
    this.#refusal = { error, count, until: performance.now() + wait };
    return true;
  }

  /** The work: one connection from dialling to its end. */
  async #runOnce(signal: AbortSignal): Promise<void> {
    await using source = await this.#open(signal);
    this.#source = source;
    this.stream.begin(source.video);
    this.#meter.begin(source.video.clockRate ?? defaultClockRate);
    using hearing = new DisposableStack();
    if (source.audio.kind === 'playable') {
      const { history } = this.stream;
      this.audio.begin(source.audio.track, (onPacket) => source.hear(onPacket));
      if (history.keepsSound)
        hearing.use(this.audio.read((frame) => history.addSound(frame, performance.now())));
    }
    let traits: StreamTraits | undefined;
    let playingSince: number | null = null;
    let heardAt = performance.now();
    const received = (bytes: number) => {
      if (traits === undefined) this.#onFirstPacket(source);
      heardAt = performance.now();
      playingSince ??= heardAt;
      this.#bytes += bytes;
    };
    const watching = setInterval(() => this.#lookForMissing(heardAt), lookMilliseconds);
    const described = () => {
      if (traits === this.stream.traits) return;
      traits = this.stream.traits;
      this.#describe(source, traits);
    };
    try {
      await source.play({
        packet: (packet) => {
          received(packet.payload.length);
          const now = performance.now();
          this.#meter.count(packet, now);
          this.stream.push(packet, now);
          described();
        },
        picture: (file) => {
          received(file.length);
          this.stream.pushPicture(file, performance.now());
          described();
        },
      });
    } catch (error) {
      this.#learnKeepAlive(error, playingSince, source);
      throw error;
    } finally {
      this.#source = undefined;
      clearInterval(watching);
      this.stream.end();
      this.audio.end();
      this.#meter.end();
    }
  }

  /** Windows say what is missing as soon as they have no picture: this is why. */
  #lookForMissing(heardAt: number): void {
    const now = performance.now();
    const isMissing = (at: number) => now - at > missingMilliseconds;
    if (isMissing(heardAt)) this.#transition({ type: 'missing', missing: 'packets' });
    else this.#transition({ type: 'missing', missing: isMissing(this.stream.pictureAt) ? 'pictures' : null });
  }

  #learnKeepAlive(error: unknown, playingSince: number | null, { keepAliveMilliseconds }: Source): void {
    const isClosed = GatehouseError.from(error).code === 'camera-closed-connection';
    const playedFor = isClosed && playingSince !== null ? performance.now() - playingSince : null;
    if (!this.#keepAlive.ended(playedFor, keepAliveMilliseconds)) return;
    const seconds = (this.#keepAlive.longestMilliseconds ?? 0) / 1_000;
    this.#log.info(
      { camera: this.#target.name, seconds },
      'it closes connections on which it hears nothing: kept alive more often',
    );
  }

  /** One dial at a time: main and sub-stream of a camera that was away do not come down on it together. */
  async #open(signal: AbortSignal): Promise<Source> {
    using _turn = await this.#gate.enter(signal);
    const { longestMilliseconds } = this.#keepAlive;
    return await openSource(this.#target, {
      signal,
      transport: this.#transport.current,
      ...(longestMilliseconds === undefined ? {} : { longestKeepAliveMilliseconds: longestMilliseconds }),
    });
  }

  #onFirstPacket({ transport }: Source): void {
    this.#transition({ type: 'first-packet' });
    if (transport !== null && this.#transport.works(transport)) this.#onTransport(transport);
  }

  #describe({ isOldEncryption, audio }: Source, { hasBFrames, shape }: StreamTraits): void {
    const remarks: StreamRemark[] = [];
    if (hasBFrames) remarks.push('b-frames');
    if (isOldEncryption) remarks.push('old-encryption');
    this.#transition({ type: 'described', remarks, shape, audio: audioStatus(audio) });
  }

  #transition(event: StreamStatusEvent): void {
    const next = nextStatus(this.#status, event, Date.now());
    if (next === this.#status) return;
    if (next.state === 'playing' || next.state === 'standby') {
      this.#loggedFailure = undefined;
      this.#refusal = undefined;
    }
    if (next.state === 'waiting' && !this.#isSameFailure(next.error.code)) {
      this.#log.warn({ camera: this.#target.name, code: next.error.code }, next.error.message);
    }
    this.#status = next;
    this.#onStatus(next);
  }

  /** A camera that is away is logged once, not at each attempt. */
  #isSameFailure(code: ErrorCode): boolean {
    const isSame = this.#loggedFailure === code;
    this.#loggedFailure = code;
    return isSame;
  }
}

function choiceFor({ transport = 'automatic', workingTransport = null }: CameraTarget): TransportChoice {
  return new TransportChoice(transport, workingTransport);
}

/** Whether it is the same stream, spoken to in the same way; what was learnt about it is none of that. */
function isSameTarget(a: CameraTarget, b: CameraTarget): boolean {
  return (
    a.url === b.url &&
    a.username === b.username &&
    a.password?.reveal() === b.password?.reveal() &&
    (a.certificate ?? null) === (b.certificate ?? null) &&
    (a.digestOnly ?? false) === (b.digestOnly ?? false) &&
    (a.transport ?? 'automatic') === (b.transport ?? 'automatic')
  );
}

/** How long to wait before the next attempt. */
function waitMilliseconds({ code }: GatehouseError, attempt: number): number {
  if (code === 'camera-not-published') return notPublishedMilliseconds;
  // It has as many viewers as it can serve: asking again and again keeps it busier.
  if (code === 'camera-busy') return backoffMilliseconds(attemptAfterRefusal);
  return awayErrors.has(code)
    ? backoffMilliseconds(attempt, longestAwayMilliseconds)
    : backoffMilliseconds(attempt);
}
