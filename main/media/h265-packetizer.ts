import { maximumPayloadBytes, packetizedBytes, packetizeNalUnits } from './nal-unit-packetizer.ts';
import { PictureBlocks } from './picture-blocks.ts';

const aggregation = 48;
const fragmentation = 49;
const headerBytes = 2;

function aggregate(nalUnits: readonly Buffer[], payload: Buffer): void {
  // Layer and temporal id are the lowest of the NAL units inside (section 4.4.2).
  const layers = nalUnits.map((nalUnit) => ((nalUnit.readUInt8(0) & 1) << 5) | (nalUnit.readUInt8(1) >> 3));
  const layer = Math.min(...layers);
  const temporal = Math.min(...nalUnits.map((nalUnit) => nalUnit.readUInt8(1) & 0x07));
  let offset = payload.writeUInt8((aggregation << 1) | (layer >> 5), 0);
  offset = payload.writeUInt8(((layer & 0x1f) << 3) | temporal, offset);
  for (const nalUnit of nalUnits) {
    offset = payload.writeUInt16BE(nalUnit.length, offset);
    offset += nalUnit.copy(payload, offset);
  }
}

/** Section 4.4.3: the NAL unit without its header, in parts of even size. */
function fragment(nalUnit: Buffer, maximum: number, blocks: PictureBlocks, payloads: Buffer[]): void {
  const room = maximum - headerBytes - 1;
  const parts = Math.ceil((nalUnit.length - headerBytes) / room);
  const size = Math.ceil((nalUnit.length - headerBytes) / parts);
  const first = nalUnit.readUInt8(0);
  const second = nalUnit.readUInt8(1);
  const type = (first >> 1) & 0x3f;
  for (let start = headerBytes; start < nalUnit.length; start += size) {
    const end = Math.min(start + size, nalUnit.length);
    const flags = (start === headerBytes ? 0x80 : 0) | (end === nalUnit.length ? 0x40 : 0);
    const payload = blocks.allocate(headerBytes + 1 + end - start);
    payload[0] = (first & 0x81) | (fragmentation << 1);
    payload[1] = second;
    payload[2] = flags | type;
    nalUnit.copy(payload, headerBytes + 1, start, end);
    payloads.push(payload);
  }
}

const packing = { headerBytes, emptyBytes: headerBytes, aggregate, fragment } as const;

/** NAL units of one access unit to RTP payloads (RFC 7798): aggregation packets and fragmentation units, written to `blocks`. */
export function packetizeH265(
  nalUnits: readonly Buffer[],
  maximum: number = maximumPayloadBytes,
  blocks: PictureBlocks = new PictureBlocks(packetizedBytes(nalUnits)),
): Buffer[] {
  return packetizeNalUnits(nalUnits, blocks, maximum, packing);
}
