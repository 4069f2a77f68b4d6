import { BitReader } from './bit-reader.ts';

/** The parts of H.264 (ITU-T H.264, section 7) that forwarding needs: NAL unit types and the first bit of a slice. */
export const nalType = {
  slice: 1,
  dataPartitionA: 2,
  idrSlice: 5,
  sps: 7,
  pps: 8,
  accessUnitDelimiter: 9,
  fillerData: 12,
} as const;

/** Type of a NAL unit, 0 … 31 (RFC 6184 section 1.3); 0 for an empty one. */
export function nalUnitType(nalUnit: Buffer): number {
  return (nalUnit[0] ?? 0) & 0x1f;
}

/** True for NAL units that carry picture data (slices and slice partitions, types 1 to 5). */
export function carriesPicture(nalUnit: Buffer): boolean {
  const type = nalUnitType(nalUnit);
  return type >= nalType.slice && type <= nalType.idrSlice;
}

/** Of slice_type: B slices, alone or as the type of the whole picture (section 7.4.3, table 7-6). */
const bSliceTypes: ReadonlySet<number> = new Set([1, 6]);
/** first_mb_in_slice and slice_type are within these, unless the picture is larger than any. */
const sliceHeaderBytes = 8;

/** True for a slice that is predicted from pictures that are shown before and behind it: a part of a B-frame. */
export function isBSlice(nalUnit: Buffer): boolean {
  const type = nalUnitType(nalUnit);
  if (type !== nalType.slice && type !== nalType.dataPartitionA) return false;
  const bits = new BitReader(nalUnit.subarray(1, 1 + sliceHeaderBytes));
  bits.readUnsigned();
  return bSliceTypes.has(bits.readUnsigned());
}

const startCode = Buffer.from([0, 0, 1]);

/**
 * Splits at Annex B start codes. A NAL unit never holds one (emulation prevention, section 7.4.1), but V380 and Amatek
 * cameras send several NAL units with start codes inside one packet, and others put them into the SDP.
 */
export function splitAtStartCodes(data: Buffer): Buffer[] {
  const nalUnits: Buffer[] = [];
  let start = 0;
  while (start <= data.length) {
    const found = data.indexOf(startCode, start);
    let end = found === -1 ? data.length : found;
    // Zeros before a start code belong to it (trailing_zero_8bits), never to the NAL unit.
    if (found !== -1) while (end > start && data[end - 1] === 0) end--;
    if (end > start) nalUnits.push(data.subarray(start, end));
    if (found === -1) break;
    start = found + startCode.length;
  }
  return nalUnits;
}
