import { GatehouseError } from '../base/gatehouse-error.ts';
import type { RtpPacket } from '../rtsp/rtp-packet.ts';
import type { AccessUnit } from './access-unit.ts';
import { huffmanTables, quantisationTables } from './jpeg-tables.ts';
import { PacketOrder } from './packet-order.ts';

/** A camera that never ends a picture must not eat memory: past these, the picture is given up. */
const maximumPictureBytes = 8 * 1024 * 1024;
const maximumPieces = 16_384;

const mainHeaderBytes = 8;
const restartHeaderBytes = 4;
const tablesHeaderBytes = 4;
/** From this `Q` on the tables are in the stream (RFC 2435 section 3.1.8); 255: with every picture. */
const firstQualityInBand = 128;
const alwaysInBand = 255;
const maximumQuality = 99;
const maximumTables = 4;

/** What the first packet of a picture says of it. */
interface PictureHead {
  readonly type: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Macroblocks between restart markers; 0: there are none. */
  readonly restartInterval: number;
  readonly tables: readonly QuantisationTable[];
}

/** 64 values of 8 or 16 bits. */
interface QuantisationTable {
  readonly bytes: Buffer;
  readonly isWide: boolean;
}

/**
 * JPEG over RTP (RFC 2435) to whole JPEG files: the headers that the format leaves out are put together again. A picture
 * with a missing part is dropped whole. Every picture is a key frame.
 */
export class JpegDepacketizer {
  readonly losses = { packetsLost: 0, packetsMalformed: 0, accessUnitsDropped: 0 };

  readonly #order = new PacketOrder();
  #head: PictureHead | undefined;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #timestamp: number | undefined;
  /** Of pictures that leave them out because an earlier one with this `Q` had them. */
  readonly #tables = new Map<number, readonly QuantisationTable[]>();

  /**
   * Takes the next packet; returns the picture that it ended, or none.
   * @throws GatehouseError camera-codec-unsupported for pictures whose size the format cannot say
   */
  push(packet: RtpPacket, receivedAt: number): AccessUnit[] {
    const missing = this.#order.missingBefore(packet);
    if (missing === undefined) return [];
    this.losses.packetsLost += missing;
    if (packet.timestamp !== this.#timestamp) this.#giveUp();
    this.#timestamp = packet.timestamp;
    const { payload } = packet;
    if (payload.length < mainHeaderBytes) {
      this.losses.packetsMalformed++;
      this.#giveUp();
      return [];
    }
    const offset = payload.readUIntBE(1, 3);
    // Where the pieces do not meet, one is missing.
    if (offset === 0 ? !this.#begin(payload) : !this.#goOn(payload, offset)) this.#giveUp();
    if (!packet.marker || this.#head === undefined) return [];
    const picture = Buffer.concat([jpegHeader(this.#head), ...this.#pieces, endOfImage]);
    this.#clear();
    return [{ nalUnits: [picture], timestamp: packet.timestamp, keyFrame: true, receivedAt }];
  }

  #begin(payload: Buffer): boolean {
    this.#giveUp();
    const type = payload.readUInt8(4);
    const quality = payload.readUInt8(5);
    const width = payload.readUInt8(6) * 8;
    const height = payload.readUInt8(7) * 8;
    if (width === 0 || height === 0) {
      throw new GatehouseError(
        'camera-codec-unsupported',
        'Its pictures are larger than 2,040 pixels, which MJPEG over RTSP cannot say. Set the camera to a smaller picture or to H.264, or use its MJPEG address that begins with http://.',
      );
    }
    // Types 0 and 1 differ in how colours are sampled; 64 more: with restart markers (section 3.1.3).
    if ((type & ~0x40) > 1) return this.#malformed();
    let start = mainHeaderBytes;
    let restartInterval = 0;
    if (type >= 64) {
      if (payload.length < start + restartHeaderBytes) return this.#malformed();
      restartInterval = payload.readUInt16BE(start);
      start += restartHeaderBytes;
    }
    let tables: readonly QuantisationTable[] | undefined;
    if (quality >= firstQualityInBand) {
      const found = this.#readTables(payload.subarray(start), quality);
      if (found === undefined) return this.#malformed();
      tables = found.tables;
      start += found.bytes;
    } else if (quality > 0) {
      tables = quantisationTables(Math.min(quality, maximumQuality)).map((bytes) => ({
        bytes,
        isWide: false,
      }));
    }
    if (tables === undefined) return this.#malformed();
    this.#head = { type: type & 1, width, height, restartInterval, tables };
    return this.#add(payload.subarray(start));
  }

  #goOn(payload: Buffer, offset: number): boolean {
    if (this.#head === undefined) return true;
    if (offset !== this.#bytes) return false;
    const start = mainHeaderBytes + (payload.readUInt8(4) >= 64 ? restartHeaderBytes : 0);
    return this.#add(payload.subarray(start));
  }

  #add(piece: Buffer): boolean {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    return this.#bytes <= maximumPictureBytes && this.#pieces.length <= maximumPieces;
  }

  /** The quantisation table header, section 3.1.8. Undefined when it is not whole, or names tables that never came. */
  #readTables(
    data: Buffer,
    quality: number,
  ): { tables: readonly QuantisationTable[]; bytes: number } | undefined {
    if (data.length < tablesHeaderBytes) return undefined;
    const precision = data.readUInt8(1);
    const length = data.readUInt16BE(2);
    if (length === 0) {
      const known = quality === alwaysInBand ? undefined : this.#tables.get(quality);
      return known && { tables: known, bytes: tablesHeaderBytes };
    }
    if (data.length < tablesHeaderBytes + length) return undefined;
    const tables: QuantisationTable[] = [];
    let offset = tablesHeaderBytes;
    const end = offset + length;
    for (let index = 0; offset < end && index < maximumTables; index++) {
      const isWide = ((precision >> index) & 1) === 1;
      const bytes = isWide ? 128 : 64;
      if (offset + bytes > end) return undefined;
      // A copy: a view would keep the whole socket chunk alive for as long as the stream.
      tables.push({ bytes: Buffer.from(data.subarray(offset, offset + bytes)), isWide });
      offset += bytes;
    }
    this.#tables.set(quality, tables);
    return { tables, bytes: tablesHeaderBytes + length };
  }

  #malformed(): false {
    this.losses.packetsMalformed++;
    return false;
  }

  #giveUp(): void {
    if (this.#head !== undefined) this.losses.accessUnitsDropped++;
    this.#clear();
  }

  #clear(): void {
    this.#head = undefined;
    this.#pieces = [];
    this.#bytes = 0;
  }
}

const endOfImage = Buffer.from([0xff, 0xd9]);

/** Everything of a JPEG file that comes before its compressed data (T.81 annex B). */
function jpegHeader({ type, width, height, restartInterval, tables }: PictureHead): Buffer {
  const chrominanceTable = tables.length > 1 ? 1 : 0;
  const quantisation = tables.map(({ bytes, isWide }, index) =>
    segment(0xdb, Buffer.concat([Buffer.from([(isWide ? 0x10 : 0) | index]), bytes])),
  );
  const size = Buffer.alloc(4);
  size.writeUInt16BE(height, 0);
  size.writeUInt16BE(width, 2);
  // Type 0 samples colours at half the width (4:2:2), type 1 at half the height, too (4:2:0).
  const luminanceSampling = type === 0 ? 0x21 : 0x22;
  const components = [1, luminanceSampling, 0, 2, 0x11, chrominanceTable, 3, 0x11, chrominanceTable];
  const restart = Buffer.alloc(2);
  restart.writeUInt16BE(restartInterval, 0);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...quantisation,
    segment(0xc0, Buffer.concat([Buffer.from([8]), size, Buffer.from([3, ...components])])),
    segment(0xc4, huffmanTables),
    ...(restartInterval === 0 ? [] : [segment(0xdd, restart)]),
    segment(0xda, Buffer.from([3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0])),
  ]);
}

function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}
