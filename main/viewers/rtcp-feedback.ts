import { parseTransportArrivals, type TransportArrivals } from './transport-arrivals.ts';

/** RTCP packet types (RFC 3550 section 12.1, RFC 4585 section 6.1). */
const senderReport = 200;
const receiverReport = 201;
const transportFeedback = 205;
const payloadFeedback = 206;
/** Formats of feedback: of the transport (RFC 4585 section 6.2), of the payload (section 6.3, RFC 5104 section 4.3.1). */
const genericNack = 1;
const transportWide = 15;
const pictureLoss = 1;
const fullIntraRequest = 4;
const applicationLayer = 15;

const headerBytes = 4;
const reportBlockBytes = 24;
const senderInfoBytes = 20;

/** What a receiver says of what it gets. */
export type RtcpFeedback =
  /** A report block (RFC 3550 section 6.4.1). `fractionLost`: 0 to 1 since the last one; `delay`: ms since the sender report */
  | {
      readonly kind: 'report';
      readonly ssrc: number;
      readonly fractionLost: number;
      /** Highest sequence number, with its rollovers above it. */
      readonly highest: number;
      /** The middle 32 bits of the NTP time of the sender report that came last; 0: none came. */
      readonly lastSenderReport: number;
      readonly delay: number;
    }
  /** Packets that are missed (RFC 4585 section 6.2.1). */
  | { readonly kind: 'lost'; readonly ssrc: number; readonly sequenceNumbers: readonly number[] }
  /** PLI or FIR: the receiver cannot go on without a key frame. */
  | { readonly kind: 'key-frame'; readonly ssrc: number }
  /** REMB: bits a second of all streams together that the receiver thinks its network can carry. */
  | { readonly kind: 'receiver-estimate'; readonly bitsPerSecond: number }
  | { readonly kind: 'arrivals'; readonly arrivals: TransportArrivals };

/**
 * Reads a compound of RTCP packets, decrypted. What is not known is passed over; where a packet is cut off or its length is
 * wrong, the rest is.
 */
export function parseRtcpFeedback(compound: Buffer): RtcpFeedback[] {
  const found: RtcpFeedback[] = [];
  let rest = compound;
  while (rest.length >= headerBytes) {
    const first = rest.readUInt8(0);
    const bytes = headerBytes + rest.readUInt16BE(2) * 4;
    if (first >> 6 !== 2 || bytes > rest.length) break;
    const body = withoutPadding(rest.subarray(headerBytes, bytes), (first & 0x20) !== 0);
    if (body !== undefined) readPacket(rest.readUInt8(1), first & 0x1f, body, found);
    rest = rest.subarray(bytes);
  }
  return found;
}

/** Its last byte says how much of it there is (RFC 3550 section 6.4.1). */
function withoutPadding(body: Buffer, isPadded: boolean): Buffer | undefined {
  if (!isPadded) return body;
  const padding = body.at(-1) ?? 0;
  return padding === 0 || padding > body.length ? undefined : body.subarray(0, body.length - padding);
}

function readPacket(type: number, count: number, body: Buffer, found: RtcpFeedback[]): void {
  switch (type) {
    case senderReport:
      readReports(body.subarray(4 + senderInfoBytes), count, found);
      break;
    case receiverReport:
      readReports(body.subarray(4), count, found);
      break;
    case transportFeedback:
    case payloadFeedback:
      // The SSRC of who says it, and the one that is meant.
      if (body.length >= 8) readFeedback(type, count, body.readUInt32BE(4), body.subarray(8), found);
      break;
    default:
      break;
  }
}

function readReports(blocks: Buffer, count: number, found: RtcpFeedback[]): void {
  for (let index = 0; index < count && (index + 1) * reportBlockBytes <= blocks.length; index++) {
    const block = blocks.subarray(index * reportBlockBytes);
    found.push({
      kind: 'report',
      ssrc: block.readUInt32BE(0),
      fractionLost: block.readUInt8(4) / 256,
      highest: block.readUInt32BE(8),
      lastSenderReport: block.readUInt32BE(16),
      delay: (block.readUInt32BE(20) / 65_536) * 1_000,
    });
  }
}

function readFeedback(type: number, format: number, ssrc: number, fci: Buffer, found: RtcpFeedback[]): void {
  if (type === transportFeedback) {
    if (format === genericNack) {
      found.push({ kind: 'lost', ssrc, sequenceNumbers: readLost(fci) });
    } else if (format === transportWide) {
      const arrivals = parseTransportArrivals(fci);
      if (arrivals !== undefined) found.push({ kind: 'arrivals', arrivals });
    }
    return;
  }
  if (format === pictureLoss) {
    found.push({ kind: 'key-frame', ssrc });
  } else if (format === fullIntraRequest) {
    // The SSRC in the header is not used: each entry has its own.
    for (let offset = 0; offset + 8 <= fci.length; offset += 8) {
      found.push({ kind: 'key-frame', ssrc: fci.readUInt32BE(offset) });
    }
  } else if (format === applicationLayer && fci.length >= 8 && fci.toString('latin1', 0, 4) === 'REMB') {
    const exponent = fci.readUInt8(5) >> 2;
    const mantissa = fci.readUIntBE(5, 3) & 0x3ffff;
    found.push({ kind: 'receiver-estimate', bitsPerSecond: mantissa * 2 ** exponent });
  }
}

/** A number, and 16 bits for those behind it. */
function readLost(fci: Buffer): number[] {
  const lost: number[] = [];
  for (let offset = 0; offset + 4 <= fci.length; offset += 4) {
    const first = fci.readUInt16BE(offset);
    lost.push(first);
    for (let bits = fci.readUInt16BE(offset + 2), next = 1; bits !== 0; bits >>= 1, next++) {
      if ((bits & 1) !== 0) lost.push((first + next) & 0xffff);
    }
  }
  return lost;
}
