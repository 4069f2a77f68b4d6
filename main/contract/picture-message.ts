import { type VideoCodec, videoCodecs } from './codecs.ts';

/*
 * Pictures that no WebRTC track can carry, in messages of the peer connection's data channel; for both sides.
 *
 * A message is a header and a part of a coded picture; the parts of a picture follow each other. Header, big endian:
 * flags (8 bits), index into `videoCodecs` (8), slot (16), assignment (32), timestamp (32; 90 kHz, wrapped),
 * milliseconds in the engine (16; 65,535 is that or more).
 */

/** Negotiated by both sides beforehand: ordered and reliable. */
export const pictureChannel = { label: 'pictures', id: 0 } as const;

/** What every browser's SCTP takes in one piece. */
export const maximumMessageBytes = 16_384;
const messageHeaderBytes = 14;
const longestWait = 65_535;

/** A picture that never ends is given up. */
const maximumPictureBytes = 16 * 1024 * 1024;

const firstFlag = 1;
const lastFlag = 2;
const keyFrameFlag = 4;

/** Which picture of which slot. */
export interface PictureHeader {
  readonly slot: number;
  /** What the window called its binding of the slot (`viewer.show`). */
  readonly assignment: number;
  readonly codec: VideoCodec;
  readonly timestamp: number;
  readonly keyFrame: boolean;
  /** Milliseconds from its last packet's arrival in the engine until it was sent to the window. */
  readonly waited: number;
}

export interface ReceivedPicture extends PictureHeader {
  /** A JPEG file, or an access unit of H.265 with start codes. */
  readonly data: Uint8Array;
}

/** The messages of one picture, each at most `maximumMessageBytes`. @param pieces the picture, in any number of pieces */
export function toPictureMessages(header: PictureHeader, pieces: readonly Uint8Array[]): Uint8Array[] {
  const total = pieces.reduce((sum, { length }) => sum + length, 0);
  const room = maximumMessageBytes - messageHeaderBytes;
  const count = Math.max(1, Math.ceil(total / room));
  const messages: Uint8Array[] = [];
  let piece = 0;
  let offset = 0;
  for (let index = 0; index < count; index++) {
    const bytes = Math.min(room, total - index * room);
    const message = new Uint8Array(messageHeaderBytes + bytes);
    const view = new DataView(message.buffer);
    const position = (index === 0 ? firstFlag : 0) | (index === count - 1 ? lastFlag : 0);
    view.setUint8(0, position | (header.keyFrame ? keyFrameFlag : 0));
    view.setUint8(1, videoCodecs.indexOf(header.codec));
    view.setUint16(2, header.slot);
    view.setUint32(4, header.assignment >>> 0);
    view.setUint32(8, header.timestamp >>> 0);
    view.setUint16(12, Math.min(longestWait, Math.max(0, Math.round(header.waited))));
    for (let filled = 0; filled < bytes; ) {
      const source = pieces[piece];
      if (source === undefined) break;
      const part = source.subarray(offset, offset + bytes - filled);
      message.set(part, messageHeaderBytes + filled);
      filled += part.length;
      offset += part.length;
      if (offset < source.length) continue;
      piece++;
      offset = 0;
    }
    messages.push(message);
  }
  return messages;
}

/** Puts pictures together from messages. Parts of a picture whose beginning is missing are dropped. */
export class PictureAssembler {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** The picture that this message ends, or undefined. */
  push(message: Uint8Array): ReceivedPicture | undefined {
    if (message.length < messageHeaderBytes) return undefined;
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    const flags = view.getUint8(0);
    const codec = videoCodecs[view.getUint8(1)];
    if (codec === undefined) return undefined;
    if ((flags & firstFlag) !== 0) {
      this.#parts = [];
      this.#bytes = 0;
    } else if (this.#parts.length === 0) {
      return undefined;
    }
    this.#parts.push(message.subarray(messageHeaderBytes));
    this.#bytes += message.length - messageHeaderBytes;
    if (this.#bytes > maximumPictureBytes) this.#parts = [];
    if ((flags & lastFlag) === 0 || this.#parts.length === 0) return undefined;
    const data = new Uint8Array(this.#bytes);
    let offset = 0;
    for (const part of this.#parts) {
      data.set(part, offset);
      offset += part.length;
    }
    this.#parts = [];
    return {
      codec,
      slot: view.getUint16(2),
      assignment: view.getUint32(4),
      timestamp: view.getUint32(8),
      waited: view.getUint16(12),
      keyFrame: (flags & keyFrameFlag) !== 0,
      data,
    };
  }
}
