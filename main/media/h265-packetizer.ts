import { maximumPayloadBytes } from './h264-packetizer.ts';

const aggregation = 48;
const fragmentation = 49;
const headerBytes = 2;

/**
 * NAL units of one access unit to RTP payloads (RFC 7798): neighbours that fit together become an aggregation packet, what
 * is too large becomes fragmentation units. The marker belongs on the last payload.
 */
export function packetizeH265(nalUnits: readonly Buffer[], maximum: number = maximumPayloadBytes): Buffer[] {
  const payloads: Buffer[] = [];
  let small: Buffer[] = [];
  let smallBytes = headerBytes;
  const flush = () => {
    const [only] = small;
    if (only !== undefined) payloads.push(small.length === 1 ? only : aggregate(small, smallBytes));
    small = [];
    smallBytes = headerBytes;
  };
  for (const nalUnit of nalUnits) {
    if (nalUnit.length <= headerBytes) continue;
    if (smallBytes + 2 + nalUnit.length > maximum) flush();
    if (nalUnit.length > maximum) {
      fragment(nalUnit, maximum, payloads);
    } else {
      small.push(nalUnit);
      smallBytes += 2 + nalUnit.length;
    }
  }
  flush();
  return payloads;
}

function aggregate(nalUnits: readonly Buffer[], bytes: number): Buffer {
  const payload = Buffer.allocUnsafe(bytes);
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
  return payload;
}

/** Section 4.4.3: the NAL unit without its header, in parts of even size. */
function fragment(nalUnit: Buffer, maximum: number, payloads: Buffer[]): void {
  const room = maximum - headerBytes - 1;
  const parts = Math.ceil((nalUnit.length - headerBytes) / room);
  const size = Math.ceil((nalUnit.length - headerBytes) / parts);
  const first = nalUnit.readUInt8(0);
  const type = (first >> 1) & 0x3f;
  for (let start = headerBytes; start < nalUnit.length; start += size) {
    const end = Math.min(start + size, nalUnit.length);
    const flags = (start === headerBytes ? 0x80 : 0) | (end === nalUnit.length ? 0x40 : 0);
    const header = Buffer.from([(first & 0x81) | (fragmentation << 1), nalUnit.readUInt8(1), flags | type]);
    payloads.push(Buffer.concat([header, nalUnit.subarray(start, end)]));
  }
}
