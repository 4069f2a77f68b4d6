const maximumPayloadBytes = 1_400;
const fuA = 28;
const fuH265 = 49;

/** NAL units of one picture to RTP payloads (RFC 6184): whole ones as they are (section 5.6), large ones as FU-A (5.8). */
export function toRtpPayloads(nalUnits: readonly Buffer[]): Buffer[] {
  return nalUnits.flatMap((nalUnit) =>
    nalUnit.length <= maximumPayloadBytes ? [nalUnit] : toFragments(nalUnit),
  );
}

/** The same for H.265 (RFC 7798 sections 4.4.1 and 4.4.3). */
export function toH265Payloads(nalUnits: readonly Buffer[]): Buffer[] {
  return nalUnits.flatMap((nalUnit) => {
    if (nalUnit.length <= maximumPayloadBytes) return [nalUnit];
    const fragments: Buffer[] = [];
    const room = maximumPayloadBytes - 3;
    const type = (nalUnit.readUInt8(0) >> 1) & 0x3f;
    for (let start = 2; start < nalUnit.length; start += room) {
      const part = nalUnit.subarray(start, start + room);
      const flags = (start === 2 ? 0x80 : 0) | (start + part.length === nalUnit.length ? 0x40 : 0);
      fragments.push(Buffer.concat([Buffer.from([fuH265 << 1, nalUnit.readUInt8(1), flags | type]), part]));
    }
    return fragments;
  });
}

function toFragments(nalUnit: Buffer): Buffer[] {
  const header = nalUnit.readUInt8(0);
  const fragments: Buffer[] = [];
  for (let start = 1; start < nalUnit.length; start += maximumPayloadBytes - 2) {
    const part = nalUnit.subarray(start, start + maximumPayloadBytes - 2);
    const first = start === 1 ? 0x80 : 0;
    const last = start + part.length === nalUnit.length ? 0x40 : 0;
    fragments.push(
      Buffer.concat([Buffer.from([(header & 0xe0) | fuA, first | last | (header & 0x1f)]), part]),
    );
  }
  return fragments;
}
