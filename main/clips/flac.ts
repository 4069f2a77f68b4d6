import { BitWriter } from './bit-writer.ts';

/*
 * Sound without loss for players that know neither G.711 nor G.722: FLAC (RFC 9639), one channel, 16 bits. Pure functions.
 */

/** In one frame. */
export const maximumFlacSamples = 4_096;
/** What decoders are promised of blocks (section 8.2); the last one of a stream alone may be smaller, which none of them minds. */
const minimumSamples = 16;
const sampleBits = 16;
/** Of the predictor (section 9.2.6). */
const highestOrder = 4;
/** A parameter of 15 would be another way of writing (section 9.2.7.1). */
const highestRice = 14;
const headerBytes = 16;

/** How the samples of a frame are written in the fewest bits. */
interface Coding {
  readonly order: number;
  readonly rice: number;
  readonly residual: readonly number[];
  readonly bits: number;
}

/** What a decoder must know of a stream: the marker and STREAMINFO, the length and checksum of which are not known (section 8.2). */
export function flacDescription(sampleRate: number): Buffer {
  const bits = new BitWriter(42);
  bits.write(0x664c6143, 32);
  // The last block of metadata, of type 0, with 34 bytes.
  bits.write(0x80000022, 32);
  bits.write(minimumSamples, 16);
  bits.write(maximumFlacSamples, 16);
  bits.write(0, 32);
  bits.write(0, 16);
  bits.write(sampleRate, 20);
  bits.write(0, 3);
  bits.write(sampleBits - 1, 5);
  return Buffer.concat([bits.data], 42);
}

/**
 * A frame (section 9), which is decoded to these very samples.
 * @param samples 1 … 4,096  @param position of the first of them in the stream, 0 … 2³¹-1
 */
export function flacFrame(samples: Int16Array, position: number): Buffer {
  const bits = new BitWriter(headerBytes + 2 * samples.length + 4);
  // Blocks of any size; their size in 16 bits behind the number; the rate as described; one channel; 16 bits a sample.
  bits.write(0xfff97008, 32);
  writeNumber(bits, position);
  bits.write(samples.length - 1, 16);
  bits.write(checksum(bits.data, 0x07, 8), 8);
  writeSubframe(bits, samples);
  const content = bits.data;
  const end = Buffer.alloc(2);
  end.writeUInt16BE(checksum(content, 0x8005, 16));
  return Buffer.concat([content, end]);
}

/** As UTF-8 writes characters, for 31 bits (section 9.1.5). */
function writeNumber(bits: BitWriter, value: number): void {
  if (value < 0x80) {
    bits.write(value, 8);
    return;
  }
  let more = 1;
  while (value >= 2 ** (5 * more + 6)) more++;
  bits.write(((0xff << (7 - more)) & 0xff) | (value >>> (6 * more)), 8);
  for (let left = more - 1; left >= 0; left--) bits.write(0x80 | ((value >>> (6 * left)) & 0x3f), 8);
}

function writeSubframe(bits: BitWriter, samples: Int16Array): void {
  const [first = 0] = samples;
  if (samples.every((sample) => sample === first)) {
    bits.write(0, 8);
    bits.write(first, sampleBits);
    return;
  }
  const wasted = wastedBits(samples);
  const depth = sampleBits - wasted;
  const plain = Array.from(samples, (sample) => sample >> wasted);
  const coding = bestCoding(plain, depth);
  const isVerbatim = coding.bits >= depth * plain.length;
  bits.write((isVerbatim ? 0x02 : 0x10 | (coding.order << 1)) | (wasted > 0 ? 1 : 0), 8);
  if (wasted > 0) bits.write(1, wasted);
  const { order, rice, residual } = coding;
  for (const sample of isVerbatim ? plain : plain.slice(0, order)) bits.write(sample, depth);
  if (isVerbatim) return;
  // Rice codes with parameters of four bits, all of them with the same one.
  bits.write(0, 6);
  bits.write(rice, 4);
  for (const value of residual) {
    const folded = fold(value);
    bits.skipZeros(folded >>> rice);
    bits.write(1, 1);
    bits.write(folded, rice);
  }
}

/** Zeros at the end of all samples: G.711 has two or three. */
function wastedBits(samples: Int16Array): number {
  let used = 0;
  for (const sample of samples) used |= sample;
  return 31 - Math.clz32(used & -used);
}

function bestCoding(plain: readonly number[], depth: number): Coding {
  let best: Coding | undefined;
  let residual = plain;
  for (let order = 0; order <= highestOrder && order < plain.length; order++) {
    // Of each order what is left is how far that of the order before changes from sample to sample.
    if (order > 0) residual = residual.slice(1).map((value, index) => value - (residual[index] ?? 0));
    const rice = riceFor(residual);
    let bits = order * depth + 10;
    for (const value of residual) bits += (fold(value) >>> rice) + 1 + rice;
    if (best === undefined || bits < best.bits) best = { order, rice, residual, bits };
  }
  return best ?? { order: 0, rice: 0, residual: plain, bits: Number.POSITIVE_INFINITY };
}

/** The parameter that is about as long as what is written with it. */
function riceFor(residual: readonly number[]): number {
  let sum = 0;
  for (const value of residual) sum += fold(value);
  const mean = sum / residual.length;
  return mean < 2 ? 0 : Math.min(highestRice, Math.floor(Math.log2(mean)));
}

/** 0, -1, 1, -2 … as 0, 1, 2, 3 … */
function fold(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** CRC, the most significant bit first, from 0. @param width 8 or 16 */
function checksum(data: Buffer, polynomial: number, width: 8 | 16): number {
  const top = 1 << (width - 1);
  const mask = (top << 1) - 1;
  let remainder = 0;
  for (const byte of data) {
    remainder ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++)
      remainder = ((remainder & top) === 0 ? remainder << 1 : (remainder << 1) ^ polynomial) & mask;
  }
  return remainder;
}
