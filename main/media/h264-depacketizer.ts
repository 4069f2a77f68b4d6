import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import { type AccessUnit, carriesPicture, nalType, nalUnitType, splitAtStartCodes } from './h264.ts';

/** A camera that never ends a picture must not eat memory: past these, the picture is given up. */
const maximumAccessUnitBytes = 8 * 1024 * 1024;
const maximumAccessUnitPieces = 16_384;

const stapA = 24;
const fuA = 28;

/** What was thrown away since the start, for the error tally. */
interface DepacketizerLosses {
  /** Packets that never came, by their sequence numbers. */
  packetsLost: number;
  /** Packets that were not understood: empty, truncated, or of a packetisation mode other than RFC 6184's 0 and 1. */
  packetsMalformed: number;
  /** Pictures given up because a part of them was lost or because they never ended. */
  accessUnitsDropped: number;
}

/**
 * H.264 over RTP (RFC 6184: single NAL unit, STAP-A, FU-A) to access units. Packets go in, access units come out; no
 * socket in sight. A picture with a missing part is dropped whole; the ones after it are passed on, since a smear for a
 * moment tells a guard more than ten seconds of nothing on a camera with long GOPs.
 */
export class H264Depacketizer {
  readonly losses: DepacketizerLosses = { packetsLost: 0, packetsMalformed: 0, accessUnitsDropped: 0 };

  #nalUnits: Buffer[] = [];
  #bytes = 0;
  #hasPicture = false;
  #keyFrame = false;
  #damaged = false;
  #timestamp: number | undefined;
  #receivedAt = 0;
  #fragments: Buffer[] = [];
  #fragmentBytes = 0;
  #sequenceNumber: number | undefined;
  #ssrc: number | undefined;

  /**
   * Takes the next packet and returns the access units that it ended: none, one, or two (when its timestamp ended the
   * one before and its marker its own).
   */
  push(packet: RtpPacket, receivedAt: number): AccessUnit[] {
    const ended: AccessUnit[] = [];
    const lost = this.#countLost(packet);
    if (lost === undefined) return ended;
    const inProgress = this.#nalUnits.length > 0 || this.#fragments.length > 0;
    // FLIR M400 never sets the marker: a new timestamp ends the picture as well.
    if (this.#timestamp !== undefined && packet.timestamp !== this.#timestamp) {
      if (this.#fragments.length > 0 || (lost > 0 && inProgress)) this.#damage();
      this.#end(ended);
      if (lost > 0 && !startsPicture(packet.payload)) this.#damage();
    } else if (lost > 0) {
      this.#damage();
    }
    this.#timestamp = packet.timestamp;
    this.#receivedAt = receivedAt;
    this.#unpack(packet.payload);
    // Tapo TC70 and Reolink Duo 2 set the marker on SPS, PPS and SEI: only a picture can end an access unit.
    if (packet.marker && (this.#hasPicture || this.#damaged)) this.#end(ended);
    return ended;
  }

  /** Packets missing before this one; undefined for one that came twice or too late and is of no use. */
  #countLost(packet: RtpPacket): number | undefined {
    const previous = packet.ssrc === this.#ssrc ? this.#sequenceNumber : undefined;
    const step = previous === undefined ? 1 : (packet.sequenceNumber - previous) & 0xffff;
    if (step === 0 || step > 0xff00) return undefined;
    this.#ssrc = packet.ssrc;
    this.#sequenceNumber = packet.sequenceNumber;
    this.losses.packetsLost += step - 1;
    return step - 1;
  }

  #unpack(payload: Buffer): void {
    const type = nalUnitType(payload);
    if (type >= 1 && type <= 23) {
      this.#add(payload);
    } else if (type === stapA) {
      this.#unpackAggregate(payload);
    } else if (type === fuA && payload.length >= 2) {
      this.#unpackFragment(payload);
    } else {
      this.losses.packetsMalformed++;
    }
  }

  /** STAP-A, RFC 6184 section 5.7.1: a type byte, then 16-bit sizes, each with its NAL unit. */
  #unpackAggregate(payload: Buffer): void {
    let offset = 1;
    while (offset + 2 <= payload.length) {
      const size = payload.readUInt16BE(offset);
      offset += 2;
      if (offset + size > payload.length) {
        this.losses.packetsMalformed++;
        return;
      }
      if (size > 0) this.#add(payload.subarray(offset, offset + size));
      offset += size;
    }
  }

  /** FU-A, RFC 6184 section 5.8: FU indicator, FU header, a part of the NAL unit. */
  #unpackFragment(payload: Buffer): void {
    const indicator = payload.readUInt8(0);
    const header = payload.readUInt8(1);
    const starts = (header & 0x80) !== 0;
    const ends = (header & 0x40) !== 0;
    if (starts) {
      if (this.#fragments.length > 0) this.#damage();
      this.#fragments = [Buffer.from([(indicator & 0xe0) | (header & 0x1f)])];
      this.#fragmentBytes = 1;
    } else if (this.#fragments.length === 0) {
      this.#damage();
      return;
    }
    // Tiandy changes the type inside one FU and others send empty fragments: the start decides, the rest is only data.
    if (payload.length > 2) {
      this.#fragments.push(payload.subarray(2));
      this.#fragmentBytes += payload.length - 2;
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
    this.#add(Buffer.concat(fragments));
  }

  #add(data: Buffer): void {
    for (const nalUnit of splitAtStartCodes(data)) {
      const type = nalUnitType(nalUnit);
      // Neither is of use to a WebRTC decoder, and some cameras pad with kilobytes of filler.
      if (type === nalType.accessUnitDelimiter || type === nalType.fillerData) continue;
      this.#nalUnits.push(nalUnit);
      this.#bytes += nalUnit.length;
      if (carriesPicture(nalUnit)) this.#hasPicture = true;
      if (type === nalType.idrSlice) this.#keyFrame = true;
    }
    if (this.#isTooLarge()) this.#damage();
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
    // SPS and PPS with a timestamp of their own belong to the picture that follows.
    if (!this.#damaged && !this.#hasPicture) return;
    if (!this.#damaged && this.#timestamp !== undefined) {
      ended.push({
        nalUnits: this.#nalUnits,
        timestamp: this.#timestamp,
        keyFrame: this.#keyFrame,
        receivedAt: this.#receivedAt,
      });
    }
    this.#nalUnits = [];
    this.#bytes = 0;
    this.#hasPicture = false;
    this.#keyFrame = false;
    this.#damaged = false;
  }
}

/** True when nothing of its picture can be missing before this payload: parameter sets, or a slice at macroblock 0. */
function startsPicture(payload: Buffer): boolean {
  const type = nalUnitType(payload);
  if (type === stapA) return startsPicture(payload.subarray(3));
  if (type === fuA) {
    const header = payload[1] ?? 0;
    return (header & 0x80) !== 0 && isFirstSlice(header & 0x1f, payload[2]);
  }
  return isFirstSlice(type, payload[1]);
}

/** first_mb_in_slice is the first thing in a slice, and 0 is the one code (ue(v)) that starts with a set bit. */
function isFirstSlice(type: number, firstByte: number | undefined): boolean {
  const isSlice = type >= nalType.slice && type <= nalType.idrSlice;
  return !isSlice || ((firstByte ?? 0) & 0x80) !== 0;
}
