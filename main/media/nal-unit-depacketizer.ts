import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import type { AccessUnit } from './access-unit.ts';
import { splitAtStartCodes } from './h264.ts';
import { PacketOrder } from './packet-order.ts';

/** A camera that never ends a picture must not eat memory: past these, the picture is given up. */
const maximumAccessUnitBytes = 8 * 1024 * 1024;
const maximumAccessUnitPieces = 16_384;

/** A camera that puts start codes into packets does so in its key frames, with the parameter sets: so many are searched for them. */
const searchedKeyFrames = 2;

/** What was thrown away since the start, for the error tally. */
interface DepacketizerLosses {
  /** Packets that never came, by their sequence numbers. */
  packetsLost: number;
  /** Packets that were not understood: empty, truncated, or of a packetisation mode that is not supported. */
  packetsMalformed: number;
  /** Pictures given up because a part of them was lost or because they never ended. */
  accessUnitsDropped: number;
}

/** `key`: of a picture that a decoder can start with; `useless`: nothing that a WebRTC decoder needs. */
export type NalUnitKind = 'picture' | 'key' | 'useless' | 'other';

/**
 * What H.264 (RFC 6184) and H.265 (RFC 7798) over RTP have in common: packets go in, access units come out; no socket in
 * sight. A picture with a missing part is dropped whole; the ones after it are passed on, since a smear for a moment tells a
 * guard more than ten seconds of nothing on a camera with long GOPs.
 */
export abstract class NalUnitDepacketizer {
  readonly losses: DepacketizerLosses = { packetsLost: 0, packetsMalformed: 0, accessUnitsDropped: 0 };

  readonly #order = new PacketOrder();
  #nalUnits: Buffer[] = [];
  #bytes = 0;
  #hasPicture = false;
  #keyFrame = false;
  #damaged = false;
  #keyFramesToSearch = searchedKeyFrames;
  #hasStartCodes = false;
  #timestamp: number | undefined;
  #receivedAt = 0;
  #fragments: Buffer[] = [];
  #fragmentBytes = 0;

  /** Bytes of the header of a NAL unit. */
  protected abstract readonly headerBytes: number;
  /** Takes a payload apart with `add`, `addAggregate` and `addFragment`. */
  protected abstract unpack(payload: Buffer): void;
  protected abstract kindOf(nalUnit: Buffer): NalUnitKind;
  /** True when nothing of its picture can be missing before this payload: parameter sets, or the first slice. */
  protected abstract startsPicture(payload: Buffer): boolean;

  /**
   * Takes the next packet and returns the access units that it ended: none, one, or two (when its timestamp ended the
   * one before and its marker its own).
   */
  push(packet: RtpPacket, receivedAt: number): AccessUnit[] {
    const ended: AccessUnit[] = [];
    const lost = this.#order.missingBefore(packet);
    if (lost === undefined) return ended;
    this.losses.packetsLost += lost;
    const inProgress = this.#nalUnits.length > 0 || this.#fragments.length > 0;
    // FLIR M400 never sets the marker: a new timestamp ends the picture as well.
    if (this.#timestamp !== undefined && packet.timestamp !== this.#timestamp) {
      if (this.#fragments.length > 0 || (lost > 0 && inProgress)) this.#damage();
      this.#end(ended);
      if (lost > 0 && !this.startsPicture(packet.payload)) this.#damage();
    } else if (lost > 0) {
      this.#damage();
    }
    this.#timestamp = packet.timestamp;
    this.#receivedAt = receivedAt;
    this.unpack(packet.payload);
    // Tapo TC70 and Reolink Duo 2 set the marker on SPS, PPS and SEI: only a picture can end an access unit.
    if (packet.marker && (this.#hasPicture || this.#damaged)) this.#end(ended);
    return ended;
  }

  protected malformed(): void {
    this.losses.packetsMalformed++;
  }

  /** NAL units behind 16-bit sizes, from `offset` on (RFC 6184 section 5.7.1, RFC 7798 section 4.4.2). */
  protected addAggregate(payload: Buffer, start: number): void {
    let offset = start;
    while (offset + 2 <= payload.length) {
      const size = payload.readUInt16BE(offset);
      offset += 2;
      if (offset + size > payload.length) {
        this.malformed();
        return;
      }
      if (size > 0) this.add(payload.subarray(offset, offset + size));
      offset += size;
    }
  }

  /**
   * A part of a NAL unit (RFC 6184 section 5.8, RFC 7798 section 4.4.3).
   * @param header of the FU: its second bit is set in the last part
   * @param first the header of the NAL unit with the first part, null with the others
   */
  protected addFragment(header: number, data: Buffer, first: Buffer | null): void {
    const ends = (header & 0x40) !== 0;
    if (first !== null) {
      if (this.#fragments.length > 0) this.#damage();
      this.#fragments = [first];
      this.#fragmentBytes = this.headerBytes;
    } else if (this.#fragments.length === 0) {
      this.#damage();
      return;
    }
    // Tiandy changes the type inside one FU and others send empty fragments: the start decides, the rest is only data.
    if (data.length > 0) {
      this.#fragments.push(data);
      this.#fragmentBytes += data.length;
    }
    if (this.#isTooLarge()) {
      this.#damage();
      return;
    }
    // CostarHD sets start and end on the same packet: a whole NAL unit in one fragment.
    if (!ends) return;
    const fragments = this.#fragments;
    this.#fragments = [];
    this.#fragmentBytes = 0;
    this.add(Buffer.concat(fragments));
  }

  protected add(data: Buffer): void {
    for (const nalUnit of this.#split(data)) {
      const kind = this.kindOf(nalUnit);
      if (kind === 'useless') continue;
      this.#nalUnits.push(nalUnit);
      this.#bytes += nalUnit.length;
      if (kind === 'other') continue;
      this.#hasPicture = true;
      if (kind === 'key') this.#keyFrame = true;
    }
    if (this.#isTooLarge()) this.#damage();
  }

  /** A search through every byte of every picture would cost as much as all the rest of receiving them. */
  #split(data: Buffer): readonly Buffer[] {
    if (!this.#hasStartCodes && this.#keyFramesToSearch === 0) return [data];
    const nalUnits = splitAtStartCodes(data);
    if (nalUnits.length > 1) this.#hasStartCodes = true;
    return nalUnits;
  }

  #isTooLarge(): boolean {
    return (
      this.#bytes + this.#fragmentBytes > maximumAccessUnitBytes ||
      this.#nalUnits.length + this.#fragments.length > maximumAccessUnitPieces
    );
  }

  /** Gives up the picture in progress, with all that was collected of it. */
  #damage(): void {
    if (!this.#damaged) this.losses.accessUnitsDropped++;
    this.#damaged = true;
    this.#nalUnits = [];
    this.#bytes = 0;
    this.#fragments = [];
    this.#fragmentBytes = 0;
  }

  #end(ended: AccessUnit[]): void {
    // Parameter sets with a timestamp of their own belong to the picture that follows.
    if (!this.#damaged && !this.#hasPicture) return;
    if (!this.#damaged && this.#timestamp !== undefined) {
      ended.push({
        nalUnits: this.#nalUnits,
        timestamp: this.#timestamp,
        keyFrame: this.#keyFrame,
        receivedAt: this.#receivedAt,
      });
    }
    if (this.#keyFrame && this.#keyFramesToSearch > 0) this.#keyFramesToSearch--;
    this.#nalUnits = [];
    this.#bytes = 0;
    this.#hasPicture = false;
    this.#keyFrame = false;
    this.#damaged = false;
  }
}
