import { createSecretKey, type KeyObject } from 'node:crypto';
import type { RTCDtlsTransport, RtcpPacket } from 'werift';
import { GcmSealer } from '../srtp/gcm-sealer.ts';
import { type SrtpKeys, SrtpStream } from '../srtp/srtp-stream.ts';
import type { IceTransport } from './ice-transport.ts';
import { NetworkEstimator } from './network-estimate.ts';
import { ReplayWindow } from './replay-window.ts';
import { parseRtcpFeedback, type RtcpFeedback } from './rtcp-feedback.ts';
import { SendBudget } from './send-budget.ts';
import type { TrafficShare } from './traffic.ts';

/** Datagrams that wait for the network card; pictures wait long before (see `Viewer`). Beyond it nothing is sent but they. */
const maximumWaiting = 512;
/** Of a browser; each receiver may have its own. */
const maximumSources = 512;

/** werift's names for what was negotiated. */
const gcmProfile = 0x0007;

interface SessionKeys {
  readonly profile: number;
  readonly srtpSessionKey: Buffer | KeyObject;
  readonly srtpSessionSalt: Buffer;
  readonly srtpSessionAuthTag: Buffer;
}

/** A candidate pair of werift's, as far as sending needs it. */
interface NominatedPair {
  readonly remoteAddr: readonly [string, number];
  readonly protocol: {
    readonly transport: Pick<IceTransport, 'sendMedia' | 'holdsDatagrams' | 'waiting'>;
  };
}

/** What a receiver says of one of our streams. */
export type StreamFeedback = Extract<RtcpFeedback, { readonly ssrc: number }>;

/**
 * The way of encrypted packets to one window: on the keys of werift's DTLS, over the candidate pair that its ICE agent has
 * nominated. Everything of RTP leaves through here; werift encrypts RTCP, whose nonces it counts alone. RTCP that comes is
 * read here and not by werift, which reads past the end of packets and takes transport-wide feedback for another one.
 */
export class MediaTransport {
  /** What is known about the network to the window. */
  readonly network = new NetworkEstimator();
  readonly #dtls: RTCDtlsTransport;
  readonly #onHeard: () => void;
  readonly #traffic: TrafficShare;
  readonly #budget = new SendBudget();
  readonly #readers = new Map<number, (feedback: StreamFeedback) => void>();
  readonly #replayed = new Map<number, ReplayWindow>();
  readonly #opened = new Set<number>();
  #keys: SrtpKeys | undefined;
  #isGuarded = false;
  #pair: NominatedPair | undefined;

  /**
   * @param onHeard called when an authentic RTCP packet came
   * @param traffic what it counts into, and is limited by
   */
  constructor(dtls: RTCDtlsTransport, onHeard: () => void, traffic: TrafficShare) {
    this.#traffic = traffic;
    this.#dtls = dtls;
    this.#onHeard = onHeard;
  }

  /**
   * The stream of an SSRC, or undefined while there are no keys yet.
   * @param onFeedback called with what the receiver says of it
   * @throws Error when it was opened before: two counters under one key would use nonces twice
   */
  open(ssrc: number, onFeedback: (feedback: StreamFeedback) => void = () => {}): SrtpStream | undefined {
    const keys = this.#takeKeys();
    if (keys === undefined) return undefined;
    if (this.#opened.has(ssrc)) throw new Error(`SSRC ${ssrc} has a stream already.`);
    this.#opened.add(ssrc);
    this.#readers.set(ssrc, onFeedback);
    return new SrtpStream(keys, ssrc);
  }

  /** Datagrams that wait for the network card. */
  get waiting(): number {
    return this.#pair?.protocol.transport.waiting ?? 0;
  }

  /** Whether so much waits for the network card that nothing more should be begun. */
  get isFull(): boolean {
    return this.waiting > maximumWaiting;
  }

  /** Whether more than is sent already makes it worse. */
  get isCongested(): boolean {
    return this.network.isCongested || this.isFull;
  }

  /** Whether another picture may leave now under the limits of the user and the site. */
  isAllowed(now: number): boolean {
    return this.#traffic.admits(now);
  }

  /** Whether the network takes another picture now, as far as is known. */
  admits(now: number): boolean {
    return this.#budget.admits(this.network.limit, now);
  }

  /**
   * Counts a packet that is about to be sent.
   * @param isNumbered whether it carries its number among all packets to the window: else it has none, and its loss is not reported
   * @returns the number, 0 to 65,535
   */
  count(bytes: number, now: number, isNumbered: boolean): number {
    this.#budget.spend(bytes);
    this.#traffic.spend(bytes, now);
    return this.network.sent(bytes, now, isNumbered);
  }

  /** Whether something that was sent may still be read where it lies. */
  get holdsDatagrams(): boolean {
    return this.#pair?.protocol.transport.holdsDatagrams ?? false;
  }

  /** Sends one datagram. Lost when there is no way now. */
  send(datagram: Buffer): void {
    const nominated = this.#dtls.iceTransport.connection.nominated as unknown as NominatedPair | undefined;
    // During an ICE restart there is none: the last one is used until another is found.
    if (nominated !== undefined) this.#pair = nominated;
    const pair = this.#pair;
    if (pair === undefined || this.#dtls.state !== 'connected') return;
    pair.protocol.transport.sendMedia(datagram, pair.remoteAddr);
  }

  /** A datagram that could not be sent is a lost one. */
  sendRtcp(packets: RtcpPacket[]): void {
    if (this.#dtls.state === 'connected') this.#dtls.sendRtcp(packets).catch(() => {});
  }

  /** Takes RTCP from werift once it is decrypted, and refuses what was received before. To be called once DTLS is done. */
  guard(): void {
    if (this.#isGuarded) return;
    this.#isGuarded = true;
    const { srtcp } = this.#dtls;
    const decrypt = srtcp.decrypt.bind(srtcp);
    const indexFromEnd = this.#takeKeys()?.profile === 'gcm' ? 4 : 14;
    srtcp.decrypt = (packet) => {
      if (packet.length < 8 + indexFromEnd) return nothing;
      const index = packet.readUInt32BE(packet.length - indexFromEnd) & 0x7fffffff;
      const source = packet.readUInt32BE(4);
      if (this.#replayed.get(source)?.isNew(index) === false) return nothing;
      const plain = decrypt(packet);
      this.#windowOf(source)?.add(index);
      this.#onHeard();
      for (const feedback of parseRtcpFeedback(plain)) this.#take(feedback, performance.now());
      return nothing;
    };
  }

  #take(feedback: RtcpFeedback, now: number): void {
    switch (feedback.kind) {
      case 'arrivals':
        this.network.arrived(feedback.arrivals, now);
        break;
      case 'receiver-estimate':
        this.network.receiverEstimates(feedback.bitsPerSecond, now);
        break;
      case 'report':
      case 'lost':
      case 'key-frame':
        this.#readers.get(feedback.ssrc)?.(feedback);
        break;
      default:
        feedback satisfies never;
    }
  }

  #windowOf(source: number): ReplayWindow | undefined {
    const known = this.#replayed.get(source);
    if (known !== undefined || this.#replayed.size >= maximumSources) return known;
    const window = new ReplayWindow();
    this.#replayed.set(source, window);
    return window;
  }

  #takeKeys(): SrtpKeys | undefined {
    if (this.#keys !== undefined || this.#dtls.state !== 'connected') return this.#keys;
    const keys = this.#dtls.srtp.localContext as unknown as SessionKeys;
    const { profile, srtpSessionKey, srtpSessionSalt, srtpSessionAuthTag } = keys;
    // As bytes it would be converted anew for each packet, which is half of the cost of sending one.
    const key = Buffer.isBuffer(srtpSessionKey) ? createSecretKey(srtpSessionKey) : srtpSessionKey;
    this.#keys =
      profile === gcmProfile
        ? { profile: 'gcm', sealer: new GcmSealer(key), salt: srtpSessionSalt.subarray(0, 12) }
        : {
            profile: 'counter-mode',
            key,
            salt: srtpSessionSalt,
            authenticationKey: createSecretKey(srtpSessionAuthTag),
          };
    return this.#keys;
  }
}

/** No packets: werift goes on with the next datagram. */
const nothing = Buffer.alloc(0);
