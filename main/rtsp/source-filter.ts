import type { RtpPacket } from './rtp-packet.ts';

/** So many packets of another source in a row, none of the present one between them, and it is the new one. */
const probation = 3;

/**
 * Follows one source of packets (SSRC). Reolink goes on sending packets of the session before into a new one: mixed together
 * they would make no picture. Another source is followed once it has sent three packets in a row; they are not lost.
 */
export class SourceFilter {
  #ssrc: number | undefined;
  /** Of one other source; never more than two. */
  #candidates: RtpPacket[] = [];
  readonly #announced: number | undefined;

  /** @param announced `ssrc` of the `Transport` header, which is believed when such packets come, and often wrong */
  constructor(announced: number | undefined) {
    this.#announced = announced;
  }

  /** The packets that are to be used now, this one and those that waited for it; often none or one. */
  accept(packet: RtpPacket): readonly RtpPacket[] {
    const { ssrc } = packet;
    if (ssrc === this.#ssrc || this.#ssrc === undefined || ssrc === this.#announced) {
      this.#ssrc = ssrc;
      if (this.#candidates.length > 0) this.#candidates = [];
      return [packet];
    }
    if (this.#candidates[0]?.ssrc !== ssrc) this.#candidates = [];
    this.#candidates.push(packet);
    if (this.#candidates.length < probation) return [];
    const accepted = this.#candidates;
    this.#candidates = [];
    this.#ssrc = ssrc;
    return accepted;
  }
}
