import { nalUnitType } from './h264.ts';

/**
 * Largest RTP payload in bytes. With RTP header (12), playout-delay extension (8) and the SRTP tag (16) a datagram stays
 * within 1,200 bytes, which passes every path that WebRTC is used on.
 */
export const maximumPayloadBytes = 1164;

const stapA = 24;
const fuA = 28;

/**
 * NAL units of one access unit to RTP payloads (RFC 6184, packetization-mode 1): neighbours that fit together become a
 * STAP-A, what is too large becomes FU-As. The marker belongs on the last payload.
 */
export function packetizeH264(nalUnits: readonly Buffer[], maximum: number = maximumPayloadBytes): Buffer[] {
  const payloads: Buffer[] = [];
  let small: Buffer[] = [];
  let smallBytes = 1;
  const flush = () => {
    const [only] = small;
    if (only !== undefined) payloads.push(small.length === 1 ? only : aggregate(small, smallBytes));
    small = [];
    smallBytes = 1;
  };
  for (const nalUnit of nalUnits) {
    if (nalUnit.length === 0) continue;
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
  // F and NRI are the highest of the NAL units inside (section 5.7).
  const importance = Math.max(...nalUnits.map((nalUnit) => (nalUnit[0] ?? 0) & 0x60));
  let offset = payload.writeUInt8(importance | stapA, 0);
  for (const nalUnit of nalUnits) {
    offset = payload.writeUInt16BE(nalUnit.length, offset);
    offset += nalUnit.copy(payload, offset);
  }
  return payload;
}

function fragment(nalUnit: Buffer, maximum: number, payloads: Buffer[]): void {
  const header = nalUnit.readUInt8(0);
  const indicator = (header & 0xe0) | fuA;
  const type = nalUnitType(nalUnit);
  const partBytes = maximum - 2;
  // Equal parts: a last packet of a few bytes costs as much to send as a full one.
  const parts = Math.ceil((nalUnit.length - 1) / partBytes);
  const size = Math.ceil((nalUnit.length - 1) / parts);
  const block = Buffer.allocUnsafe(parts * 2 + nalUnit.length - 1);
  let written = 0;
  for (let start = 1; start < nalUnit.length; start += size) {
    const end = Math.min(start + size, nalUnit.length);
    const first = start === 1 ? 0x80 : 0;
    const last = end === nalUnit.length ? 0x40 : 0;
    const from = written;
    written = block.writeUInt8(indicator, written);
    written = block.writeUInt8(first | last | type, written);
    written += nalUnit.copy(block, written, start, end);
    payloads.push(block.subarray(from, written));
  }
}
