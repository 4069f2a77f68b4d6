import type { AacFormat } from '../rtsp/audio-description.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import { BitReader } from './bit-reader.ts';
import { PacketOrder } from './packet-order.ts';

/** One access unit of AAC, ready for a decoder. */
export interface AacUnit {
  /** RTP timestamp, 0 … 2³²-1. */
  readonly timestamp: number;
  readonly data: Buffer;
}

/** What was thrown away since the start. */
interface AacLosses {
  packetsLost: number;
  packetsMalformed: number;
  unitsDropped: number;
}

/** 6,144 bits a channel (ISO 14496-3 section 4.5.1), eight channels, and some for those who do not count. */
const maximumUnitBytes = 8 * 1024;
/** A packet with more is none that a camera sends. */
const maximumUnits = 64;
const adtsSyncWord = 0xfff0;
/** Sync word and layer, which is always 0 (ISO 13818-7 section 6.2.1). */
const adtsSyncMask = 0xfff6;

/**
 * AAC out of RTP (RFC 3640: AAC-hbr, AAC-lbr): packets go in, access units come out; no socket in sight. A unit with a missing
 * part is dropped. Interleaved units, which no camera sends, come in the order of their packets.
 */
export class AacDepacketizer {
  readonly losses: AacLosses = { packetsLost: 0, packetsMalformed: 0, unitsDropped: 0 };
  readonly #format: AacFormat;
  readonly #order = new PacketOrder();
  /** Parts of a unit that is larger than its packets, and how many bytes it will have. */
  #parts: Buffer[] = [];
  #partBytes = 0;
  #wholeBytes = 0;
  #timestamp = 0;

  constructor(format: AacFormat) {
    this.#format = format;
  }

  /** Takes the next packet and returns the access units that are whole now. */
  push(packet: RtpPacket): AacUnit[] {
    const lost = this.#order.missingBefore(packet);
    if (lost === undefined) return [];
    this.losses.packetsLost += lost;
    if (this.#parts.length > 0 && (lost > 0 || packet.timestamp !== this.#timestamp)) this.#giveUp();
    const { payload, timestamp } = packet;
    // ADTS frames as they are, without the headers of RFC 3640.
    const bare = splitAdts(payload);
    if (bare !== undefined) return this.#unitsOf(bare, timestamp);
    const sizes = this.#readSizes(payload);
    if (sizes === undefined) {
      this.losses.packetsMalformed++;
      return [];
    }
    let { offset } = sizes;
    const [only = 0] = sizes.bytes;
    const isPart = sizes.bytes.length === 1 && offset + only > payload.length;
    if (isPart || this.#parts.length > 0) return this.#addPart(payload.subarray(offset), only, packet);
    const units: Buffer[] = [];
    for (const bytes of sizes.bytes) {
      const unit = payload.subarray(offset, offset + bytes);
      if (unit.length < bytes) {
        this.losses.packetsMalformed++;
        break;
      }
      offset += bytes;
      // Some cameras put the file format's header in front of what RTP describes already (go2rtc#1328).
      if (bytes > 0) units.push(...(splitAdts(unit) ?? [unit]));
    }
    return this.#unitsOf(units, timestamp);
  }

  #unitsOf(units: readonly Buffer[], timestamp: number): AacUnit[] {
    return units.map((data, index) => ({
      data,
      timestamp: (timestamp + index * this.#format.ticksPerUnit) % 2 ** 32,
    }));
  }

  /** The AU headers (RFC 3640 section 3.2.1). */
  #readSizes(payload: Buffer): { readonly bytes: readonly number[]; readonly offset: number } | undefined {
    if (payload.length < 2) return undefined;
    const bits = payload.readUInt16BE(0);
    const offset = 2 + Math.ceil(bits / 8);
    if (bits === 0 || offset > payload.length) return undefined;
    const { sizeLength, indexLength, indexDeltaLength } = this.#format;
    const reader = new BitReader(payload.subarray(2, offset));
    const bytes: number[] = [];
    for (let left = bits; ; ) {
      const length = sizeLength + (bytes.length === 0 ? indexLength : indexDeltaLength);
      // What is left over is padding.
      if (left < length || bytes.length === maximumUnits) break;
      left -= length;
      const size = reader.read(sizeLength);
      if (size > maximumUnitBytes) return undefined;
      bytes.push(size);
      reader.read(length - sizeLength);
    }
    return bytes.length === 0 ? undefined : { bytes, offset };
  }

  /** A part of a unit: its size is that of the whole (section 3.2.3). */
  #addPart(part: Buffer, wholeBytes: number, { timestamp, marker }: RtpPacket): AacUnit[] {
    if (this.#parts.length === 0) {
      this.#timestamp = timestamp;
      this.#wholeBytes = wholeBytes;
    }
    this.#parts.push(part);
    this.#partBytes += part.length;
    // Parts without a byte would never come to an end.
    if (this.#partBytes > this.#wholeBytes || this.#parts.length > maximumUnits) {
      this.#giveUp();
      return [];
    }
    if (this.#partBytes < this.#wholeBytes) {
      // The last part, and others are missing.
      if (marker && this.#parts.length > 1) this.#giveUp();
      return [];
    }
    const unit = Buffer.concat(this.#parts);
    this.#forgetParts();
    return this.#unitsOf(splitAdts(unit) ?? [unit], timestamp);
  }

  #giveUp(): void {
    this.losses.unitsDropped++;
    this.#forgetParts();
  }

  #forgetParts(): void {
    this.#parts = [];
    this.#partBytes = 0;
  }
}

/** What is inside of ADTS frames (ISO 13818-7 section 6.2); undefined unless the data is nothing but such frames. */
function splitAdts(data: Buffer): Buffer[] | undefined {
  const frames: Buffer[] = [];
  let offset = 0;
  while (offset < data.length) {
    if (data.length - offset < 7 || (data.readUInt16BE(offset) & adtsSyncMask) !== adtsSyncWord)
      return undefined;
    // "Protection absent" is its last bit: else a checksum follows the header.
    const headerBytes = (data.readUInt8(offset + 1) & 1) === 1 ? 7 : 9;
    const frameBytes = (data.readUIntBE(offset + 3, 3) >> 5) & 0x1fff;
    const end = offset + frameBytes;
    if (frameBytes <= headerBytes || end > data.length || frames.length === maximumUnits) return undefined;
    frames.push(data.subarray(offset + headerBytes, end));
    offset = end;
  }
  return frames.length === 0 ? undefined : frames;
}
