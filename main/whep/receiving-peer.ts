import {
  type MediaStreamTrack,
  RTCPeerConnection,
  type RTCRtpTransceiver,
  type RtpPacket as WeriftPacket,
} from 'werift';
import { everyMediaNetwork } from '../contract/media-network.ts';
import { ReorderBuffer } from '../rtsp/reorder-buffer.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import { IceAgent } from '../viewers/ice-agent.ts';
import { mediaWay } from '../viewers/media-addresses.ts';
import { closeConnection } from '../viewers/peer.ts';
import { withoutUnusableCandidates } from '../viewers/remote-candidate.ts';
import { audioCodecs, h264Codecs, h265Codecs, onOurSockets } from '../viewers/track-codecs.ts';

const feedback = () => [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }];
const releaseMilliseconds = 20;
/** From one wish for a key frame to the next. */
const keyFrameMilliseconds = 1_000;

/** What comes in. */
interface PeerSink {
  /** In the order in which they were sent; some may be missing. */
  video(packet: RtpPacket): void;
  audio(packet: RtpPacket): void;
  /** The connection is gone for good. */
  failed(): void;
}

/** werift's peer connection as a receiver of one video and one sound, over the sockets that viewers use, too. */
export class ReceivingPeer implements AsyncDisposable {
  readonly #connection: RTCPeerConnection;
  readonly #sink: PeerSink;
  readonly #video: RTCRtpTransceiver;
  readonly #audio: RTCRtpTransceiver;
  readonly #reorder = new ReorderBuffer();
  #agent: IceAgent | undefined;
  #release: NodeJS.Timeout | undefined;
  #next: number | undefined;
  #ssrc: number | undefined;
  #wishedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(sink: PeerSink) {
    this.#sink = sink;
    this.#connection = new RTCPeerConnection({
      ...onOurSockets,
      codecs: { video: [...h264Codecs(feedback()), ...h265Codecs(feedback())], audio: audioCodecs() },
    });
    this.#connection.connectionStateChange.subscribe((state) => {
      if (state === 'failed' || state === 'closed') sink.failed();
    });
    this.#video = this.#receive('video', (packet) => this.#take(packet));
    this.#audio = this.#receive('audio', (packet) => sink.audio(packet));
  }

  /** The SDP offer with all candidates in it. @throws Error */
  async offer(): Promise<string> {
    const [dtls] = this.#connection.dtlsTransports;
    if (dtls === undefined) throw new Error('a peer connection without tracks has no transport');
    this.#agent = new IceAgent(
      dtls,
      () => {},
      () => {},
    );
    await this.#agent.openSockets(mediaWay(everyMediaNetwork));
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    return this.#connection.localDescription?.sdp ?? '';
  }

  /** @throws Error when it is no answer to the offer */
  async answer(sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: withoutUnusableCandidates(sdp) });
  }

  /** Names of the formats that were agreed on, by payload type. */
  get formats(): ReadonlyMap<number, { readonly name: string; readonly clockRate: number }> {
    return new Map(
      [this.#video, this.#audio]
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
    this.#hand(this.#reorder.push(packet, performance.now()));
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

function plain({ header, payload }: WeriftPacket): RtpPacket {
  const { payloadType, marker, sequenceNumber, timestamp, ssrc } = header;
  return { payloadType, marker, sequenceNumber, timestamp, ssrc, payload };
}
