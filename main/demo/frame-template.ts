const videoPayloadType = 96;
const interleavedBytes = 4;
const rtpHeaderBytes = 12;
export const headerBytes = interleavedBytes + rtpHeaderBytes;

/**
 * One picture as RTP packets, each behind the four bytes that precede it on a TCP connection (RFC 2326 section 10.12),
 * made once for everybody: what differs from client to client is stamped into a copy.
 */
export interface FrameTemplate {
  readonly bytes: Buffer;
  /** Where each packet begins in `bytes`, its four interleaved bytes included. */
  readonly starts: readonly number[];
}

/** What makes a packet one client's own. */
export interface Stamp {
  /** 0 … 255; of no meaning over UDP. */
  readonly channel: number;
  /** Of the first packet; 0 … 65,535. */
  readonly sequenceNumber: number;
  /** 0 … 2³²-1, 90 kHz. */
  readonly timestamp: number;
  readonly ssrc: number;
}

/** @param payloads of one picture, or one piece of sound */
export function toFrameTemplate(payloads: readonly Buffer[], payloadType = videoPayloadType): FrameTemplate {
  const starts: number[] = [];
  const parts: Buffer[] = [];
  let start = 0;
  for (const [index, payload] of payloads.entries()) {
    const header = Buffer.alloc(headerBytes);
    header.writeUInt8(0x24, 0);
    header.writeUInt16BE(rtpHeaderBytes + payload.length, 2);
    header.writeUInt8(0x80, 4);
    // The marker ends the picture.
    header.writeUInt8((index === payloads.length - 1 ? 0x80 : 0) | payloadType, 5);
    parts.push(header, payload);
    starts.push(start);
    start += headerBytes + payload.length;
  }
  return { bytes: Buffer.concat(parts), starts };
}

/** A copy of the picture's packets that carries one client's numbers. */
export function stampFrame({ bytes, starts }: FrameTemplate, stamp: Stamp): Buffer {
  const copy = Buffer.from(bytes);
  for (const [index, start] of starts.entries()) {
    copy.writeUInt8(stamp.channel, start + 1);
    copy.writeUInt16BE((stamp.sequenceNumber + index) & 0xffff, start + 6);
    copy.writeUInt32BE(stamp.timestamp, start + 8);
    copy.writeUInt32BE(stamp.ssrc, start + 12);
  }
  return copy;
}
