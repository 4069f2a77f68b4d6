import { randomUUID } from 'node:crypto';
import type { RTCRtpTransceiver } from 'werift';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { maximumSlots } from '../contract/limits.ts';
import type { ReplayCommand } from '../contract/replay.ts';
import type { H265Support, ViewerEvent } from '../contract/viewer.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import { AudioSlot } from './audio-slot.ts';
import type { IceServers } from './ice-servers.ts';
import type { MediaWay } from './media-addresses.ts';
import type { NetworkEstimate } from './network-estimate.ts';
import { freeNetwork, networkState } from './network-state.ts';
import type { Pacer } from './pacer.ts';
import { Peer } from './peer.ts';
import { PictureChannel } from './picture-channel.ts';
import { countSections, isAnswerTo } from './sdp-answer.ts';
import { Slot } from './slot.ts';
import { RtpSlotSender, type SlotSender, type TrackCodec } from './slot-sender.ts';
import { SlotTurns } from './slot-turns.ts';
import type { SlotWindow } from './slot-window.ts';
import { SoundChannel } from './sound-channel.ts';
import type { TrafficShare } from './traffic.ts';

/** The first slots are as many as are asked for, in steps of so many: each delays the first picture in Chromium by two milliseconds. */
const firstStep = 4;
/** Later ones come in larger steps, so that a larger wall is seldom a renegotiation. */
const laterStep = 16;
/** Chromium checks its connection every few seconds; a window that is silent for this long is gone. */
const livenessMilliseconds = 15_000;
const housekeepingMilliseconds = 250;
/** Each slot reports once a second, not all of them at once: 128 reports would be more than a socket takes. */
const reportGroups = 4;

interface ViewerOptions {
  readonly h265: H265Support;
  /** Where media may leave, asked whenever candidates are made. */
  readonly way: () => MediaWay;
  /** Shared by all windows. */
  readonly pacer: Pacer;
  /** What its packets count into, and are limited by. */
  readonly traffic: TrafficShare;
  readonly iceServers: IceServers;
}

/**
 * One window: its peer connection and its slots. werift's ICE agent stops checking consent after its first failure, so
 * that the viewer itself watches for signs of life.
 */
export class Viewer implements AsyncDisposable {
  readonly id: string = randomUUID();
  readonly #log: Log;
  readonly #onClosed: (viewer: Viewer) => void;
  readonly #h265: H265Support;
  readonly #iceServers: IceServers;
  readonly #peer: Peer;
  readonly #pictures: PictureChannel;
  readonly #sounds: SoundChannel;
  readonly #slots: Slot[] = [];
  readonly #turns: SlotTurns;
  readonly #transceivers: RTCRtpTransceiver[] = [];
  #sound: { readonly slot: AudioSlot; readonly transceiver: RTCRtpTransceiver } | undefined;
  readonly #events: ViewerEvent[] = [];
  readonly #housekeeping: NodeJS.Timeout;
  #wake: () => void = () => {};
  #connected = false;
  #restartWanted = false;
  #reportGroup = 0;
  #heardAt = performance.now();
  /** How many slots the outstanding offer has; undefined when none is outstanding. */
  #offered: number | undefined;
  /** Media sections in it: more than its slots when some were added while it was being made. */
  #offeredSections = 0;
  /** How many slots the browser has answered: only these can send. */
  #negotiated = 0;
  #toldSkipping = '[]';
  #toldNetwork = freeNetwork;
  #closing: Promise<void> | undefined;

  private constructor(
    { h265, way, pacer, traffic, iceServers }: ViewerOptions,
    log: Log,
    onClosed: (viewer: Viewer) => void,
  ) {
    this.#h265 = h265;
    this.#iceServers = iceServers;
    this.#turns = new SlotTurns(pacer, () => this.#peer.media?.waiting ?? 0);
    this.#log = log;
    this.#onClosed = onClosed;
    const events = {
      connected: () => this.#onConnected(),
      // The picture of a window that missed a part would stand until the next key frame.
      moved: () => {
        for (const slot of this.#slots) slot.requestKeyFrame();
      },
      failed: (reason: string) => this.#end(reason),
      heard: () => {
        this.#heardAt = performance.now();
      },
      channelReady: () => {
        this.#pictures.pump();
        this.#sounds.pump();
      },
      candidate: (candidate: string) => this.#emit({ type: 'candidate', candidate }),
      serverFailed: (url: string, err: unknown) =>
        log.warn({ err, url, viewer: this.id }, 'a STUN or TURN server was of no use'),
    };
    this.#peer = new Peer(events, h265 === 'track', way, traffic, () => iceServers.forEngine(this.id));
    this.#pictures = new PictureChannel(this.#peer.pictures);
    this.#sounds = new SoundChannel(this.#peer.sound);
    this.#housekeeping = setInterval(() => this.#keepHouse(), housekeepingMilliseconds);
  }

  /**
   * @param onClosed called once, when the viewer is closed or has closed itself
   * @throws GatehouseError port-in-use
   */
  static async open(
    wanted: ViewerOptions & { readonly slots: number },
    log: Log,
    onClosed: (viewer: Viewer) => void,
  ): Promise<Viewer> {
    const viewer = new Viewer(wanted, log, onClosed);
    try {
      await viewer.#grow(wanted.slots);
      return viewer;
    } catch (error) {
      await viewer[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The slots in their order, for whoever measures. */
  get slots(): readonly Slot[] {
    return this.#slots;
  }

  /** What is known about the network to the window; undefined before its first offer. */
  get network(): NetworkEstimate | undefined {
    return this.#peer.media?.network.estimate(performance.now());
  }

  /** What the window did not take in time over its data channels, for diagnostics: pictures and pieces of sound. */
  get dropped(): { readonly pictures: number; readonly sounds: number } {
    return { pictures: this.#pictures.dropped, sounds: this.#sounds.dropped };
  }

  /** What the window must know, in order; ends after `closed` or when the signal is aborted. For one reader. */
  async *events(signal: AbortSignal): AsyncGenerator<ViewerEvent> {
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      while (!signal.aborted) {
        const event = this.#events.shift();
        if (event !== undefined) {
          yield event;
          if (event.type === 'closed') return;
        } else if (this.#closing !== undefined) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  async answer(sdp: string): Promise<void> {
    const offered = this.#offered;
    if (offered === undefined) {
      throw GatehouseError.ofField('sdp', 'There is no offer that this answer could belong to.');
    }
    // werift takes anything for an answer, and then there is no offer left that the real one could belong to.
    if (!isAnswerTo(sdp, this.#offeredSections)) throw unusable('sdp', 'SDP answer');
    try {
      await this.#peer.answer(sdp);
    } catch (error) {
      throw unusable('sdp', 'SDP answer', error);
    }
    this.#offered = undefined;
    const added = this.#slots.slice(this.#negotiated, offered);
    this.#negotiated = offered;
    if (this.#connected) for (const slot of added) slot.connect();
    if (this.#slots.length > offered || this.#restartWanted) await this.#negotiate();
  }

  /**
   * Looks for a new way for the pictures, on the same peer connection and the same keys: nothing is bound anew, and the old way
   * is used until another is found. Does nothing before the first way is found.
   */
  async restart(): Promise<void> {
    if (!this.#connected || this.#closing !== undefined) return;
    this.#restartWanted = true;
    if (this.#offered === undefined) await this.#negotiate();
  }

  /** The addresses of this computer have changed, or what was chosen of them: a viewer that is on its way stays there. */
  async networkChanged(): Promise<void> {
    if (!this.#peer.isOnItsWay) await this.restart();
  }

  async addCandidate({
    candidate,
    sdpMid,
    sdpMLineIndex,
  }: {
    candidate: string;
    sdpMid: string | null;
    sdpMLineIndex: number | null;
  }): Promise<void> {
    try {
      await this.#peer.addCandidate({
        candidate,
        ...(sdpMid === null ? {} : { sdpMid }),
        ...(sdpMLineIndex === null ? {} : { sdpMLineIndex }),
      });
    } catch (error) {
      throw unusable('candidate.candidate', 'ICE candidate', error);
    }
  }

  /**
   * Shows a stream in a slot, or nothing; takes over the lease whatever happens. Adds slots when there are too few.
   * @param assignment what the window calls this binding
   */
  bind(slot: number, lease: StreamLease | null, assignment = 0): void {
    if (this.#closing !== undefined || slot < 0 || slot >= maximumSlots) {
      lease?.[Symbol.dispose]();
      if (this.#closing !== undefined) return;
      throw new GatehouseError('bad-input', `There is no slot ${slot}.`);
    }
    if (slot >= this.#slots.length) {
      this.#grow(slot + 1).catch((error: unknown) => {
        this.#log.warn({ err: error, viewer: this.id }, 'slots could not be added');
        this.#end('the window could not be given more tiles');
      });
    }
    this.#slots[slot]?.bind(lease, assignment);
  }

  /** Key frames are enough for these slots from now on, for some of them seldom ones, and for no others. */
  showKeyFrames(slots: readonly number[], seldom: readonly number[]): void {
    const [chosen, few] = [new Set(slots), new Set(seldom)];
    this.#slots.forEach((slot, index) => {
      slot.share = few.has(index) ? 'seldom' : chosen.has(index) ? 'key-frames' : 'all';
    });
  }

  /** What a slot shows of the past. @throws GatehouseError not-found when nothing of its camera is kept */
  control(slot: number, command: ReplayCommand, assignment: number): void {
    this.#slots[slot]?.control(command, assignment);
  }

  /** Lets a camera be heard, or none; takes over the lease whatever happens. @param assignment what the window calls this */
  listen(lease: StreamLease | null, assignment = 0): void {
    if (this.#closing !== undefined) lease?.[Symbol.dispose]();
    else this.#sound?.slot.bind(lease, assignment);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#housekeeping);
    this.#turns[Symbol.dispose]();
    for (const slot of this.#slots) slot.bind(null);
    this.#sound?.slot.bind(null);
    this.#wake();
    this.#onClosed(this);
    await this.#peer[Symbol.asyncDispose]();
  }

  /** Adds slots up to the next full step, if there are fewer; while an offer is outstanding they wait for the next one. */
  async #grow(count: number): Promise<void> {
    const step = this.#slots.length === 0 ? firstStep : laterStep;
    const wanted = Math.min(maximumSlots, Math.ceil(count / step) * step);
    while (this.#slots.length < wanted) {
      const transceiver = this.#peer.addVideo();
      const sender = this.#senderOf(transceiver, 'H264', () => slot.requestKeyFrame());
      const slot = new Slot(sender, this.#windowOf(this.#slots.length));
      this.#slots.push(slot);
      this.#transceivers.push(transceiver);
    }
    this.#sound ??= this.#makeSound();
    if (this.#offered === undefined) await this.#negotiate();
  }

  /** One for each window, behind its first slots. */
  #makeSound(): { slot: AudioSlot; transceiver: RTCRtpTransceiver } {
    const transceiver = this.#peer.addAudio();
    const sender = this.#senderOf(transceiver, 'OPUS', () => {});
    return { slot: new AudioSlot(sender, this.#sounds), transceiver };
  }

  #senderOf(transceiver: RTCRtpTransceiver, first: TrackCodec, onKeyFrameRequest: () => void): SlotSender {
    return new RtpSlotSender(transceiver, first, () => this.#peer.media, onKeyFrameRequest);
  }

  #windowOf(slot: number): SlotWindow {
    return {
      h265: this.#h265,
      offerPicture: (assignment, frame, timestamp) =>
        this.#pictures.offer(slot, assignment, frame, timestamp),
      clearPictures: () => this.#pictures.clear(slot),
      wayChanged: (assignment, way) => {
        this.#tell({ type: 'way', slot, assignment, way });
      },
      stillShown: (assignment, milliseconds) => this.#tell({ type: 'still', slot, assignment, milliseconds }),
      replayMoved: (assignment, position) => this.#tell({ type: 'replay', slot, assignment, position }),
      takeRoom: (packets) => this.#turns.takeRoom(packets),
      turnNeeded: () => {
        const waiting = this.#slots[slot];
        if (waiting !== undefined) this.#turns.wait(waiting);
      },
    };
  }

  async #negotiate(): Promise<void> {
    this.#offered = this.#slots.length;
    const restart = this.#restartWanted;
    this.#restartWanted = false;
    const sdp = await this.#offer(restart);
    this.#offeredSections = countSections(sdp);
    const slots = this.#transceivers
      .slice(0, this.#offered)
      .map(({ mid }, slot) => ({ slot, mid: mid ?? '' }));
    this.#emit({
      ...{ type: 'offer', viewerId: this.id, sdp, slots },
      sound: this.#sound?.transceiver.mid ?? '',
      iceServers: this.#iceServers.forBrowser(this.id),
    });
  }

  /** A way that cannot be offered, since no port is free for it, changes nothing: the next reason to look for one may do. */
  async #offer(restart: boolean): Promise<string> {
    if (!restart) return await this.#peer.offer();
    try {
      return await this.#peer.offer(true);
    } catch (error) {
      this.#log.warn({ err: error, viewer: this.id }, 'the pictures of a window stay on their way');
      return await this.#peer.offer();
    }
  }

  #onConnected(): void {
    if (this.#connected) return;
    this.#connected = true;
    for (const slot of this.#slots.slice(0, this.#negotiated)) slot.connect();
    this.#sound?.slot.connect();
  }

  #keepHouse(): void {
    if (performance.now() - this.#heardAt > livenessMilliseconds) {
      this.#end('the window has not been heard of for a while');
      return;
    }
    // Of pictures that had to wait for a limit.
    this.#pictures.pump();
    const group = this.#reportGroup++ % reportGroups;
    for (let index = group; index < this.#slots.length; index += reportGroups) this.#slots[index]?.report();
    if (group !== 0) return;
    this.#sound?.slot.report();
    this.#tellSkipping();
    this.#tellNetwork();
  }

  /** In place of what was to be told of the slot before. */
  #tell(event: Extract<ViewerEvent, { type: 'way' | 'still' | 'replay' }>): void {
    const outdated = this.#events.findIndex(
      (waiting) => waiting.type === event.type && waiting.slot === event.slot,
    );
    if (outdated !== -1) this.#events.splice(outdated, 1);
    this.#emit(event);
  }

  #tellSkipping(): void {
    const now = performance.now();
    const slots = this.#slots.flatMap((slot, index) => {
      const skipping = slot.skipping(now);
      return skipping === undefined ? [] : [{ slot: index, ...skipping }];
    });
    const told = JSON.stringify(slots);
    if (told === this.#toldSkipping) return;
    this.#toldSkipping = told;
    this.#emitNewest({ type: 'skipping', slots });
  }

  #tellNetwork(): void {
    const network = networkState(this.network);
    const { short, hasRoom } = this.#toldNetwork;
    if (network.short === short && network.hasRoom === hasRoom) return;
    this.#toldNetwork = network;
    this.#emitNewest({ type: 'network', network });
  }

  /** In place of what was to be told before. */
  #emitNewest(event: Extract<ViewerEvent, { type: 'skipping' | 'network' }>): void {
    const outdated = this.#events.findIndex(({ type }) => type === event.type);
    if (outdated !== -1) this.#events.splice(outdated, 1);
    this.#emit(event);
  }

  #emit(event: ViewerEvent): void {
    // Bounded by construction: one offer at a time and a candidate for each server, the newest of each kind for each slot, what is
    // skipped, the network, and `closed` once.
    this.#events.push(event);
    this.#wake();
  }

  /** The media path is gone for good: the window is told to open a new viewer. */
  #end(reason: string): void {
    if (this.#closing !== undefined) return;
    this.#log.info({ viewer: this.id, reason }, 'viewer lost');
    this.#emit({ type: 'closed', reason });
    void this[Symbol.asyncDispose]();
  }
}

function unusable(path: string, what: string, cause?: unknown): GatehouseError {
  const message = `The ${what} of the window is not usable.`;
  return new GatehouseError('bad-input', message, { cause, issues: [{ path, message }] });
}
