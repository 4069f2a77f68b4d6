import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { headerBytes } from '../../../main/demo/frame-template.ts';
import { soundClip } from '../../../main/demo/sound-clip.ts';

const hasFfmpeg = spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status === 0;

/** What the packets carry, one behind the other. */
function payloads(codec: Parameters<typeof soundClip>[0], index: number): Buffer[] {
  return soundClip(codec, index, false).templates.map(({ bytes }) => bytes.subarray(headerBytes));
}

test('two seconds are in a loop, and each packet has the bytes that its time takes', () => {
  for (const codec of ['PCMU', 'PCMA', 'G722'] as const) {
    const { templates, ticksPerFrame, clockRate } = soundClip(codec, 0, false);
    expect((templates.length * ticksPerFrame) / clockRate).toBe(2);
    expect(payloads(codec, 0).every(({ length }) => length === ticksPerFrame)).toBe(true);
  }
});

test('an access unit of AAC has its size in front of it', () => {
  for (const payload of payloads('MPEG4-GENERIC', 0)) {
    expect(payload.readUInt16BE(0)).toBe(16);
    expect(payload.readUInt16BE(2) >> 3).toBe(payload.length - 4);
  }
});

describe.skipIf(!hasFfmpeg)('by ffmpeg', () => {
  test.each([
    ['PCMU', 'mulaw', 0, 440],
    ['PCMU', 'mulaw', 4, 739.99],
    ['PCMA', 'alaw', 0, 440],
  ] as const)('%s is decoded to the tone that it was made of', (codec, format, index, hertz) => {
    const parameters = ['-v', 'error', '-f', format, '-ar', '8000', '-i', '-', '-f', 's16le', '-'];
    const { stdout } = spawnSync('ffmpeg', parameters, { input: Buffer.concat(payloads(codec, index)) });
    const samples = new Int16Array(stdout.buffer, stdout.byteOffset, stdout.length / 2);
    // Where it is loud.
    const loud = samples.slice(400, 4_400);
    const crossings = loud.filter((sample, at) => sample >= 0 && (loud[at - 1] ?? 0) < 0).length;
    expect(crossings / 0.5).toBeGreaterThan(hertz - 8);
    expect(crossings / 0.5).toBeLessThan(hertz + 8);
    expect(Math.max(...loud)).toBeGreaterThan(5_000);
    expect(Math.min(...loud)).toBeLessThan(-5_000);
  });
});
