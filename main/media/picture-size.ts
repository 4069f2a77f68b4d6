import { BitReader, withoutEmulationPrevention } from './bit-reader.ts';

/** Of a picture as it is coded, in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
  /** Width of a pixel through its height: not 1 for anamorphic streams, such as 704x576 for a picture of 16:9. */
  readonly pixelAspect: number;
  /** How many pictures may be shown later than they are decoded (B-frames); null where the stream does not say. */
  readonly reorderedFrames: number | null;
}

/** Of table E-1, by `aspect_ratio_idc`, as width and height of a pixel. */
const pixelAspects: readonly (readonly [number, number])[] = [
  [1, 1],
  ...([
    [1, 1],
    [12, 11],
    [10, 11],
    [16, 11],
    [40, 33],
    [24, 11],
    [20, 11],
    [32, 11],
  ] as const),
  ...([
    [80, 33],
    [18, 11],
    [15, 11],
    [64, 33],
    [160, 99],
    [4, 3],
    [3, 2],
    [2, 1],
  ] as const),
];
const extendedAspect = 255;
/** What is flatter or narrower is no picture for people. */
const maximumAspect = 4;

/** Profiles whose SPS says how colours are sampled (ITU-T H.264, section 7.3.2.1.1). */
const profilesWithChroma: ReadonlySet<number> = new Set([
  100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135,
]);
/** Bigger pictures are no pictures: the highest level of H.264 ends at 16,384 pixels. */
const maximumMacroblocks = 1_024;

/** Reads the size out of an SPS (ITU-T H.264, section 7.3.2.1.1); undefined when it makes no sense. */
export function parsePictureSize(sps: Buffer): PictureSize | undefined {
  const bits = new BitReader(withoutEmulationPrevention(sps.subarray(1)));
  const profile = bits.read(8);
  bits.read(16);
  bits.readUnsigned();
  let chromaFormat = 1;
  if (profilesWithChroma.has(profile)) {
    chromaFormat = bits.readUnsigned();
    if (chromaFormat === 3 && bits.read(1) === 1) chromaFormat = 0;
    bits.readUnsigned();
    bits.readUnsigned();
    bits.read(1);
    if (bits.read(1) === 1) skipScalingMatrices(bits, chromaFormat === 3 ? 12 : 8);
  }
  bits.readUnsigned();
  const orderType = bits.readUnsigned();
  if (orderType === 0) bits.readUnsigned();
  else if (orderType === 1) skipOrderCycle(bits);
  bits.readUnsigned();
  bits.read(1);
  const widthInMacroblocks = bits.readUnsigned() + 1;
  const heightInMapUnits = bits.readUnsigned() + 1;
  const framesOnly = bits.read(1);
  if (framesOnly === 0) bits.read(1);
  bits.read(1);
  const [left, right, top, bottom] = bits.read(1) === 1 ? readCrop(bits) : [0, 0, 0, 0];
  if (bits.overrun || widthInMacroblocks > maximumMacroblocks || heightInMapUnits > maximumMacroblocks) {
    return undefined;
  }
  const fieldFactor = 2 - framesOnly;
  const cropX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1;
  const cropY = (chromaFormat === 1 ? 2 : 1) * fieldFactor;
  const width = widthInMacroblocks * 16 - (left + right) * cropX;
  const height = heightInMapUnits * 16 * fieldFactor - (top + bottom) * cropY;
  if (width <= 0 || height <= 0) return undefined;
  return { width, height, ...readUsability(bits) };
}

/**
 * Video usability information (annex E). Reolink sends bytes behind its SPS that are none: what reads beyond the end or says
 * what cannot be is left out.
 */
function readUsability(bits: BitReader): Pick<PictureSize, 'pixelAspect' | 'reorderedFrames'> {
  const none = { pixelAspect: 1, reorderedFrames: null };
  if (bits.read(1) === 0) return none;
  const aspect = bits.read(1) === 1 ? readAspect(bits) : 1;
  if (bits.overrun) return none;
  const pixelAspect = aspect >= 1 / maximumAspect && aspect <= maximumAspect ? aspect : 1;
  if (bits.read(1) === 1) bits.read(1);
  if (bits.read(1) === 1) {
    bits.read(4);
    if (bits.read(1) === 1) bits.read(24);
  }
  if (bits.read(1) === 1) {
    bits.readUnsigned();
    bits.readUnsigned();
  }
  if (bits.read(1) === 1) bits.read(65);
  const hasReferenceDecoder = [skipReferenceDecoder(bits), skipReferenceDecoder(bits)].includes(true);
  if (hasReferenceDecoder) bits.read(1);
  bits.read(1);
  if (bits.read(1) === 0) return { pixelAspect, reorderedFrames: null };
  bits.read(1);
  for (let limit = 0; limit < 4; limit++) bits.readUnsigned();
  const reorderedFrames = bits.readUnsigned();
  return { pixelAspect, reorderedFrames: bits.overrun ? null : reorderedFrames };
}

function readAspect(bits: BitReader): number {
  const index = bits.read(8);
  const [width, height] =
    index === extendedAspect ? [bits.read(16), bits.read(16)] : (pixelAspects[index] ?? [1, 1]);
  return width === 0 || height === 0 ? 1 : width / height;
}

/** Parameters of the hypothetical reference decoder (section E.1.2), if they are there. */
function skipReferenceDecoder(bits: BitReader): boolean {
  if (bits.read(1) === 0) return false;
  const buffers = bits.readUnsigned() + 1;
  bits.read(8);
  for (let buffer = 0; buffer < buffers && !bits.overrun; buffer++) {
    bits.readUnsigned();
    bits.readUnsigned();
    bits.read(1);
  }
  bits.read(20);
  return true;
}

/** Reads the size out of an H.265 SPS (ITU-T H.265, section 7.3.2.2); undefined when it makes no sense. */
export function parseH265PictureSize(sps: Buffer): PictureSize | undefined {
  const bits = new BitReader(withoutEmulationPrevention(sps.subarray(2)));
  bits.read(4);
  const subLayers = bits.read(3);
  bits.read(1);
  skipProfileTierLevel(bits, subLayers);
  bits.readUnsigned();
  const chromaFormat = bits.readUnsigned();
  if (chromaFormat === 3) bits.read(1);
  const codedWidth = bits.readUnsigned();
  const codedHeight = bits.readUnsigned();
  const [left, right, top, bottom] = bits.read(1) === 1 ? readCrop(bits) : [0, 0, 0, 0];
  if (bits.overrun || Math.max(codedWidth, codedHeight) > maximumMacroblocks * 16) return undefined;
  const width = codedWidth - (left + right) * (chromaFormat === 1 || chromaFormat === 2 ? 2 : 1);
  const height = codedHeight - (top + bottom) * (chromaFormat === 1 ? 2 : 1);
  return width > 0 && height > 0 ? { width, height, pixelAspect: 1, reorderedFrames: null } : undefined;
}

/** Section 7.3.3: 88 bits and the level, then the same for each sub-layer that says it has them. */
function skipProfileTierLevel(bits: BitReader, subLayers: number): void {
  bits.read(32);
  bits.read(32);
  bits.read(32);
  const present: [profile: number, level: number][] = [];
  for (let layer = 0; layer < subLayers; layer++) present.push([bits.read(1), bits.read(1)]);
  if (subLayers > 0) bits.read(2 * (8 - subLayers));
  for (const [profile, level] of present) {
    if (profile === 1) {
      bits.read(32);
      bits.read(32);
      bits.read(24);
    }
    if (level === 1) bits.read(8);
  }
}

/** Reads the size out of the frame header of a JPEG file (ITU-T T.81, annex B); undefined when there is none. */
export function parseJpegSize(file: Buffer): PictureSize | undefined {
  let at = 2;
  while (at + 9 <= file.length && file.readUInt8(at) === 0xff) {
    const marker = file.readUInt8(at + 1);
    // SOF0 to SOF15, but for the tables and extensions between them.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const height = file.readUInt16BE(at + 5);
      const width = file.readUInt16BE(at + 7);
      return width > 0 && height > 0 ? { width, height, pixelAspect: 1, reorderedFrames: 0 } : undefined;
    }
    at += 2 + file.readUInt16BE(at + 2);
  }
  return undefined;
}

function readCrop(bits: BitReader): [left: number, right: number, top: number, bottom: number] {
  return [bits.readUnsigned(), bits.readUnsigned(), bits.readUnsigned(), bits.readUnsigned()];
}

function skipScalingMatrices(bits: BitReader, count: number): void {
  for (let matrix = 0; matrix < count; matrix++) {
    if (bits.read(1) === 0) continue;
    let last = 8;
    let next = 8;
    for (let index = 0; index < (matrix < 6 ? 16 : 64); index++) {
      if (next !== 0) next = (last + bits.readSigned() + 256) & 0xff;
      if (next !== 0) last = next;
    }
  }
}

function skipOrderCycle(bits: BitReader): void {
  bits.read(1);
  bits.readSigned();
  bits.readSigned();
  const frames = bits.readUnsigned();
  for (let frame = 0; frame < frames && !bits.overrun; frame++) bits.readSigned();
}
