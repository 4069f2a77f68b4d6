import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { G722Decoder } from '../../../main/clips/g722.ts';
import { clipFolder } from '../../../main/demo/clip.ts';

const hasFfmpeg = existsSync('/usr/bin/ffmpeg');
const chime = readFileSync(path.join(clipFolder(), 'chime.g722'));

function ffmpeg(input: Buffer): Int16Array {
  const data = execFileSync(
    'ffmpeg',
    ['-v', 'error', '-f', 'g722', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'],
    {
      input,
      maxBuffer: 2 ** 28,
    },
  );
  return new Int16Array(data.buffer, data.byteOffset, data.length / 2);
}

test.runIf(hasFfmpeg)('whatever comes is decoded to the same samples as by ffmpeg, every one of them', () => {
  expect(new G722Decoder().decode(chime)).toEqual(ffmpeg(chime));
  fc.assert(
    // Noise drives all there is of a decoder to its limits; few values again and again drive it to one side.
    fc.property(fc.uint8Array({ minLength: 20_000, maxLength: 20_000 }), fc.nat(255), (noise, mask) => {
      const input = Buffer.concat([
        noise,
        noise.map((byte) => byte & mask),
        noise.map((byte) => byte | mask),
      ]);
      expect(new G722Decoder().decode(input)).toEqual(ffmpeg(input));
    }),
    { numRuns: 4, endOnFailure: true },
  );
});

test('however a stream is cut into packets, it says the same', () => {
  const whole = new G722Decoder().decode(chime);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }), (sizes) => {
      const decoder = new G722Decoder();
      let at = 0;
      const samples = [...sizes, chime.length].flatMap((size) => {
        const packet = chime.subarray(at, at + size);
        at += packet.length;
        return [...decoder.decode(packet)];
      });
      expect(Int16Array.from(samples)).toEqual(whole);
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

test('a stream that begins in its midst, or has lost something, is soon heard as it is', () => {
  const whole = new G722Decoder().decode(chime);
  const late = new G722Decoder().decode(chime.subarray(4_000));
  // 100 ms later.
  for (let index = 1_600; index < late.length; index++)
    expect(Math.abs((late[index] ?? 0) - (whole[8_000 + index] ?? 0))).toBeLessThan(300);
});
