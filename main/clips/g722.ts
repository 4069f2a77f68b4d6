/*
 * Wideband sound of two bands (ITU-T G.722 (2012), mode 1: 64 kbit/s), decoded: each byte is two samples of 16 kHz. All arithmetic
 * is that of 16-bit integers, as section 5 and 6 write it, so that every decoder says the same.
 */

const lowBits = 6;
/** Levels of the lower band by the upper four bits of its code (table 17), which the predictor goes on with. */
const coarseLevels = mirrored(1, [20_456, 12_896, 8_968, 6_288, 4_240, 2_584, 1_200], [0, 0]);
/** Levels of the lower band by all six bits (table 15), which are heard. */
const fineLevels = mirrored(
  4,
  [
    24_808, 21_904, 19_008, 16_704, 14_984, 13_512, 12_280, 11_192, 10_232, 9_360, 8_576, 7_856, 7_192, 6_576,
    6_000, 5_456, 4_944, 4_464, 4_008, 3_576, 3_168, 2_776, 2_400, 2_032, 1_688, 1_360, 1_040, 728,
  ],
  [-136, -136, -136, -136, 432, 136, -432, -136],
);
/** Levels of the higher band (table 18). */
const highLevels = [-7_408, -1_616, 7_408, 1_616];
/** How much louder or softer the next sample is taken to be, by the code of this one (tables 19 and 20). */
const lowSteps = [-60, 3_042, 1_198, 538, 334, 172, 58, -30, 3_042, 1_198, 538, 334, 172, 58, -30, -60];
const highSteps = [798, -214, 798, -214];
/** Powers of two in 32 steps (table 21). */
const powers = Array.from({ length: 32 }, (_, index) => Math.round(2_048 * 2 ** (index / 32)));
/** Of the filter that puts both bands together: every second one; the others are the same ones from the end (table 11). */
const filter = [3, -11, 12, 32, -210, 951, 3_876, -805, 362, -156, 53, -11];
const historyLength = 2 * filter.length;
const loudest = 2 ** 15 - 1;
/** A band has 15 bits. */
const loudestOfBand = 2 ** 14 - 1;

/** What a band is like: how far its scale goes, and where it begins. */
interface BandKind {
  readonly highestLevel: number;
  /** Whole powers of two of the scale when its logarithm is 0. */
  readonly shift: number;
  readonly firstScale: number;
}

const lowBand: BandKind = { highestLevel: 18_432, shift: 8, firstScale: 32 };
const highBand: BandKind = { highestLevel: 22_528, shift: 10, firstScale: 8 };

/** One stream: what it says next depends on all that it has said. It comes round by itself where some of that is missing. */
export class G722Decoder {
  readonly #low = new Band(lowBand);
  readonly #high = new Band(highBand);
  /** Sums and differences of both bands, the oldest first. */
  readonly #history = new Int32Array(historyLength);

  /** @returns two samples of 16 bits a byte */
  decode(payload: Buffer): Int16Array {
    const samples = new Int16Array(2 * payload.length);
    for (const [index, byte] of payload.entries()) {
      const lowCode = byte & ((1 << lowBits) - 1);
      const low = this.#decodeLow(lowCode);
      const high = this.#decodeHigh(byte >> lowBits);
      this.#history.copyWithin(0, 2);
      this.#history[historyLength - 2] = low + high;
      this.#history[historyLength - 1] = low - high;
      const [odd, even] = this.#filtered();
      samples[2 * index] = even;
      samples[2 * index + 1] = odd;
    }
    return samples;
  }

  #decodeLow(code: number): number {
    const band = this.#low;
    const heard = limit(band.predicted + band.scaled(fineLevels[code] ?? 0), loudestOfBand);
    const coarse = code >> 2;
    band.advance(band.scaled(coarseLevels[coarse] ?? 0), lowSteps[coarse] ?? 0);
    return heard;
  }

  #decodeHigh(code: number): number {
    const band = this.#high;
    const difference = band.scaled(highLevels[code] ?? 0);
    const heard = limit(band.predicted + difference, loudestOfBand);
    band.advance(difference, highSteps[code] ?? 0);
    return heard;
  }

  #filtered(): [odd: number, even: number] {
    let [odd, even] = [0, 0];
    for (const [index, coefficient] of filter.entries()) {
      odd += (this.#history[2 * index] ?? 0) * coefficient;
      even += (this.#history[historyLength - 1 - 2 * index] ?? 0) * coefficient;
    }
    return [limit(odd >> 11, loudest), limit(even >> 11, loudest)];
  }
}

/** The scale of a band, and the predictor of its next sample: two poles, six zeros (section 3.6). */
class Band {
  readonly #kind: BandKind;
  /** What is predicted, ±2¹⁵. */
  predicted = 0;
  #ofZeros = 0;
  #logarithm = 0;
  #scale: number;
  readonly #poles: [number, number] = [0, 0];
  readonly #zeros = new Int32Array(6);
  /** Of the last six samples, the newest first. */
  readonly #differences = new Int32Array(6);
  /** Of the last two samples, the newest first: what was reconstructed, and that without what the poles say. */
  #reconstructed: [number, number] = [0, 0];
  #partly: [number, number] = [0, 0];

  constructor(kind: BandKind) {
    this.#kind = kind;
    this.#scale = kind.firstScale;
  }

  /** What a level means now. */
  scaled(level: number): number {
    return (this.#scale * level) >> 15;
  }

  /** @param difference from what was predicted  @param step of the scale's logarithm */
  advance(difference: number, step: number): void {
    this.#changeScale(step);
    const reconstructed = limit(this.predicted + difference, loudest);
    const partly = limit(this.#ofZeros + difference, loudest);
    this.#changePoles(partly);
    this.#changeZeros(difference);
    this.#reconstructed = [reconstructed, this.#reconstructed[0]];
    this.#partly = [partly, this.#partly[0]];
    this.#predict();
  }

  /** Sections 3.4 and 3.5. */
  #changeScale(step: number): void {
    const { highestLevel, shift } = this.#kind;
    this.#logarithm = Math.min(highestLevel, Math.max(0, ((this.#logarithm * 127) >> 7) + step));
    const power = powers[(this.#logarithm >> 6) & 31] ?? 0;
    const down = shift - (this.#logarithm >> 11);
    this.#scale = (down < 0 ? power << -down : power >> down) << 2;
  }

  #changePoles(partly: number): void {
    const [first, second] = this.#poles;
    const isAsBefore = isSameSign(partly, this.#partly[0]);
    const turned = limit(4 * first, loudest);
    const ofFirst = Math.min(loudest, isAsBefore ? -turned : turned) >> 7;
    const ofSign = isSameSign(partly, this.#partly[1]) ? 128 : -128;
    const newSecond = within(ofSign + ofFirst + ((second * 32_512) >> 15), 12_288);
    const widest = limit(15_360 - newSecond, loudest);
    const newFirst = limit((isAsBefore ? 192 : -192) + ((first * 32_640) >> 15), loudest);
    this.#poles[0] = within(newFirst, widest);
    this.#poles[1] = newSecond;
  }

  #changeZeros(difference: number): void {
    const change = difference === 0 ? 0 : 128;
    for (const [index, before] of this.#differences.entries()) {
      const ofSign = isSameSign(difference, before) ? change : -change;
      this.#zeros[index] = limit(ofSign + (((this.#zeros[index] ?? 0) * 32_640) >> 15), loudest);
    }
    this.#differences.copyWithin(1, 0);
    this.#differences[0] = difference;
  }

  #predict(): void {
    let ofPoles = 0;
    for (const [index, pole] of this.#poles.entries())
      ofPoles += (pole * limit(2 * (this.#reconstructed[index] ?? 0), loudest)) >> 15;
    let ofZeros = 0;
    for (const [index, zero] of this.#zeros.entries())
      ofZeros += (zero * limit(2 * (this.#differences[index] ?? 0), loudest)) >> 15;
    this.#ofZeros = limit(ofZeros, loudest);
    this.predicted = limit(limit(ofPoles, loudest) + this.#ofZeros, loudest);
  }
}

/** 0 counts as positive. */
function isSameSign(one: number, other: number): boolean {
  return one < 0 === other < 0;
}

function within(value: number, highest: number): number {
  return Math.max(-highest, Math.min(highest, value));
}

/** Down to -highest - 1, as integers have it. */
function limit(value: number, highest: number): number {
  return Math.max(-highest - 1, Math.min(highest, value));
}

/** Codes from `from` on mean these levels below 0, the next ones the same above; the other codes, in their order, the rest. */
function mirrored(from: number, levels: readonly number[], rest: readonly number[]): number[] {
  const below = levels.map((level) => -level);
  return [...rest.slice(0, from), ...below, ...levels, ...rest.slice(from)];
}
