import { randomUUID } from 'node:crypto';
import type { Log } from '../base/log.ts';
import type { ClientOffer } from '../viewers/client-offer.ts';
import type { MediaWay } from '../viewers/media-addresses.ts';
import { Negotiation, openSession } from '../viewers/negotiation.ts';
import { type ReceivedFormats, ReceivingPeer } from '../whep/receiving-peer.ts';
import type { PublishedSink, Publisher } from './published-source.ts';

/** A publisher checks its connection every few seconds (RFC 7675); one that is silent for this long is gone. */
const livenessMilliseconds = 15_000;
const housekeepingMilliseconds = 1_000;

/** What a session may send, and for how long. */
export interface WhipGrant {
  /** Whether it may send sound, too. */
  readonly sound: boolean;
  /** Looked at every second: whether the session may go on. */
  isValid(): boolean;
  /** It is over. */
  closed(): void;
}

/** One client of WHIP: a peer connection that receives, whose offer was answered. */
export class WhipSession implements Publisher, AsyncDisposable {
  readonly id: string = randomUUID();
  readonly negotiation: Negotiation;
  readonly #log: Log;
  readonly #grant: WhipGrant;
  readonly #way: () => MediaWay;
  readonly #onClosed: (session: WhipSession) => void;
  readonly #peer: ReceivingPeer;
  /** Whoever reads what comes; nothing is kept for those who come later. */
  readonly #sinks = new Set<PublishedSink>();
  readonly #housekeeping: NodeJS.Timeout;
  #isReceiving = false;
  #heardAt = performance.now();
  #closing: Promise<void> | undefined;

  private constructor(
    { offer, way }: { offer: ClientOffer; way: () => MediaWay },
    grant: WhipGrant,
    log: Log,
    onClosed: (session: WhipSession) => void,
  ) {
    this.#log = log;
    this.#grant = grant;
    this.#way = way;
    this.#onClosed = onClosed;
    const heard = () => {
      this.#heardAt = performance.now();
    };
    const sound = offer.wantsSound ? (grant.sound ? 'takes' : 'refuses') : 'none';
    this.#peer = new ReceivingPeer(
      {
        video: (packet) => {
          heard();
          this.#isReceiving = true;
          for (const sink of this.#sinks) sink.video(packet);
        },
        audio: (packet) => {
          for (const sink of this.#sinks) sink.audio(packet);
        },
        failed: () => this.#end('lost', 'its connection is gone'),
      },
      { sound, way, heard },
    );
    this.negotiation = new Negotiation(offer.iceUfrag, (candidate) => this.#peer.addCandidate(candidate));
    this.#housekeeping = setInterval(() => this.#keepHouse(), housekeepingMilliseconds);
  }

  /**
   * @param onClosed called once, when the session is closed or has closed itself
   * @returns the session, and its SDP answer with all candidates in it
   * @throws GatehouseError bad-input, port-in-use
   */
  static async open(
    wanted: { offer: ClientOffer; way: () => MediaWay },
    grant: WhipGrant,
    log: Log,
    onClosed: (session: WhipSession) => void,
  ): Promise<{ readonly session: WhipSession; readonly answer: string }> {
    const session = new WhipSession(wanted, grant, log, onClosed);
    return await openSession(session, () => session.#peer.answerTo(wanted.offer.sdp));
  }

  get formats(): ReceivedFormats {
    return this.#peer.formats;
  }

  read(sink: PublishedSink): Disposable {
    this.#sinks.add(sink);
    return { [Symbol.dispose]: () => this.#sinks.delete(sink) };
  }

  requestKeyFrame(): void {
    this.#peer.requestKeyFrame();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close('ended');
    return this.#closing;
  }

  async #close(how: 'ended' | 'lost'): Promise<void> {
    clearInterval(this.#housekeeping);
    this.#onClosed(this);
    this.#grant.closed();
    for (const sink of this.#sinks) sink.ended(how);
    await this.#peer[Symbol.asyncDispose]();
  }

  #keepHouse(): void {
    if (!this.#grant.isValid()) this.#end('ended', 'its link or its camera is gone');
    else if (this.#isReceiving && !this.#peer.isOnItsWay(this.#way()))
      this.#end('ended', 'its network may not be used any more');
    else if (performance.now() - this.#heardAt > livenessMilliseconds)
      this.#end('lost', 'the publisher has not been heard of for a while');
  }

  #end(how: 'ended' | 'lost', reason: string): void {
    if (this.#closing !== undefined) return;
    this.#log.info({ whip: this.id, reason }, 'WHIP session ended');
    this.#closing = this.#close(how);
  }
}
