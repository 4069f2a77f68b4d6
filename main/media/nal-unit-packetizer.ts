import type { PictureBlocks } from './picture-blocks.ts';

/**
 * Largest RTP payload in bytes. With RTP header (12), playout-delay extension (8) and the SRTP tag (16) a datagram stays
 * within 1,200 bytes, which passes every path that WebRTC is used on.
 */
export const maximumPayloadBytes = 1164;

/** Of the length that stands before each NAL unit of an aggregate. */
const lengthBytes = 2;

/** What differs between the codecs whose payloads carry NAL units. */
export interface NalUnitPacking {
  /** Of an aggregate's own header. */
  readonly headerBytes: number;
  /** NAL units of no more bytes are left out: there is nothing in them. */
  readonly emptyBytes: number;
  /** Writes one payload of several NAL units, which fills it. */
  readonly aggregate: (nalUnits: readonly Buffer[], payload: Buffer) => void;
  /** Adds the payloads of a NAL unit that is larger than one. */
  readonly fragment: (nalUnit: Buffer, maximum: number, blocks: PictureBlocks, payloads: Buffer[]) => void;
}

/** Of one fragment: FU header and what comes before it. */
const mostFragmentHeaderBytes = 3;

/** At most so many bytes are in all payloads of these NAL units. */
export function packetizedBytes(nalUnits: readonly Buffer[]): number {
  let bytes = 0;
  for (const { length } of nalUnits) {
    bytes += lengthBytes + length + Math.ceil(length / maximumPayloadBytes + 1) * mostFragmentHeaderBytes;
  }
  return bytes;
}

/**
 * NAL units of one access unit to RTP payloads, in their order: neighbours that fit together become an aggregate, what is
 * too large becomes fragments. The marker belongs on the last payload.
 * @param blocks where all of them are written to
 * @param maximum bytes of a payload
 */
export function packetizeNalUnits(
  nalUnits: readonly Buffer[],
  blocks: PictureBlocks,
  maximum: number,
  { headerBytes, emptyBytes, aggregate, fragment }: NalUnitPacking,
): Buffer[] {
  const payloads: Buffer[] = [];
  let small: Buffer[] = [];
  let smallBytes = headerBytes;
  const flush = () => {
    const [only] = small;
    if (only !== undefined && small.length === 1) {
      payloads.push(blocks.copy(only));
    } else if (only !== undefined) {
      const payload = blocks.allocate(smallBytes);
      aggregate(small, payload);
      payloads.push(payload);
    }
    small = [];
    smallBytes = headerBytes;
  };
  for (const nalUnit of nalUnits) {
    if (nalUnit.length <= emptyBytes) continue;
    if (smallBytes + lengthBytes + nalUnit.length > maximum) flush();
    if (nalUnit.length > maximum) {
      fragment(nalUnit, maximum, blocks, payloads);
    } else {
      small.push(nalUnit);
      smallBytes += lengthBytes + nalUnit.length;
    }
  }
  flush();
  return payloads;
}
