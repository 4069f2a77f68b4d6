import { h265NalUnitType, h265Type } from './h265.ts';
import { NalUnitDepacketizer, type NalUnitKind } from './nal-unit-depacketizer.ts';

const aggregation = 48;
const fragmentation = 49;

/**
 * H.265 over RTP (RFC 7798: single NAL unit, aggregation packet, fragmentation unit) to access units. Without decoding
 * order numbers (sprop-max-don-diff), which no camera was seen to send.
 */
export class H265Depacketizer extends NalUnitDepacketizer {
  protected readonly headerBytes = 2;

  protected unpack(payload: Buffer): void {
    const type = h265NalUnitType(payload);
    if (payload.length <= this.headerBytes) {
      this.malformed();
    } else if (type < aggregation) {
      this.add(payload);
    } else if (type === aggregation) {
      this.addAggregate(payload, this.headerBytes);
    } else if (type === fragmentation) {
      const header = payload.readUInt8(2);
      const starts = (header & 0x80) !== 0;
      const first = starts
        ? Buffer.from([(payload.readUInt8(0) & 0x81) | ((header & 0x3f) << 1), payload.readUInt8(1)])
        : null;
      this.addFragment(header, payload.subarray(3), first);
    } else {
      this.malformed();
    }
  }

  protected kindOf(nalUnit: Buffer): NalUnitKind {
    const type = h265NalUnitType(nalUnit);
    if (type === h265Type.accessUnitDelimiter || type === h265Type.fillerData) return 'useless';
    if (type >= h265Type.firstRandomAccess && type <= h265Type.lastRandomAccess) return 'key';
    return type <= h265Type.lastPicture ? 'picture' : 'other';
  }

  protected startsPicture(payload: Buffer): boolean {
    const type = h265NalUnitType(payload);
    if (type === aggregation) return payload.length > 4 && this.startsPicture(payload.subarray(4));
    if (type === fragmentation) {
      const header = payload[2] ?? 0;
      return (header & 0x80) !== 0 && isFirstSlice(header & 0x3f, payload[3]);
    }
    return isFirstSlice(type, payload[2]);
  }
}

/** first_slice_segment_in_pic_flag is the first bit behind the header of a slice (H.265 section 7.3.6.1). */
function isFirstSlice(type: number, firstByte: number | undefined): boolean {
  return type > h265Type.lastPicture || ((firstByte ?? 0) & 0x80) !== 0;
}
