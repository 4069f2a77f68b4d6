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
  /** One payload of several NAL units. @param bytes of the payload */
  readonly aggregate: (nalUnits: readonly Buffer[], bytes: number) => Buffer;
  /** Adds the payloads of a NAL unit that is larger than one. */
  readonly fragment: (nalUnit: Buffer, maximum: number, payloads: Buffer[]) => void;
}

/**
 * NAL units of one access unit to RTP payloads, in their order: neighbours that fit together become an aggregate, what is
 * too large becomes fragments. The marker belongs on the last payload.
 * @param maximum bytes of a payload
 */
export function packetizeNalUnits(
  nalUnits: readonly Buffer[],
  maximum: number,
  { headerBytes, emptyBytes, aggregate, fragment }: NalUnitPacking,
): Buffer[] {
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
    if (nalUnit.length <= emptyBytes) continue;
    if (smallBytes + lengthBytes + nalUnit.length > maximum) flush();
    if (nalUnit.length > maximum) {
      fragment(nalUnit, maximum, payloads);
    } else {
      small.push(nalUnit);
      smallBytes += lengthBytes + nalUnit.length;
    }
  }
  flush();
  return payloads;
}
