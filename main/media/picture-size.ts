/** Of a picture as it is shown, in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

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
  return width > 0 && height > 0 ? { width, height } : undefined;
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

/** Takes out the 3 of each 0 0 3 (section 7.4.1). */
function withoutEmulationPrevention(data: Buffer): Buffer {
  const clean: number[] = [];
  let zeros = 0;
  for (const byte of data) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    clean.push(byte);
  }
  return Buffer.from(clean);
}

/** Bits and Exp-Golomb codes (section 9.1); behind the end there are only zeros. */
class BitReader {
  readonly #data: Buffer;
  #position = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  /** Whether more was read than there is. */
  get overrun(): boolean {
    return this.#position > this.#data.length * 8;
  }

  read(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit++, this.#position++) {
      value = value * 2 + (((this.#data[this.#position >> 3] ?? 0) >> (7 - (this.#position & 7))) & 1);
    }
    return value;
  }

  readUnsigned(): number {
    let zeros = 0;
    while (zeros < 32 && !this.overrun && this.read(1) === 0) zeros++;
    return 2 ** zeros - 1 + this.read(zeros);
  }

  readSigned(): number {
    const code = this.readUnsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
