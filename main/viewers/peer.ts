import {
  type RTCDataChannel,
  type RTCDtlsTransport,
  RTCPeerConnection,
  RTCRtpHeaderExtensionParameters,
  type RTCRtpTransceiver,
} from 'werift';
import { pictureChannel } from '../contract/picture-message.ts';
import { soundChannel } from '../contract/sound-message.ts';
import { IceAgent } from './ice-agent.ts';
import type { IceServer } from './ice-server.ts';
import type { MediaWay } from './media-addresses.ts';
import { MediaTransport } from './media-transport.ts';
import { lowBufferedBytes, type MessageChannel } from './picture-channel.ts';
import { isUsableCandidate, withoutUnusableCandidates } from './remote-candidate.ts';
import { headerExtensionUris } from './rtp-header.ts';
import { audioCodecs, h264Codecs, h265Codecs, onOurSockets } from './track-codecs.ts';
import type { TrafficShare } from './traffic.ts';

/** What a window says of its pictures: NACK, PLI, FIR, and by which of two ways it estimates its network. */
const rtcpFeedback = () => [
  { type: 'nack' },
  { type: 'nack', parameter: 'pli' },
  { type: 'ccm', parameter: 'fir' },
  { type: 'transport-cc' },
  { type: 'goog-remb' },
];

/** One object for each URI, since werift numbers them and a bundle has one number for each. */
function headerExtensions() {
  const all = new Map<string, RTCRtpHeaderExtensionParameters>(
    headerExtensionUris.video.map((uri) => [uri, new RTCRtpHeaderExtensionParameters({ uri })]),
  );
  const of = (uris: readonly string[]) => uris.flatMap((uri) => all.get(uri) ?? []);
  return { video: of(headerExtensionUris.video), audio: of(headerExtensionUris.audio) };
}

/** Main profile, level 6.2. */
const h265Parameters = 'level-id=186;profile-id=1;tier-flag=0;tx-mode=SRST';

interface PeerEvents {
  /** Media can flow. */
  connected(): void;
  /** It flows over another way now: what was sent meanwhile may be lost. */
  moved(): void;
  /** It will never flow again. */
  failed(reason: string): void;
  /** The browser gave a sign of life: an authentic STUN message, or RTCP. */
  heard(): void;
  /** A data channel has opened or has room again. */
  channelReady(): void;
  /** Another way to the engine was found after the description was made. @param candidate `candidate:…` */
  candidate(candidate: string): void;
  /** A STUN or TURN server was of no use. */
  serverFailed(url: string, reason: unknown): void;
}

/**
 * On a local network a way is found in a fraction of it. Only who has none by then costs STUN and TURN servers something, and only
 * so long does an answer wait for them that nothing can be added to.
 */
const searchFurtherMilliseconds = 300;
const searchMilliseconds = 1_500;

/** Of a window, in one negotiation: it has one for each of its networks, and more only to make us send checks to others. */
const maximumCandidates = 32;

/**
 * werift's peer connection of one window, with its traps closed: no server or name that it was not told of, no unauthenticated
 * STUN, no conversion of the key at each packet, and an offer that lets the browser be the DTLS client (werift sleeps
 * 100 ms in that role).
 */
export class Peer implements AsyncDisposable {
  readonly #connection: RTCPeerConnection;
  readonly #events: PeerEvents;
  #pictures: RTCDataChannel | undefined;
  #sound: RTCDataChannel | undefined;
  readonly #way: () => MediaWay;
  readonly #traffic: TrafficShare;
  readonly #servers: () => readonly IceServer[];
  readonly #closing = new AbortController();
  #search: { readonly timer: NodeJS.Timeout; readonly stop: AbortController } | undefined;
  #searching: Promise<void> = Promise.resolve();
  #transport: { readonly agent: IceAgent; readonly media: MediaTransport } | undefined;
  #isRestarting = false;
  #candidates = 0;
  /** Those that came before the answer that they belong to: checks would begin without the window's password. */
  #early: IceCandidate[] | undefined = [];

  /**
   * @param h265 whether its tracks may carry H.265, too
   * @param way where media may leave, asked whenever candidates are made
   * @param traffic what it counts into, and is limited by
   * @param servers what is asked for a way where there is none otherwise
   */
  constructor(
    events: PeerEvents,
    h265: boolean,
    way: () => MediaWay,
    traffic: TrafficShare,
    servers: () => readonly IceServer[],
  ) {
    this.#traffic = traffic;
    this.#servers = servers;
    this.#events = events;
    this.#way = way;
    this.#connection = new RTCPeerConnection({
      ...onOurSockets,
      codecs: {
        video: [...h264Codecs(rtcpFeedback()), ...(h265 ? h265Codecs(rtcpFeedback(), h265Parameters) : [])],
        audio: audioCodecs(),
      },
      headerExtensions: headerExtensions(),
    });
    this.#connection.connectionStateChange.subscribe((state) => {
      if (state === 'failed') events.failed(unreachable);
    });
  }

  /** For pictures that no track carries; part of the first offer, so that it is never a renegotiation. */
  get pictures(): MessageChannel {
    return messageChannel(() => this.#pictures, this.#traffic);
  }

  /** For sound that no track carries. */
  get sound(): MessageChannel {
    return messageChannel(() => this.#sound, this.#traffic);
  }

  /** @param lowBytes the window has room again when no more than this is left */
  #openChannel({ label, id }: { label: string; id: number }, lowBytes: number): RTCDataChannel {
    const channel = this.#connection.createDataChannel(label, { negotiated: true, id });
    channel.bufferedAmountLowThreshold = lowBytes;
    channel.bufferedAmountLow.subscribe(() => this.#events.channelReady());
    channel.stateChange.subscribe((state) => {
      if (state === 'open') this.#events.channelReady();
    });
    return channel;
  }

  /** Where its RTP leaves; undefined before the first offer. */
  get media(): MediaTransport | undefined {
    return this.#transport?.media;
  }

  addVideo(): RTCRtpTransceiver {
    return this.#connection.addTransceiver('video', { direction: 'sendonly' });
  }

  addAudio(): RTCRtpTransceiver {
    return this.#connection.addTransceiver('audio', { direction: 'sendonly' });
  }

  /** Whether media leaves where it may. */
  get isOnItsWay(): boolean {
    return this.#transport?.agent.goesOver(this.#way()) ?? true;
  }

  /**
   * The SDP to send to the browser, with all candidates in it.
   * @param restart looks for a new way for media on the same keys (RFC 8445 section 9); until it is found the old one is used
   * @throws GatehouseError port-in-use; then nothing has changed
   */
  async offer(restart = false): Promise<string> {
    // Behind the first tracks, whose places in the offer stay as they were.
    this.#pictures ??= this.#openChannel(pictureChannel, lowBufferedBytes);
    this.#sound ??= this.#openChannel(soundChannel, 0);
    const isFirst = this.#transport === undefined;
    this.#transport ??= this.#openTransport();
    const { agent } = this.#transport;
    if (restart) this.#endSearch();
    if (isFirst || restart) await agent.openSockets(this.#way());
    this.#early ??= [];
    this.#candidates = 0;
    if (restart) this.#isRestarting = true;
    const offer = await this.#connection.createOffer({ iceRestart: restart });
    await this.#connection.setLocalDescription(offer);
    return this.#connection.localDescription?.sdp ?? '';
  }

  /**
   * Answers the offer of a client instead of making one, with the tracks that were added before.
   * @param offer with one format of each name: werift takes the first one
   * @returns the SDP answer with all candidates in it
   * @throws GatehouseError port-in-use; Error when the offer cannot be answered
   */
  async answerTo(offer: string): Promise<string> {
    await this.#connection.setRemoteDescription({ type: 'offer', sdp: withoutUnusableCandidates(offer) });
    this.#early = undefined;
    this.#transport ??= this.#openTransport();
    // werift would be the client, which sleeps for 100 ms; it has to be one where the other side is the server.
    const [dtls] = this.#connection.dtlsTransports;
    if (dtls !== undefined && !/^a=setup:passive\r?$/m.test(offer)) dtls.role = 'server';
    const { agent } = this.#transport;
    await agent.openSockets(this.#way());
    await this.#connection.setLocalDescription(await this.#connection.createAnswer());
    const found: string[] = [];
    await this.#searchFurther(agent, AbortSignal.timeout(searchMilliseconds), (candidate) =>
      found.push(`a=${candidate}\r\n`),
    );
    const sdp = this.#connection.localDescription?.sdp ?? '';
    return sdp.replaceAll('a=end-of-candidates', `${found.join('')}a=end-of-candidates`);
  }

  async answer(sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: withoutUnusableCandidates(sdp) });
    const early = this.#early ?? [];
    this.#early = undefined;
    // One that belongs to no section of the answer is not worth the others.
    await Promise.allSettled(early.map((candidate) => this.#connection.addIceCandidate(candidate)));
    if (this.#isRestarting) {
      this.#isRestarting = false;
      this.#transport?.agent.start().catch(() => this.#events.failed(unreachable));
    }
    this.#searchLater();
  }

  /** Through servers, when there is no way a moment later. */
  #searchLater(): void {
    const agent = this.#transport?.agent;
    if (agent === undefined || agent.hasWay || this.#search !== undefined || this.#servers().length === 0)
      return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      if (agent.hasWay) return;
      this.#searching = this.#searchFurther(agent, stop.signal, this.#events.candidate);
    }, searchFurtherMilliseconds);
    this.#search = { timer, stop };
  }

  #endSearch(): void {
    clearTimeout(this.#search?.timer);
    this.#search?.stop.abort();
    this.#search = undefined;
  }

  async #searchFurther(
    agent: IceAgent,
    ended: AbortSignal,
    onCandidate: (candidate: string) => void,
  ): Promise<void> {
    const signal = AbortSignal.any([ended, this.#closing.signal]);
    await agent.searchFurther(
      { servers: this.#servers(), way: this.#way(), signal },
      (candidate) => onCandidate(`candidate:${candidate.toSdp()}`),
      ({ url }, reason) => this.#events.serverFailed(url, reason),
    );
  }

  /** @throws Error when it is none; one that is not used is ignored */
  async addCandidate(candidate: IceCandidate): Promise<void> {
    // Empty: there are no more, after which werift would give up instead of waiting for the window's own checks.
    if (candidate.candidate === '' || !isUsableCandidate(candidate.candidate)) return;
    this.#candidates++;
    if (this.#candidates > maximumCandidates) return;
    if (this.#early === undefined) await this.#connection.addIceCandidate(candidate);
    else this.#early.push(candidate);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#endSearch();
    this.#closing.abort();
    await closeConnection(this.#connection);
    await this.#searching;
    await this.#transport?.agent[Symbol.asyncDispose]();
  }

  /** There is one for all tracks and channels. */
  #openTransport(): { agent: IceAgent; media: MediaTransport } {
    const [dtls] = this.#connection.dtlsTransports;
    if (dtls === undefined) throw new Error('a peer connection without tracks has no transport');
    const heard = () => this.#events.heard();
    const media = new MediaTransport(dtls, heard, this.#traffic);
    // Media can flow when DTLS is done; werift's own state waits for the data channel, which a lost packet delays by 3 s.
    dtls.onStateChange.subscribe((state) => {
      if (state !== 'connected') return;
      media.guard();
      this.#events.connected();
    });
    const agent = new IceAgent(dtls, heard, () => {
      if (dtls.state === 'connected') this.#events.moved();
    });
    return { agent, media };
  }
}

/**
 * Closes werift's peer connection with its handshake: werift would repeat its part of an unfinished one for half a minute, and
 * begin one where ICE has found a way at the moment of closing.
 */
export async function closeConnection(connection: RTCPeerConnection): Promise<void> {
  // Before it is closed: then it names its transports no more.
  for (const transport of connection.dtlsTransports) endHandshake(transport);
  await connection.close();
}

function endHandshake(transport: RTCDtlsTransport): void {
  const { dtls } = transport as unknown as { readonly dtls?: { readonly dtls: object } };
  if (dtls === undefined) {
    transport.start = () => Promise.reject(new Error('closed before its handshake began'));
    return;
  }
  // Fixed, since one that has only begun counts from one, and a client of werift's sleeps before it begins.
  Object.defineProperty(dtls.dtls, 'flight', { get: () => Number.POSITIVE_INFINITY, set: () => {} });
}

const unreachable = 'the browser could not be reached over UDP';

function messageChannel(current: () => RTCDataChannel | undefined, traffic: TrafficShare): MessageChannel {
  return {
    get isOpen() {
      return current()?.readyState === 'open';
    },
    get bufferedBytes() {
      return current()?.bufferedAmount ?? 0;
    },
    get isAllowed() {
      return traffic.admits(performance.now());
    },
    send: (message) => {
      traffic.spend(message.length, performance.now());
      current()?.send(Buffer.from(message.buffer, message.byteOffset, message.byteLength));
    },
  };
}

interface IceCandidate {
  readonly candidate: string;
  readonly sdpMid?: string;
  readonly sdpMLineIndex?: number;
}
