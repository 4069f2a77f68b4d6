/** One RTP packet (RFC 3550 section 5.1) without CSRCs, extension and padding. */
export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  /** 0 … 65,535. */
  readonly sequenceNumber: number;
  /** 0 … 2³²-1, in units of the track's clock rate. */
  readonly timestamp: number;
  readonly ssrc: number;
  /** A view that stays valid: nobody writes to the memory behind it again. */
  readonly payload: Buffer;
}

const headerBytes = 12;

/** A view into a larger piece of memory keeps all of it: up to this much waste is cheaper than a copy. */
const maximumWasteBytes = 16 * 1024;

/** The same packet with a payload that keeps no more memory than it needs, as far as that matters. */
export function compacted(packet: RtpPacket): RtpPacket {
  const { payload } = packet;
  const waste = payload.buffer.byteLength - payload.length;
  if (waste <= maximumWasteBytes || waste <= payload.length * 3) return packet;
  const copy = Buffer.allocUnsafeSlow(payload.length);
  payload.copy(copy);
  return { ...packet, payload: copy };
}

/** Reads an RTP packet; undefined when it is truncated or not RTP version 2. */
export function parseRtpPacket(data: Buffer): RtpPacket | undefined {
  if (data.length < headerBytes) return undefined;
  const first = data.readUInt8(0);
  if (first >> 6 !== 2) return undefined;
  let start = headerBytes + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (data.length < start + 4) return undefined;
    start += 4 + data.readUInt16BE(start + 2) * 4;
  }
  const padding = (first & 0x20) === 0 ? 0 : (data.at(-1) ?? 0);
  const end = data.length - padding;
  if (end < start) return undefined;
  const second = data.readUInt8(1);
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequenceNumber: data.readUInt16BE(2),
    timestamp: data.readUInt32BE(4),
    ssrc: data.readUInt32BE(8),
    payload: data.subarray(start, end),
  };
}
