import { nalType, nalUnitType } from './h264.ts';
import { NalUnitDepacketizer, type NalUnitKind } from './nal-unit-depacketizer.ts';

const stapA = 24;
const fuA = 28;

/** H.264 over RTP (RFC 6184: single NAL unit, STAP-A, FU-A) to access units. */
export class H264Depacketizer extends NalUnitDepacketizer {
  protected readonly headerBytes = 1;

  protected unpack(payload: Buffer): void {
    const type = nalUnitType(payload);
    if (type >= 1 && type <= 23) {
      this.add(payload);
    } else if (type === stapA) {
      this.addAggregate(payload, 1);
    } else if (type === fuA && payload.length >= 2) {
      const indicator = payload.readUInt8(0);
      const header = payload.readUInt8(1);
      const starts = (header & 0x80) !== 0;
      const first = starts ? Buffer.from([(indicator & 0xe0) | (header & 0x1f)]) : null;
      this.addFragment(header, payload.subarray(2), first);
    } else {
      this.malformed();
    }
  }

  protected kindOf(nalUnit: Buffer): NalUnitKind {
    const type = nalUnitType(nalUnit);
    // Neither is of use to a WebRTC decoder, and some cameras pad with kilobytes of filler.
    if (type === nalType.accessUnitDelimiter || type === nalType.fillerData) return 'useless';
    if (type === nalType.idrSlice) return 'key';
    return type >= nalType.slice && type < nalType.idrSlice ? 'picture' : 'other';
  }

  protected startsPicture(payload: Buffer): boolean {
    const type = nalUnitType(payload);
    if (type === stapA) return this.startsPicture(payload.subarray(3));
    if (type === fuA) {
      const header = payload[1] ?? 0;
      return (header & 0x80) !== 0 && isFirstSlice(header & 0x1f, payload[2]);
    }
    return isFirstSlice(type, payload[1]);
  }
}

/** first_mb_in_slice is the first thing in a slice, and 0 is the one code (ue(v)) that starts with a set bit. */
function isFirstSlice(type: number, firstByte: number | undefined): boolean {
  const isSlice = type >= nalType.slice && type <= nalType.idrSlice;
  return !isSlice || ((firstByte ?? 0) & 0x80) !== 0;
}
