import { randomUUID } from 'node:crypto';
import type { Log } from '../base/log.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import { AudioSlot } from './audio-slot.ts';
import type { ClientOffer } from './client-offer.ts';
import type { IceServer } from './ice-server.ts';
import type { MediaWay } from './media-addresses.ts';
import { Negotiation, openSession } from './negotiation.ts';
import type { Pacer } from './pacer.ts';
import { Peer } from './peer.ts';
import { Slot } from './slot.ts';
import { RtpSlotSender, type TrackCodec } from './slot-sender.ts';
import { SlotTurns } from './slot-turns.ts';
import type { TrafficShare } from './traffic.ts';

/** A client checks its connection every few seconds (RFC 7675); one that is silent for this long is gone. */
const livenessMilliseconds = 15_000;
const housekeepingMilliseconds = 1_000;
/** What is to be answered. */
interface Wanted {
  readonly offer: ClientOffer;
  /** Where media may leave. */
  way(): MediaWay;
  /** Shared by all windows and clients. */
  readonly pacer: Pacer;
  /** What its packets count into, and are limited by. */
  readonly traffic: TrafficShare;
  /** What is asked for ways beside those that this computer has itself. */
  servers(): readonly IceServer[];
}

/** What a session shows, and for how long. */
export interface WhepGrant {
  /** Taken over by the session, whatever happens. */
  readonly lease: StreamLease;
  /** The same stream for its sound; null: it may not be heard. */
  readonly sound: StreamLease | null;
  /** Looked at every second: whether the session may go on. */
  isValid(): boolean;
}

/** One client of WHEP: a peer connection with one camera on it, whose offer was answered. */
export class WhepSession implements AsyncDisposable {
  readonly id: string = randomUUID();
  readonly negotiation: Negotiation;
  readonly #log: Log;
  readonly #grant: WhepGrant;
  readonly #onClosed: (session: WhepSession) => void;
  readonly #peer: Peer;
  readonly #slot: Slot;
  readonly #turns: SlotTurns;
  readonly #sound: AudioSlot | undefined;
  readonly #housekeeping: NodeJS.Timeout;
  #connected = false;
  #heardAt = performance.now();
  #closing: Promise<void> | undefined;

  private constructor(
    { offer, way, pacer, traffic, servers }: Wanted,
    grant: WhepGrant,
    log: Log,
    onClosed: (session: WhepSession) => void,
  ) {
    this.#log = log;
    this.#grant = grant;
    this.#onClosed = onClosed;
    const events = {
      connected: () => this.#onConnected(),
      moved: () => this.#slot.requestKeyFrame(),
      failed: (reason: string) => this.#end(reason),
      heard: () => {
        this.#heardAt = performance.now();
      },
      channelReady: () => {},
      candidate: () => {},
      serverFailed: (url: string, err: unknown) =>
        log.warn({ err, url, whep: this.id }, 'a STUN or TURN server was of no use'),
    };
    this.#peer = new Peer(events, offer.takesH265, way, traffic, servers);
    this.negotiation = new Negotiation(offer.iceUfrag, (candidate) => this.#peer.addCandidate(candidate));
    this.#turns = new SlotTurns(pacer, () => this.#peer.media?.waiting ?? 0);
    const senderOf = (
      transceiver: ReturnType<Peer['addVideo']>,
      first: TrackCodec,
      onKeyFrameRequest: () => void,
    ) => new RtpSlotSender(transceiver, first, () => this.#peer.media, onKeyFrameRequest);
    this.#slot = new Slot(
      senderOf(this.#peer.addVideo(), 'H264', () => this.#slot.requestKeyFrame()),
      {
        h265: offer.takesH265 ? 'track' : 'none',
        offerPicture: () => {},
        clearPictures: () => {},
        wayChanged: (_assignment, way) => {
          if (way.kind !== 'track') this.#end(`the client takes no ${way.codec}`);
        },
        stillShown: () => {},
        replayMoved: () => {},
        takeRoom: (packets) => this.#turns.takeRoom(packets),
        turnNeeded: () => this.#turns.wait(this.#slot),
      },
    );
    this.#sound =
      offer.wantsSound && grant.sound !== null
        ? new AudioSlot(
            senderOf(this.#peer.addAudio(), 'OPUS', () => {}),
            { offer() {}, clear() {} },
          )
        : undefined;
    this.#slot.bind(grant.lease);
    if (this.#sound === undefined) grant.sound?.[Symbol.dispose]();
    else this.#sound.bind(grant.sound);
    this.#housekeeping = setInterval(() => this.#keepHouse(), housekeepingMilliseconds);
  }

  /**
   * @param onClosed called once, when the session is closed or has closed itself
   * @returns the session, and its SDP answer with all candidates in it
   * @throws GatehouseError bad-input, port-in-use
   */
  static async open(
    wanted: Wanted,
    grant: WhepGrant,
    log: Log,
    onClosed: (session: WhepSession) => void,
  ): Promise<{ readonly session: WhepSession; readonly answer: string }> {
    const session = new WhepSession(wanted, grant, log, onClosed);
    return await openSession(session, () => session.#peer.answerTo(wanted.offer.sdp));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#housekeeping);
    this.#turns[Symbol.dispose]();
    this.#slot.bind(null);
    this.#sound?.bind(null);
    this.#onClosed(this);
    await this.#peer[Symbol.asyncDispose]();
  }

  #onConnected(): void {
    this.#connected = true;
    this.#slot.connect();
    this.#sound?.connect();
  }

  #keepHouse(): void {
    if (!this.#grant.isValid()) this.#end('its share or its camera is gone');
    else if (this.#connected && !this.#peer.isOnItsWay) this.#end('its network may not be used any more');
    else if (performance.now() - this.#heardAt > livenessMilliseconds) {
      this.#end('the client has not been heard of for a while');
    } else {
      this.#slot.report();
      this.#sound?.report();
    }
  }

  #end(reason: string): void {
    if (this.#closing !== undefined) return;
    this.#log.info({ whep: this.id, reason }, 'WHEP session ended');
    void this[Symbol.asyncDispose]();
  }
}
