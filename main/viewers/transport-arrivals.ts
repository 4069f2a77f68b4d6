/** Of the FCI before the packet chunks: base sequence number, status count, reference time, feedback count. */
const fixedBytes = 8;
const referenceMilliseconds = 64;
const deltaMilliseconds = 0.25;
/** Of packets in one feedback: more than it takes half a second to send, and than anybody remembers having sent. */
const maximumCount = 8_192;
/** Statuses of a packet; 3 is reserved. */
const notReceived = 0;
const smallDelta = 1;
const largeDelta = 2;

/** When each of a row of packets came to the receiver (draft-holmer-rmcat-transport-wide-cc-extensions-01). */
export interface TransportArrivals {
  /** Transport-wide sequence number of the first one, 0 to 65,535; the others follow it. */
  readonly base: number;
  /** Milliseconds of the receiver's clock, modulo 2^24 × 64; NaN: has not come. The last one has. */
  readonly times: Float64Array;
}

/**
 * Reads the feedback control information of one transport-wide feedback.
 * @returns undefined when it is cut off or says what the draft does not know
 */
export function parseTransportArrivals(fci: Buffer): TransportArrivals | undefined {
  if (fci.length < fixedBytes) return undefined;
  const base = fci.readUInt16BE(0);
  const count = fci.readUInt16BE(2);
  if (count > maximumCount) return undefined;
  const statuses = new Uint8Array(count);
  let offset = fixedBytes;
  for (let known = 0; known < count; offset += 2) {
    if (offset + 2 > fci.length) return undefined;
    known = readChunk(fci.readUInt16BE(offset), statuses, known);
  }
  // What has not come behind the last one that has may still be on its way.
  const times = new Float64Array(statuses.findLastIndex((status) => status !== notReceived) + 1);
  let time = fci.readUIntBE(4, 3) * referenceMilliseconds;
  times.fill(Number.NaN);
  for (let index = 0; index < times.length; index++) {
    const status = statuses[index];
    if (status === notReceived) continue;
    if (status !== smallDelta && status !== largeDelta) return undefined;
    const bytes = status === smallDelta ? 1 : 2;
    if (offset + bytes > fci.length) return undefined;
    time += (bytes === 1 ? fci.readUInt8(offset) : fci.readInt16BE(offset)) * deltaMilliseconds;
    times[index] = time;
    offset += bytes;
  }
  return { base, times };
}

/** One status for a run of packets, or 14 of one bit, or 7 of two. @returns how many statuses are known now */
function readChunk(chunk: number, statuses: Uint8Array, known: number): number {
  if (chunk < 0x8000) {
    const end = Math.min(statuses.length, known + (chunk & 0x1fff));
    statuses.fill(chunk >> 13, known, end);
    return end;
  }
  const bits = (chunk & 0x4000) === 0 ? 1 : 2;
  const mask = (1 << bits) - 1;
  let next = known;
  for (let shift = 14 - bits; shift >= 0 && next < statuses.length; shift -= bits) {
    statuses[next++] = (chunk >> shift) & mask;
  }
  return next;
}
