import type { RtpPacket } from '../rtsp/rtp-packet.ts';

/** Follows the sequence numbers of a stream (RFC 3550 section 5.1). */
export class PacketOrder {
  #sequenceNumber: number | undefined;
  #ssrc: number | undefined;

  /** Packets missing before this one; undefined for one that came twice or too late and is of no use. */
  missingBefore(packet: RtpPacket): number | undefined {
    const previous = packet.ssrc === this.#ssrc ? this.#sequenceNumber : undefined;
    const step = previous === undefined ? 1 : (packet.sequenceNumber - previous) & 0xffff;
    if (step === 0 || step > 0xff00) return undefined;
    this.#ssrc = packet.ssrc;
    this.#sequenceNumber = packet.sequenceNumber;
    return step - 1;
  }
}
