import { nalUnitType } from './h264.ts';
import type { StreamFrame } from './stream-frame.ts';

const stapA = 24;
const fuA = 28;
const lengthBytes = 2;

/**
 * The NAL units of a frame, or the one file of JPEG: what the camera sent, byte for byte, and parameter sets in front of a key
 * frame that came without. Those of H.264 are put together from its payloads, as `packetizeH264` makes them (RFC 6184 section 5.6
 * to 5.8).
 */
export function unitsOfFrame({ codec, payloads, units }: StreamFrame): readonly Buffer[] {
  if (codec !== 'H264') return units;
  const found: Buffer[] = [];
  let parts: Buffer[] = [];
  for (const payload of payloads) {
    const type = nalUnitType(payload);
    if (type === stapA) found.push(...split(payload));
    else if (type === fuA) {
      const flags = payload.readUInt8(1);
      if ((flags & 0x80) !== 0) parts = [Buffer.of((payload.readUInt8(0) & 0xe0) | (flags & 0x1f))];
      parts.push(payload.subarray(2));
      if ((flags & 0x40) !== 0) found.push(Buffer.concat(parts));
    } else found.push(payload);
  }
  return found;
}

function split(aggregate: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 1; at < aggregate.length; ) {
    const start = at + lengthBytes;
    at = start + aggregate.readUInt16BE(at);
    found.push(aggregate.subarray(start, at));
  }
  return found;
}
