import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flacDescription, flacFrame, maximumFlacSamples } from '../../../main/clips/flac.ts';
import { decodeG711, type TelephoneCodec } from '../../../main/clips/g711.ts';

const hasFfmpeg = existsSync('/usr/bin/ffmpeg');

/** What ffmpeg makes of a file, as samples of 16 bits; a complaint fails. */
function ffmpeg(input: Buffer, ...format: string[]): Int16Array {
  const quiet = ['-v', 'error', '-xerror', '-err_detect', 'crccheck+explode'];
  const data = execFileSync('ffmpeg', [...quiet, ...format, '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], {
    input,
    maxBuffer: 2 ** 28,
  });
  return new Int16Array(data.buffer, data.byteOffset, data.length / 2);
}

const sizes = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 16, max: 400 }) },
  { weight: 1, arbitrary: fc.constantFrom(16, 17, maximumFlacSamples - 1, maximumFlacSamples) },
);
/** Silence, noise, waves and clicks, as loud and as coarse as one likes. */
const blocks = fc
  .tuple(
    sizes,
    fc.constantFrom('same', 'noise', 'wave', 'steps', 'extremes'),
    fc.nat(15),
    fc.nat(8),
    fc.nat(),
  )
  .map(([length, kind, quiet, coarse, seed]) => {
    let state = seed;
    const noise = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return ((state >> 8) & 0xffff) - 32_768;
    };
    let level = 0;
    const sample = (index: number) => {
      switch (kind) {
        case 'same':
          return seed % 40_000;
        case 'noise':
          return noise();
        case 'wave':
          return Math.round(32_767 * Math.sin(index / (1 + (seed % 50))));
        case 'steps':
          level += noise() % 9;
          return level;
        default:
          return noise() < 0 ? -32_768 : 32_767;
      }
    };
    return Int16Array.from({ length }, (_, index) => (sample(index) >> quiet) << coarse);
  });

test.runIf(hasFfmpeg)(
  'whatever is written is decoded to the same samples, checksums and all (ffmpeg)',
  () => {
    fc.assert(
      fc.property(fc.array(blocks, { minLength: 100, maxLength: 200 }), (stream) => {
        let position = 0;
        const frames = stream.map((samples) => {
          const frame = flacFrame(samples, position);
          position += samples.length;
          expect(frame.length).toBeLessThanOrEqual(2 * samples.length + 18);
          return frame;
        });
        const decoded = ffmpeg(Buffer.concat([flacDescription(8_000), ...frames]), '-f', 'flac');
        expect(decoded).toEqual(Int16Array.from(stream.flatMap((samples) => [...samples])));
      }),
      { numRuns: 4, endOnFailure: true },
    );
  },
);

test.runIf(hasFfmpeg).each<[TelephoneCodec, string]>([
  ['PCMU', 'mulaw'],
  ['PCMA', 'alaw'],
])('each byte of %s means what it means to ffmpeg', (codec, format) => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  expect(decodeG711(codec, bytes)).toEqual(ffmpeg(bytes, '-f', format, '-ar', '8000', '-ac', '1'));
});

test.each([0, 127, 128, 2_047, 2_048, 65_535, 65_536, 2 ** 21, 2 ** 26 - 1, 2 ** 26, 2 ** 31 - 1])(
  'sample %i of a stream is numbered as UTF-8 numbers characters',
  (position) => {
    const frame = flacFrame(new Int16Array(16), position);
    const [lead = 0, ...rest] = frame.subarray(4, 4 + numberBytes(position));
    const continued = rest.reduce(
      (value, byte) => {
        expect(byte & 0xc0).toBe(0x80);
        return value * 64 + (byte & 0x3f);
      },
      lead & (rest.length === 0 ? 0x7f : 0x3f >> rest.length),
    );
    expect(continued).toBe(position);
    expect(Math.clz32(~(lead << 24))).toBe(rest.length === 0 ? 0 : rest.length + 1);
  },
);

function numberBytes(position: number): number {
  return 1 + [0x7f, 0x7ff, 0xffff, 0x1f_ffff, 0x3ff_ffff].filter((limit) => position > limit).length;
}

test('silence takes next to nothing', () => {
  expect(flacFrame(new Int16Array(maximumFlacSamples), 0).length).toBeLessThan(20);
});
