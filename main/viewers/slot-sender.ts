import {
  type RTCRtpCodecParameters,
  type RTCRtpTransceiver,
  RtcpSenderInfo,
  RtcpSourceDescriptionPacket,
  RtcpSrPacket,
  SourceDescriptionChunk,
  SourceDescriptionItem,
} from 'werift';
import type { SrtpStream } from '../srtp/srtp-stream.ts';
import type { MediaTransport, StreamFeedback } from './media-transport.ts';
import { RtpHeader } from './rtp-header.ts';
import { SentFrames } from './sent-frames.ts';

/** Seconds between 1900, where NTP counts from, and 1970. */
const ntpEpochSeconds = 2_208_988_800;
const canonicalNameItem = 1;
const lossyFraction = 1 / 50;
/** Retransmissions that may follow at once; beyond it there are never more of them than of packets. */
const maximumRepairs = 256;
/** What is left of the loss that was reported before, at each report. */
const lossMemory = 0.8;
/** Until the first receiver report: what a loopback and most local networks have less than. */
const firstRoundTripMilliseconds = 10;

/** What a track can carry, by its names in SDP. */
export type TrackCodec = 'H264' | 'H265' | 'OPUS' | 'G722' | 'PCMU' | 'PCMA';

/** Where RTP leaves: one SSRC of one window. */
export interface SlotSender {
  /** Whether the network takes another picture now; one that was begun is sent to its end. */
  readonly hasRoom: boolean;
  /** Whether the user or the site has had as much as is allowed. */
  readonly isLimited: boolean;
  /**
   * Sends packets of one access unit, or all of them.
   * @param payloads read, never changed or kept for longer than retransmission needs them
   * @param timestamp in units of the format's clock, wrapped to 32 bits here
   * @param marker of the last packet
   */
  send(payloads: readonly Buffer[], timestamp: number, marker: boolean): void;
  /** An access unit is skipped: the network does not take it, or one that it needs was skipped. */
  skip(payloads: readonly Buffer[]): void;
  /** What the next payloads are. @returns whether the window has agreed to it */
  use(codec: TrackCodec): boolean;
  /** Tells the receiver which moment of its wall clock the last timestamp was (RTCP sender report); once a second. */
  report(): void;
}

/** What was negotiated for a codec. */
interface Negotiated {
  readonly header: RtpHeader;
  /** Of retransmissions (RFC 4588); undefined: the receiver gets the same packet again. */
  readonly repairHeader: RtpHeader | undefined;
  /** Timestamps a second. */
  readonly clockRate: number;
}

/**
 * Sends RTP on its own, past werift's sender, which costs several times as much: header, SRTP, retransmission of the last
 * second, sender reports. Of werift's sender it takes what was negotiated.
 */
export class RtpSlotSender implements SlotSender {
  readonly #transceiver: RTCRtpTransceiver;
  readonly #sender: RTCRtpTransceiver['sender'];
  readonly #transport: () => MediaTransport | undefined;
  readonly #onKeyFrameRequest: () => void;
  readonly #sent = new SentFrames();
  #stream: SrtpStream | undefined;
  #repairs: SrtpStream | undefined;
  #codec: TrackCodec;
  /** werift makes new lists with each answer. */
  #answer: readonly RTCRtpCodecParameters[] | undefined;
  #negotiated: Negotiated | undefined;
  /** The receiver has spoken of this SSRC: it knows where it belongs. */
  #isKnown = false;
  #packets = 0;
  #octets = 0;
  #timestamp = 0;
  #sentAt = 0;
  #reported = { middle: 0, at: 0 };
  #highest: number | undefined;
  #roundTripMilliseconds = firstRoundTripMilliseconds;
  #fractionLost = 0;
  #repairsLeft = 0;

  /**
   * @param first what its first payloads are
   * @param transport of the window; undefined before its first offer
   * @param onKeyFrameRequest called when the receiver cannot go on without a key frame
   */
  constructor(
    transceiver: RTCRtpTransceiver,
    first: TrackCodec,
    transport: () => MediaTransport | undefined,
    onKeyFrameRequest: () => void,
  ) {
    this.#transceiver = transceiver;
    this.#sender = transceiver.sender;
    this.#codec = first;
    this.#transport = transport;
    this.#onKeyFrameRequest = onKeyFrameRequest;
    const { sender } = transceiver;
    // Ours are sent by `report`: werift's have a wrong NTP fraction, and no packets to count.
    sender.runRtcp = async () => {};
    // Nothing may ever leave under this SSRC but through `#stream`: nonces would be used twice.
    sender.sendRtp = () => Promise.reject(new Error('RTP leaves through the slot sender.'));
  }

  get hasRoom(): boolean {
    return !this.isLimited && (this.#transport()?.admits(performance.now()) ?? true);
  }

  get isLimited(): boolean {
    return this.#transport()?.isAllowed(performance.now()) === false;
  }

  send(payloads: readonly Buffer[], timestamp: number, marker: boolean): void {
    const transport = this.#transport();
    const negotiated = this.#negotiate();
    this.#stream ??= transport?.open(this.#sender.ssrc, (feedback) => this.#take(feedback));
    const stream = this.#stream;
    if (stream === undefined || transport === undefined || negotiated === undefined) return;
    const isPicture = this.#transceiver.kind === 'video';
    // Pictures have waited for room.
    if (!isPicture && transport.isFull) return;
    const now = performance.now();
    this.#timestamp = timestamp >>> 0;
    this.#sentAt = now;
    const { header, repairHeader } = negotiated;
    const first = (stream.sequenceNumber + 1) & 0xffff;
    const last = payloads.length - 1;
    const headers = Buffer.allocUnsafe(payloads.length * header.length);
    const sentAt = performance.timeOrigin + now;
    payloads.forEach((payload, place) => {
      const number = transport.count(header.length + payload.length, now, header.countsTransport);
      header.write(headers, place * header.length, this.#timestamp, marker && place === last, sentAt, number);
    });
    const datagrams = stream.protect(headers, header.length, payloads);
    // For a receiver that gets the very same ones again.
    const kept = isPicture && repairHeader === undefined ? datagrams : undefined;
    for (const datagram of datagrams) transport.send(datagram);
    if (kept === undefined && !transport.holdsDatagrams) stream.release();
    this.#packets += payloads.length;
    this.#repairsLeft = Math.min(maximumRepairs, this.#repairsLeft + payloads.length);
    this.#octets += octetsOf(payloads);
    if (!isPicture) return;
    this.#sent.add({ first, payloads, datagrams: kept, timestamp: this.#timestamp, marker }, now);
    // That the last packet of a picture is lost shows only with the next picture: too late where much is lost.
    if (marker && this.#repeatsUnasked(transport)) this.#repair([stream.sequenceNumber], 1);
  }

  skip(payloads: readonly Buffer[]): void {
    this.#transport()?.network.withheld(octetsOf(payloads), performance.now());
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

  #negotiate(): Negotiated | undefined {
    const { negotiatedCodecs } = this.#sender as unknown as { negotiatedCodecs: RTCRtpCodecParameters[] };
    if (negotiatedCodecs === this.#answer) return this.#negotiated;
    this.#answer = negotiatedCodecs;
    const { headerExtensions } = this.#sender as unknown as {
      headerExtensions: { id: number; uri: string }[];
    };
    this.#negotiated = undefined;
    const codec = negotiatedCodecs.find(({ name }) => name.toUpperCase() === this.#codec);
    if (codec === undefined) return undefined;
    const { payloadType, clockRate } = codec;
    const mid = this.#transceiver.mid ?? undefined;
    const isItsRepair = ({ name, parameters }: RTCRtpCodecParameters) =>
      name.toLowerCase() === 'rtx' && parameters === `apt=${payloadType}`;
    const repair = negotiatedCodecs.find(isItsRepair);
    this.#negotiated = {
      header: new RtpHeader(payloadType, headerExtensions, this.#isKnown ? undefined : mid),
      repairHeader:
        repair === undefined ? undefined : new RtpHeader(repair.payloadType, headerExtensions, mid),
      clockRate,
    };
    return this.#negotiated;
  }

  #take(feedback: StreamFeedback): void {
    if (!this.#isKnown) {
      this.#isKnown = true;
      this.#answer = undefined;
    }
    switch (feedback.kind) {
      case 'report':
        this.#measure(feedback);
        break;
      case 'lost': {
        const transport = this.#transport();
        // Chromium asks a second time only after about 100 ms: by then the picture stands.
        if (transport !== undefined) {
          this.#repair(feedback.sequenceNumbers, this.#repeatsUnasked(transport) ? 2 : 1);
        }
        break;
      }
      case 'key-frame':
        this.#onKeyFrameRequest();
        break;
      default:
        feedback satisfies never;
    }
  }

  /** The receiver's view of the sender report that it has seen last (RFC 3550 section 6.4.1). */
  #measure({ fractionLost, highest, lastSenderReport, delay }: StreamFeedback & { kind: 'report' }): void {
    const network = this.#transport()?.network;
    const now = performance.now();
    this.#fractionLost = Math.max(fractionLost, this.#fractionLost * lossMemory);
    const expected = Math.max(0, highest - (this.#highest ?? highest));
    this.#highest = highest;
    network?.reported(expected, fractionLost, now);
    if (lastSenderReport === 0 || lastSenderReport !== this.#reported.middle) return;
    this.#roundTripMilliseconds = Math.max(1, now - this.#reported.at - delay);
    network?.roundTrip(this.#roundTripMilliseconds, now);
  }

  /** Where much is lost by chance; where it is lost because too much is sent, more would be lost. */
  #repeatsUnasked(transport: MediaTransport): boolean {
    return this.#fractionLost > lossyFraction && !transport.isCongested;
  }

  /**
   * Sends packets again that the receiver has lost: in a stream of their own, with their old number in front; or, to a
   * receiver that has agreed to no such stream, the same bytes that left before. Nothing is encrypted twice under one nonce.
   */
  #repair(lost: readonly number[], copies: number): void {
    const transport = this.#transport();
    const repairHeader = this.#negotiate()?.repairHeader;
    if (transport === undefined) return;
    if (repairHeader !== undefined) this.#repairs ??= transport.open(this.#sender.rtxSsrc);
    const repairs = this.#repairs;
    const now = performance.now();
    for (const sequenceNumber of lost) {
      // A network that loses much of what it gets must not get more and more.
      if (this.#repairsLeft <= 0 || transport.isFull || !transport.admits(now)) return;
      this.#repairsLeft -= copies;
      const packet = this.#sent.takeForRepeat(sequenceNumber, now, this.#roundTripMilliseconds);
      if (packet === undefined) continue;
      const { datagram, timestamp, marker, payload } = packet;
      for (let copy = 0; copy < copies; copy++) {
        if (repairHeader !== undefined && repairs !== undefined) {
          const numbered = Buffer.concat([numberOf(sequenceNumber), payload]);
          const { length } = repairHeader;
          const header = Buffer.allocUnsafe(length);
          const number = transport.count(length + numbered.length, now, repairHeader.countsTransport);
          repairHeader.write(header, 0, timestamp, marker, performance.timeOrigin + now, number);
          for (const repair of repairs.protect(header, length, [numbered])) transport.send(repair);
        } else if (datagram !== undefined) {
          transport.send(datagram);
        }
      }
    }
  }
}

/** The original sequence number, in front of what is sent again (RFC 4588 section 4). */
function numberOf(sequenceNumber: number): Buffer {
  const number = Buffer.allocUnsafe(2);
  number.writeUInt16BE(sequenceNumber);
  return number;
}

function octetsOf(payloads: readonly Buffer[]): number {
  let octets = 0;
  for (const { length } of payloads) octets += length;
  return octets;
}
