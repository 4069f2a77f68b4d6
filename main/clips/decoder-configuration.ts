import { BitReader, withoutEmulationPrevention } from '../media/bit-reader.ts';
import { nalType, nalUnitType } from '../media/h264.ts';
import { h265NalUnitType, h265Type } from '../media/h265.ts';
import { type PictureSize, parseH265PictureSize, parsePictureSize } from '../media/picture-size.ts';

/** What a player must know before the first picture. */
export interface DecoderConfiguration {
  /** RFC 6381, such as `avc1.64001f`. */
  readonly codec: string;
  /** The record of ISO 14496-15: section 5.3.3.1 for H.264, 8.3.3.1 for H.265. NAL units have lengths of four bytes. */
  readonly record: Buffer;
  readonly size: PictureSize;
}

/** Profiles whose record says how colours are sampled (section 5.3.3.1.2). */
const profilesWithChroma: ReadonlySet<number> = new Set([100, 110, 122, 144]);
/** Lengths of four bytes, beside bits that are reserved. */
const lengthOfFour = 0xff;
/** Of profile, tier and level, behind two bytes of NAL unit header and one of ids (ITU-T H.265, section 7.3.2.2). */
const profileAt = 1;
const profileBytes = 12;
const h265Kinds = [h265Type.vps, h265Type.sps, h265Type.pps] as const;

/** Reads it out of the parameter sets of a key frame; undefined when they are missing or make no sense. */
export function decoderConfiguration(
  codec: 'H264' | 'H265',
  nalUnits: readonly Buffer[],
): DecoderConfiguration | undefined {
  return codec === 'H264' ? ofH264(nalUnits) : ofH265(nalUnits);
}

/** Whether pictures with these parameter sets can be decoded behind pictures with those: they were not changed. */
export function isSameConfiguration(one: DecoderConfiguration, other: DecoderConfiguration): boolean {
  return one.record.equals(other.record);
}

function ofH264(nalUnits: readonly Buffer[]): DecoderConfiguration | undefined {
  const sets = (type: number) => distinct(nalUnits.filter((unit) => nalUnitType(unit) === type));
  const spsUnits = sets(nalType.sps);
  const ppsUnits = sets(nalType.pps);
  const [sps] = spsUnits;
  if (sps === undefined || sps.length < 4 || ppsUnits.length === 0) return undefined;
  const size = parsePictureSize(sps);
  if (size === undefined) return undefined;
  const profile = sps.subarray(1, 4);
  const record = [
    Buffer.of(1, ...profile, lengthOfFour, 0xe0 | spsUnits.length),
    ...spsUnits.map(withLength),
    Buffer.of(ppsUnits.length),
    ...ppsUnits.map(withLength),
  ];
  if (profilesWithChroma.has(profile.readUInt8(0))) {
    const { chroma, luma, chromaDepth } = readH264Chroma(sps);
    record.push(Buffer.of(0xfc | chroma, 0xf8 | luma, 0xf8 | chromaDepth, 0));
  }
  return { codec: `avc1.${profile.toString('hex')}`, record: Buffer.concat(record), size };
}

/** Section 7.3.2.1.1 of ITU-T H.264. Depths are counted from 8 bits. */
function readH264Chroma(sps: Buffer): { chroma: number; luma: number; chromaDepth: number } {
  const bits = new BitReader(withoutEmulationPrevention(sps.subarray(4)));
  bits.readUnsigned();
  const chroma = bits.readUnsigned();
  if (chroma === 3) bits.read(1);
  return { chroma: chroma & 3, luma: bits.readUnsigned() & 7, chromaDepth: bits.readUnsigned() & 7 };
}

function ofH265(nalUnits: readonly Buffer[]): DecoderConfiguration | undefined {
  const sets = h265Kinds.map((kind) => distinct(nalUnits.filter((unit) => h265NalUnitType(unit) === kind)));
  const [sps] = sets[1] ?? [];
  if (sps === undefined || sets.some(({ length }) => length === 0)) return undefined;
  const size = parseH265PictureSize(sps);
  const plain = withoutEmulationPrevention(sps.subarray(2));
  if (size === undefined || plain.length < profileAt + profileBytes) return undefined;
  const profile = plain.subarray(profileAt, profileAt + profileBytes);
  const layers = ((plain.readUInt8(0) >> 1) & 7) + 1;
  const nested = plain.readUInt8(0) & 1;
  const { chroma, luma, chromaDepth } = readH265Chroma(plain);
  const record = [
    Buffer.of(1, ...profile),
    // Nothing is said of slices and tiles, of how to decode at once, or of the frame rate.
    Buffer.of(0xf0, 0, 0xfc, 0xfc | chroma, 0xf8 | luma, 0xf8 | chromaDepth, 0, 0),
    Buffer.of((layers << 3) | (nested << 2) | 3, h265Kinds.length),
    ...h265Kinds.flatMap((kind, index) => {
      const units = sets[index] ?? [];
      return [Buffer.of(0x80 | kind, 0, units.length), ...units.map(withLength)];
    }),
  ];
  return { codec: h265Codec(profile), record: Buffer.concat(record), size };
}

/** Section 7.3.2.2.1 of ITU-T H.265, behind profile, tier and level. */
function readH265Chroma(plain: Buffer): { chroma: number; luma: number; chromaDepth: number } {
  const usual = { chroma: 1, luma: 0, chromaDepth: 0 };
  // Sub-layers with profiles of their own are not read here: no camera is known to have them.
  if (((plain.readUInt8(0) >> 1) & 7) !== 0) return usual;
  const bits = new BitReader(plain.subarray(profileAt + profileBytes));
  bits.readUnsigned();
  const chroma = bits.readUnsigned();
  if (chroma === 3) bits.read(1);
  bits.readUnsigned();
  bits.readUnsigned();
  if (bits.read(1) === 1) for (let edge = 0; edge < 4; edge++) bits.readUnsigned();
  const depths = { luma: bits.readUnsigned() & 7, chromaDepth: bits.readUnsigned() & 7 };
  return bits.overrun ? usual : { chroma: chroma & 3, ...depths };
}

/** ISO 14496-15, annex E.3. */
function h265Codec(profile: Buffer): string {
  const first = profile.readUInt8(0);
  const space = ['', 'A', 'B', 'C'][first >> 6] ?? '';
  let compatibility = 0;
  for (let bit = 0; bit < 32; bit++) {
    compatibility = compatibility * 2 + ((profile.readUInt32BE(1) >>> bit) & 1);
  }
  const constraints = [...profile.subarray(5, 11)];
  while (constraints.at(-1) === 0) constraints.pop();
  const level = `${(first & 0x20) === 0 ? 'L' : 'H'}${profile.readUInt8(11)}`;
  return [
    `hvc1.${space}${first & 0x1f}`,
    compatibility.toString(16),
    level,
    ...constraints.map((byte) => byte.toString(16)),
  ].join('.');
}

function distinct(units: readonly Buffer[]): Buffer[] {
  return units.filter((unit, index) => units.findIndex((other) => other.equals(unit)) === index);
}

function withLength(unit: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(unit.length);
  return Buffer.concat([length, unit]);
}
