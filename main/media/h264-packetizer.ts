import { nalUnitType } from './h264.ts';
import { maximumPayloadBytes, packetizedBytes, packetizeNalUnits } from './nal-unit-packetizer.ts';
import { PictureBlocks } from './picture-blocks.ts';

const stapA = 24;
const fuA = 28;

function aggregate(nalUnits: readonly Buffer[], payload: Buffer): void {
  // F and NRI are the highest of the NAL units inside (section 5.7).
  const importance = Math.max(...nalUnits.map((nalUnit) => (nalUnit[0] ?? 0) & 0x60));
  let offset = payload.writeUInt8(importance | stapA, 0);
  for (const nalUnit of nalUnits) {
    offset = payload.writeUInt16BE(nalUnit.length, offset);
    offset += nalUnit.copy(payload, offset);
  }
}

function fragment(nalUnit: Buffer, maximum: number, blocks: PictureBlocks, payloads: Buffer[]): void {
  const header = nalUnit.readUInt8(0);
  const indicator = (header & 0xe0) | fuA;
  const type = nalUnitType(nalUnit);
  const partBytes = maximum - 2;
  // Equal parts: a last packet of a few bytes costs as much to send as a full one.
  const parts = Math.ceil((nalUnit.length - 1) / partBytes);
  const size = Math.ceil((nalUnit.length - 1) / parts);
  for (let start = 1; start < nalUnit.length; start += size) {
    const end = Math.min(start + size, nalUnit.length);
    const first = start === 1 ? 0x80 : 0;
    const last = end === nalUnit.length ? 0x40 : 0;
    const payload = blocks.allocate(2 + end - start);
    payload[0] = indicator;
    payload[1] = first | last | type;
    nalUnit.copy(payload, 2, start, end);
    payloads.push(payload);
  }
}

const packing = { headerBytes: 1, emptyBytes: 0, aggregate, fragment } as const;

/** NAL units of one access unit to RTP payloads (RFC 6184, packetization-mode 1): STAP-As and FU-As, written to `blocks`. */
export function packetizeH264(
  nalUnits: readonly Buffer[],
  maximum: number = maximumPayloadBytes,
  blocks: PictureBlocks = new PictureBlocks(packetizedBytes(nalUnits)),
): Buffer[] {
  return packetizeNalUnits(nalUnits, blocks, maximum, packing);
}
