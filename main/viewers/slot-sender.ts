import {
  type RTCRtpCodecParameters,
  type RTCRtpTransceiver,
  RtcpSenderInfo,
  RtcpSrPacket,
  RtpHeader,
  RtpPacket,
} from 'werift';

/** Chromium shows a frame as soon as it is decoded when minimum and maximum delay are 0 (libwebrtc's playout-delay extension). */
export const playoutDelayUri = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';
const noPlayoutDelay = Buffer.from([0, 0, 0]);

/** Seconds between 1900, where NTP counts from, and 1970. */
const ntpEpochSeconds = 2_208_988_800;

/** Where RTP leaves: one SSRC of one window. */
export interface SlotSender {
  /**
   * Sends one RTP packet; the payload is read, never changed or kept for longer than retransmission needs it.
   * @param timestamp 90 kHz, wrapped to 32 bits here
   */
  send(payload: Buffer, timestamp: number, marker: boolean): void;
  /** What the next payloads are. */
  use(codec: 'H264' | 'H265'): void;
  /** Tells the receiver which moment of its wall clock the last timestamp was (RTCP sender report). */
  report(): void;
}

/** werift's sender takes the first codec that was agreed on, for all packets. */
interface CodecSwitch {
  readonly negotiatedCodecs: readonly RTCRtpCodecParameters[];
  codec: RTCRtpCodecParameters;
  rtxPayloadType: number | undefined;
}

/** Sends through werift's RTP sender, which adds SRTP, the NACK history and RTX. */
export class WeriftSlotSender implements SlotSender {
  readonly #transceiver: RTCRtpTransceiver;
  #sequenceNumber = Math.floor(Math.random() * 0x8000);
  #packets = 0;
  #octets = 0;
  #timestamp = 0;
  #codec: 'H264' | 'H265' = 'H264';

  constructor(transceiver: RTCRtpTransceiver, onKeyFrameRequest: () => void) {
    this.#transceiver = transceiver;
    const { sender } = transceiver;
    sender.onPictureLossIndication.subscribe(onKeyFrameRequest);
    // werift's own reports have a wrong NTP fraction (resolution 1 s): `report` sends ours.
    sender.runRtcp = async () => {};
    // Its bandwidth estimate needs TWCC, which is not offered; without this each packet sorts a list for nothing.
    sender.senderBWE.rtpPacketSent = () => {};
  }

  send(payload: Buffer, timestamp: number, marker: boolean): void {
    const { sender, headerExtensions } = this.#transceiver;
    // werift goes back to the first codec whenever slots are added.
    if (this.#codec !== 'H264') this.use(this.#codec);
    const playoutDelay = headerExtensions.find((extension) => extension.uri === playoutDelayUri);
    // Always a new packet: werift changes the header and keeps the packet for NACK. Always the next sequence number:
    // its SRTP context loses count, and the picture stays black, when a wrap comes with a jump.
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    this.#timestamp = timestamp >>> 0;
    const header = new RtpHeader({
      sequenceNumber: this.#sequenceNumber,
      timestamp: this.#timestamp,
      marker,
      extension: playoutDelay !== undefined,
      extensions: playoutDelay === undefined ? [] : [{ id: playoutDelay.id, payload: noPlayoutDelay }],
    });
    this.#packets++;
    this.#octets += payload.length;
    // A datagram that could not be sent is a lost one: the receiver asks again.
    sender.sendRtp(new RtpPacket(header, payload)).catch(() => {});
  }

  use(codec: 'H264' | 'H265'): void {
    this.#codec = codec;
    const sender = this.#transceiver.sender as unknown as CodecSwitch;
    const codecs = sender.negotiatedCodecs;
    const wanted = codecs.find(({ name }) => name.toUpperCase() === codec);
    if (wanted === undefined) return;
    sender.codec = wanted;
    const isItsRtx = ({ name, parameters }: RTCRtpCodecParameters) =>
      name.toLowerCase() === 'rtx' && parameters === `apt=${wanted.payloadType}`;
    sender.rtxPayloadType = codecs.find(isItsRtx)?.payloadType;
  }

  report(): void {
    const { sender, dtlsTransport } = this.#transceiver;
    if (this.#packets === 0 || dtlsTransport.state !== 'connected') return;
    const milliseconds = Date.now();
    const seconds = Math.floor(milliseconds / 1000);
    const fraction = Math.floor(((milliseconds % 1000) / 1000) * 2 ** 32);
    const senderInfo = new RtcpSenderInfo({
      ntpTimestamp: (BigInt(seconds + ntpEpochSeconds) << 32n) | BigInt(fraction),
      rtpTimestamp: this.#timestamp,
      packetCount: this.#packets >>> 0,
      octetCount: this.#octets >>> 0,
    });
    dtlsTransport.sendRtcp([new RtcpSrPacket({ ssrc: sender.ssrc, senderInfo })]).catch(() => {});
  }
}
