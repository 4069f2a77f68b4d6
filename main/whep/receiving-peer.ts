import {
  type MediaStreamTrack,
  ReceiverEstimatedMaxBitrate,
  RTCPeerConnection,
  type RTCRtpTransceiver,
  RtcpPayloadSpecificFeedback,
  type RtpPacket as WeriftPacket,
} from 'werift';
import { everyMediaNetwork } from '../contract/media-network.ts';
import { ReorderBuffer } from '../rtsp/reorder-buffer.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import { IceAgent } from '../viewers/ice-agent.ts';
import { type MediaWay, mediaWay } from '../viewers/media-addresses.ts';
import { closeConnection } from '../viewers/peer.ts';
import { isUsableCandidate, withoutUnusableCandidates } from '../viewers/remote-candidate.ts';
import { audioCodecs, h264Codecs, h265Codecs, onOurSockets } from '../viewers/track-codecs.ts';

const feedback = () => [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }];
/**
 * What a publisher may send, 250,000 · 2^4 bits a second, told it once a second (REMB, draft-alvestrand-rmcat-remb section 2.2): it
 * begins with little, and would take half a minute to find out. What is lost on the way makes it less. werift's own transport-wide
 * feedback keeps Chromium at 300 kbit/s.
 */
const allowed = { brMantissa: 250_000, brExp: 4 };
const allowMilliseconds = 1_000;
const releaseMilliseconds = 20;
/** From one wish for a key frame to the next. */
const keyFrameMilliseconds = 1_000;

/** What comes in. */
export interface PeerSink {
  /** In the order in which they were sent; some may be missing. */
  video(packet: RtpPacket): void;
  audio(packet: RtpPacket): void;
  /** The connection is gone for good. @param reason left out: nobody knows */
  failed(reason?: Error): void;
}

/** Names of formats, in capitals, by payload type. */
export type ReceivedFormats = ReadonlyMap<number, { readonly name: string; readonly clockRate: number }>;

/** What is answered to somebody who offers. */
interface Answering {
  /** Of the offer: `takes`, or there is none in it, or what it offers is not wanted. */
  readonly sound: 'takes' | 'none' | 'refuses';
  /** Where media may come in. */
  way(): MediaWay;
  /** The other side gave a sign of life. */
  heard(): void;
}

/**
 * werift's peer connection as a receiver of one video and one sound, over the sockets that viewers use, too. It offers, or, made
 * with `answering`, it answers.
 */
export class ReceivingPeer implements AsyncDisposable {
  readonly #connection: RTCPeerConnection;
  readonly #sink: PeerSink;
  readonly #answering: Answering | undefined;
  readonly #video: RTCRtpTransceiver;
  readonly #audio: RTCRtpTransceiver | undefined;
  readonly #reorder = new ReorderBuffer();
  #agent: IceAgent | undefined;
  #release: NodeJS.Timeout | undefined;
  #next: number | undefined;
  #ssrc: number | undefined;
  #wishedAt = Number.NEGATIVE_INFINITY;
  #allowedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(sink: PeerSink, answering?: Answering) {
    this.#sink = sink;
    this.#answering = answering;
    this.#connection = new RTCPeerConnection({
      ...onOurSockets,
      codecs: { video: [...h264Codecs(feedback()), ...h265Codecs(feedback())], audio: audioCodecs() },
    });
    this.#connection.connectionStateChange.subscribe((state) => {
      if (state === 'failed' || state === 'closed') sink.failed();
    });
    this.#video = this.#receive('video', (packet) => this.#take(packet));
    const { sound = 'takes' } = answering ?? {};
    if (sound === 'takes') this.#audio = this.#receive('audio', (packet) => sink.audio(packet));
    // Without one werift would make one that receives.
    else if (sound === 'refuses') this.#connection.addTransceiver('audio', { direction: 'inactive' });
  }

  /** The SDP offer with all candidates in it. @throws Error */
  async offer(): Promise<string> {
    await this.#openTransport().openSockets(mediaWay(everyMediaNetwork));
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    return this.#connection.localDescription?.sdp ?? '';
  }

  /**
   * Answers an offer.
   * @param offer with one format of each name: werift takes the first one
   * @returns the SDP answer with all candidates in it
   * @throws GatehouseError port-in-use; Error when the offer cannot be answered
   */
  async answerTo(offer: string): Promise<string> {
    await this.#connection.setRemoteDescription({ type: 'offer', sdp: withoutUnusableCandidates(offer) });
    const agent = this.#openTransport();
    // werift would be the client, which sleeps for 100 ms; it has to be one where the other side is the server.
    const [dtls] = this.#connection.dtlsTransports;
    if (dtls !== undefined && !/^a=setup:passive\r?$/m.test(offer)) dtls.role = 'server';
    await agent.openSockets(this.#answering?.way() ?? mediaWay(everyMediaNetwork));
    await this.#connection.setLocalDescription(await this.#connection.createAnswer());
    return this.#connection.localDescription?.sdp ?? '';
  }

  /** Of the other side, which came after its offer. @throws Error when it is none; one that is not used is ignored */
  async addCandidate(candidate: IceCandidate): Promise<void> {
    if (candidate.candidate === '' || !isUsableCandidate(candidate.candidate)) return;
    await this.#connection.addIceCandidate(candidate);
  }

  /** Whether media comes in, or last came in, where it may. */
  isOnItsWay(way: MediaWay): boolean {
    return this.#agent?.goesOver(way) ?? true;
  }

  /** @throws Error when it is no answer to the offer */
  async answer(sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: withoutUnusableCandidates(sdp) });
  }

  /** Names of the formats that were agreed on, by payload type. */
  get formats(): ReceivedFormats {
    return new Map(
      [this.#video, ...(this.#audio === undefined ? [] : [this.#audio])]
        .filter(({ currentDirection }) => currentDirection === 'recvonly')
        .flatMap(({ codecs }) => codecs)
        .map(({ payloadType, name, clockRate }) => [payloadType, { name: name.toUpperCase(), clockRate }]),
    );
  }

  /** Asks for a picture that a decoder can start with (RTCP PLI), at most once a second. */
  requestKeyFrame(): void {
    const now = performance.now();
    if (this.#ssrc === undefined || this.#isClosed || now - this.#wishedAt < keyFrameMilliseconds) return;
    this.#wishedAt = now;
    this.#video.receiver.sendRtcpPLI(this.#ssrc).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#release);
    await closeConnection(this.#connection);
    await this.#agent?.[Symbol.asyncDispose]();
  }

  /** There is one for both tracks. */
  #openTransport(): IceAgent {
    const [dtls] = this.#connection.dtlsTransports;
    if (dtls === undefined) throw new Error('a peer connection without tracks has no transport');
    this.#agent = new IceAgent(
      dtls,
      () => this.#answering?.heard(),
      () => {},
    );
    return this.#agent;
  }

  #receive(kind: 'video' | 'audio', onPacket: (packet: RtpPacket) => void): RTCRtpTransceiver {
    const transceiver = this.#connection.addTransceiver(kind, { direction: 'recvonly' });
    transceiver.onTrack.subscribe((track: MediaStreamTrack) => {
      track.onReceiveRtp.subscribe((packet) => {
        if (!this.#isClosed && packet.payload.length > 0) onPacket(plain(packet));
      });
    });
    return transceiver;
  }

  /** werift asks again for what is missing; it comes late. */
  #take(packet: RtpPacket): void {
    this.#ssrc = packet.ssrc;
    if (this.#answering !== undefined) this.#allow(packet.ssrc);
    this.#hand(this.#reorder.push(packet, performance.now()));
  }

  #allow(ssrc: number): void {
    const now = performance.now();
    if (now - this.#allowedAt < allowMilliseconds) return;
    this.#allowedAt = now;
    const { rtcpSsrc: senderSsrc } = this.#video.receiver;
    const feedback = new ReceiverEstimatedMaxBitrate({
      ...{ senderSsrc, mediaSsrc: 0, ssrcNum: 1, ssrcFeedbacks: [ssrc] },
      ...allowed,
    });
    const [dtls] = this.#connection.dtlsTransports;
    dtls?.sendRtcp([new RtcpPayloadSpecificFeedback({ feedback })]).catch(() => {});
  }

  #hand(packets: readonly RtpPacket[]): void {
    for (const packet of packets) {
      if (this.#next !== undefined && packet.sequenceNumber !== this.#next) this.requestKeyFrame();
      this.#next = (packet.sequenceNumber + 1) & 0xffff;
      this.#sink.video(packet);
    }
    if (!this.#reorder.isHolding || this.#release !== undefined || this.#isClosed) return;
    this.#release = setTimeout(() => {
      this.#release = undefined;
      this.#hand(this.#reorder.release(performance.now()));
    }, releaseMilliseconds);
  }
}

interface IceCandidate {
  readonly candidate: string;
  readonly sdpMid?: string;
  readonly sdpMLineIndex?: number;
}

function plain({ header, payload }: WeriftPacket): RtpPacket {
  const { payloadType, marker, sequenceNumber, timestamp, ssrc } = header;
  return { payloadType, marker, sequenceNumber, timestamp, ssrc, payload };
}
