/** The parts of H.265 (ITU-T H.265, section 7) that forwarding needs. */
export const h265Type = {
  /** Random access pictures (BLA, IDR, CRA and two reserved types): a decoder can start there. */
  firstRandomAccess: 16,
  lastRandomAccess: 23,
  lastPicture: 31,
  vps: 32,
  sps: 33,
  pps: 34,
  accessUnitDelimiter: 35,
  fillerData: 38,
} as const;

/** Type of a NAL unit, 0 … 63 (RFC 7798 section 1.1.4); 63 for an empty one. */
export function h265NalUnitType(nalUnit: Buffer): number {
  return ((nalUnit[0] ?? 0x7e) >> 1) & 0x3f;
}
