import {
  GenericNack,
  type RTCRtpCodecParameters,
  type RTCRtpTransceiver,
  type RtcpPacket,
  type RtcpReceiverInfo,
  RtcpRrPacket,
  RtcpSenderInfo,
  RtcpSourceDescriptionPacket,
  RtcpSrPacket,
  RtcpTransportLayerFeedback,
  SourceDescriptionChunk,
  SourceDescriptionItem,
} from 'werift';
import type { MediaTransport } from './media-transport.ts';
import { SentPackets } from './sent-packets.ts';
import { rtpHeaderBytes, type SrtpStream } from './srtp-stream.ts';

/** Chromium shows a frame as soon as it is decoded when minimum and maximum delay are 0 (libwebrtc's playout-delay extension). */
export const playoutDelayUri = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';

/** Seconds between 1900, where NTP counts from, and 1970. */
const ntpEpochSeconds = 2_208_988_800;
const canonicalNameItem = 1;
/** Of 256: more than about one packet in fifty. */
const lossyFraction = 5;
/** What is left of the loss that was reported before, at each report. */
const lossMemory = 0.8;
/** Until the first receiver report: what a loopback and most local networks have less than. */
const firstRoundTripMilliseconds = 10;

/** What a track can carry, by its names in SDP. */
export type TrackCodec = 'H264' | 'H265' | 'OPUS' | 'G722' | 'PCMU' | 'PCMA';

/** Where RTP leaves: one SSRC of one window. */
export interface SlotSender {
  /**
   * Sends one RTP packet; the payload is read, never changed or kept for longer than retransmission needs it.
   * @param timestamp in units of the format's clock, wrapped to 32 bits here
   */
  send(payload: Buffer, timestamp: number, marker: boolean): void;
  /** What the next payloads are. @returns whether the window has agreed to it */
  use(codec: TrackCodec): boolean;
  /** Tells the receiver which moment of its wall clock the last timestamp was (RTCP sender report); once a second. */
  report(): void;
}

/** What was negotiated for a codec. */
interface Negotiated {
  readonly payloadType: number;
  readonly retransmission: number | undefined;
  /** Timestamps a second. */
  readonly clockRate: number;
}

/**
 * Sends RTP on its own, past werift's sender, which costs several times as much: header, SRTP, retransmission (RFC 4588) of
 * the last second, sender reports. Of werift's sender it takes what was negotiated, and the receiver's RTCP.
 */
export class RtpSlotSender implements SlotSender {
  readonly #sender: RTCRtpTransceiver['sender'];
  readonly #transport: () => MediaTransport | undefined;
  readonly #sent = new SentPackets();
  #stream: SrtpStream | undefined;
  #repairs: SrtpStream | undefined;
  #codec: TrackCodec;
  /** werift makes new lists with each answer. */
  #answer: readonly RTCRtpCodecParameters[] | undefined;
  #negotiated: Negotiated | undefined;
  #playoutDelayId: number | undefined;
  #packets = 0;
  #octets = 0;
  #timestamp = 0;
  #sentAt = 0;
  #reported = { middle: 0, at: 0 };
  #roundTripMilliseconds = firstRoundTripMilliseconds;
  #fractionLost = 0;

  /**
   * @param first what its first payloads are
   * @param transport of the window; undefined before its first offer
   */
  constructor(
    transceiver: RTCRtpTransceiver,
    first: TrackCodec,
    transport: () => MediaTransport | undefined,
    onKeyFrameRequest: () => void,
  ) {
    this.#sender = transceiver.sender;
    this.#codec = first;
    this.#transport = transport;
    const { sender } = transceiver;
    sender.onPictureLossIndication.subscribe(onKeyFrameRequest);
    sender.onRtcp.subscribe((packet) => this.#take(packet));
    // Ours are sent by `report`: werift's have a wrong NTP fraction, and no packets to count.
    sender.runRtcp = async () => {};
    // Nothing may ever leave under this SSRC but through `#stream`: nonces would be used twice.
    sender.sendRtp = () => Promise.reject(new Error('RTP leaves through the slot sender.'));
  }

  send(payload: Buffer, timestamp: number, marker: boolean): void {
    const transport = this.#transport();
    const negotiated = this.#negotiate();
    this.#stream ??= transport?.open(this.#sender.ssrc);
    if (this.#stream === undefined || transport === undefined || negotiated === undefined) return;
    this.#timestamp = timestamp >>> 0;
    this.#sentAt = performance.now();
    const header = this.#header(negotiated.payloadType, this.#timestamp, marker);
    transport.send(this.#stream.protect(header, payload));
    const { sequenceNumber } = this.#stream;
    if (negotiated.retransmission !== undefined) {
      this.#sent.add({ sequenceNumber, payload, timestamp: this.#timestamp, marker }, this.#sentAt);
    }
    this.#packets++;
    this.#octets += payload.length;
    // That the last packet of a picture is lost shows only with the next picture: too late where much is lost.
    if (marker && this.#isLossy) this.#repair([sequenceNumber], 1);
  }

  use(codec: TrackCodec): boolean {
    if (codec !== this.#codec) this.#answer = undefined;
    this.#codec = codec;
    return this.#negotiate() !== undefined;
  }

  report(): void {
    const now = performance.now();
    this.#sent.forgetOld(now);
    if (this.#packets === 0) return;
    const milliseconds = Date.now();
    const seconds = Math.floor(milliseconds / 1000) + ntpEpochSeconds;
    const fraction = Math.floor(((milliseconds % 1000) / 1000) * 2 ** 32);
    const senderInfo = new RtcpSenderInfo({
      ntpTimestamp: (BigInt(seconds) << 32n) | BigInt(fraction),
      // What the timestamp of a frame would be that was sent now.
      rtpTimestamp:
        (this.#timestamp + Math.round(((now - this.#sentAt) * (this.#negotiated?.clockRate ?? 0)) / 1000)) >>>
        0,
      packetCount: this.#packets >>> 0,
      octetCount: this.#octets >>> 0,
    });
    this.#reported = { middle: ((seconds & 0xffff) * 2 ** 16 + (fraction >>> 16)) >>> 0, at: now };
    const { ssrc } = this.#sender;
    const name = new SourceDescriptionItem({ type: canonicalNameItem, text: this.#sender.trackId });
    this.#transport()?.sendRtcp([
      new RtcpSrPacket({ ssrc, senderInfo }),
      new RtcpSourceDescriptionPacket({
        chunks: [new SourceDescriptionChunk({ source: ssrc, items: [name] })],
      }),
    ]);
  }

  /** Twelve bytes, and one word of extensions (RFC 8285 section 4.2) where the window takes the playout delay. */
  #header(payloadType: number, timestamp: number, marker: boolean): Buffer {
    const hasExtension = this.#playoutDelayId !== undefined;
    const header = Buffer.allocUnsafe(hasExtension ? rtpHeaderBytes + 8 : rtpHeaderBytes);
    header[0] = hasExtension ? 0x90 : 0x80;
    header[1] = (marker ? 0x80 : 0) | payloadType;
    header.writeUInt32BE(timestamp, 4);
    if (this.#playoutDelayId !== undefined) {
      header.writeUInt32BE(0xbede0001, rtpHeaderBytes);
      // Its three bytes are 0: neither a least delay nor a largest one.
      header.writeUInt32BE(((this.#playoutDelayId << 28) | (2 << 24)) >>> 0, rtpHeaderBytes + 4);
    }
    return header;
  }

  #negotiate(): Negotiated | undefined {
    const { negotiatedCodecs } = this.#sender as unknown as { negotiatedCodecs: RTCRtpCodecParameters[] };
    if (negotiatedCodecs === this.#answer) return this.#negotiated;
    this.#answer = negotiatedCodecs;
    const { headerExtensions } = this.#sender as unknown as {
      headerExtensions: { id: number; uri: string }[];
    };
    this.#playoutDelayId = headerExtensions.find(({ uri }) => uri === playoutDelayUri)?.id;
    this.#negotiated = undefined;
    const codec = negotiatedCodecs.find(({ name }) => name.toUpperCase() === this.#codec);
    if (codec === undefined) return undefined;
    const { payloadType, clockRate } = codec;
    const isItsRepair = ({ name, parameters }: RTCRtpCodecParameters) =>
      name.toLowerCase() === 'rtx' && parameters === `apt=${payloadType}`;
    const retransmission = negotiatedCodecs.find(isItsRepair)?.payloadType;
    this.#negotiated = { payloadType, retransmission, clockRate };
    return this.#negotiated;
  }

  #take(packet: RtcpPacket): void {
    if (packet instanceof RtcpTransportLayerFeedback) {
      if (!(packet.feedback instanceof GenericNack)) return;
      // Chromium asks a second time only after about 100 ms: by then the picture stands.
      this.#repair(packet.feedback.lost, this.#isLossy ? 2 : 1);
    } else if (packet instanceof RtcpRrPacket) {
      for (const report of packet.reports) this.#measure(report);
    }
  }

  /** The receiver's view of the sender report that it has seen last (RFC 3550 section 6.4.1). */
  #measure({ ssrc, lsr, dlsr, fractionLost }: RtcpReceiverInfo): void {
    if (ssrc !== this.#sender.ssrc) return;
    this.#fractionLost = Math.max(fractionLost, this.#fractionLost * lossMemory);
    if (lsr !== this.#reported.middle) return;
    const elapsed = performance.now() - this.#reported.at - (dlsr / 65_536) * 1_000;
    this.#roundTripMilliseconds = Math.max(1, elapsed);
  }

  get #isLossy(): boolean {
    return this.#fractionLost > lossyFraction;
  }

  /** Sends packets again that the receiver has lost: in a stream of their own, with their old number in front. */
  #repair(lost: readonly number[], copies: number): void {
    const transport = this.#transport();
    const retransmission = this.#negotiate()?.retransmission;
    if (transport === undefined || retransmission === undefined) return;
    this.#repairs ??= transport.open(this.#sender.rtxSsrc);
    const now = performance.now();
    for (const sequenceNumber of lost) {
      const packet = this.#sent.takeForRepeat(sequenceNumber, now, this.#roundTripMilliseconds);
      if (packet === undefined || this.#repairs === undefined) continue;
      const original = Buffer.allocUnsafe(2);
      original.writeUInt16BE(sequenceNumber);
      for (let copy = 0; copy < copies; copy++) {
        const header = this.#header(retransmission, packet.timestamp, packet.marker);
        transport.send(this.#repairs.protect(header, original, packet.payload));
      }
    }
  }
}
