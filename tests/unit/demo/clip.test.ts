import { stat } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clipFile, loadClip, parseClip, scenes } from '../../../main/demo/clip.ts';
import { LiveSource } from '../../../main/demo/live-source.ts';

const folder = path.resolve(import.meta.dirname, '../../../build/clips');
const all = scenes.flatMap((_scene, index) => [
  ['main', 2, index] as const,
  ['sub', 2, index] as const,
  ...(index === 0
    ? ([
        ['main', 10, 0],
        ['sub', 10, 0],
      ] as const)
    : []),
]);

test.each(all)(
  'the %s clip with %i s from key frame to key frame of scene %i is what cameras send',
  (profile, gop, scene) => {
    const { frames, sps } = loadClip(scene, profile, gop);
    expect(frames).toHaveLength(300);
    expect(frames.flatMap((frame, index) => (frame.keyFrame ? [index] : []))).toEqual(
      Array.from({ length: 300 / (gop * 15) }, (_, index) => index * gop * 15),
    );
    // profile_idc 100 is High; slices of type B would need reordering.
    expect(sps[1]).toBe(100);
  },
);

test('all clips together are within eight megabytes', async () => {
  const sizes = await Promise.all(
    all.map(
      async ([profile, gop, scene]) => (await stat(path.join(folder, clipFile(scene, profile, gop)))).size,
    ),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(8 * 1024 * 1024);
});

test('what does not begin with a key frame is no clip', () => {
  expect(() => parseClip(Buffer.from([0, 0, 1, 9, 0x10, 0, 0, 1, 0x41, 1]))).toThrow('key frame');
});

test('a loop has no jump in its timestamps', () => {
  const source = new LiveSource(loadClip(0, 'sub', 2), 0);
  const ticks = [...source.due(25_000)].map((frame) => frame.ticks);
  expect(ticks.length).toBeGreaterThan(300);
  expect(new Set(ticks.slice(1).map((value, index) => value - (ticks[index] ?? 0)))).toEqual(
    new Set([6_000]),
  );
});

const startCode = fc.constantFrom(Buffer.from([0, 0, 1]), Buffer.from([0, 0, 0, 1]));
/** Emulation prevention keeps start codes out of NAL units; they end in a byte that is not zero. */
const nalUnit = (types: number[]) =>
  fc
    .tuple(fc.constantFrom(...types), fc.uint8Array({ maxLength: 12 }))
    .map(([type, body]) => Buffer.from([0x60 | type, ...body.filter((byte) => byte > 1), 0x80]));

test('the NAL units of each picture come out as they went in, whatever the length of the start codes', () => {
  const delimiter = Buffer.from([9, 0x10]);
  const keyPicture = fc.tuple(nalUnit([7]), nalUnit([8]), nalUnit([5]));
  const pictures = fc.array(fc.array(nalUnit([1, 6]), { minLength: 1, maxLength: 3 }), { maxLength: 5 });
  fc.assert(
    fc.property(keyPicture, pictures, startCode, (first, others, code) => {
      const all = [first, ...others];
      const stream = all.flatMap((units) => [delimiter, ...units]).flatMap((unit) => [code, unit]);
      const { frames, sps, pps } = parseClip(Buffer.concat(stream));
      expect(frames.map(({ nalUnits }) => nalUnits)).toEqual(all);
      expect(frames.map(({ keyFrame }) => keyFrame)).toEqual(all.map((units) => units === first));
      expect([sps, pps]).toEqual(first.slice(0, 2));
    }),
    { numRuns: 1_000, seed: 1 },
  );
});

test('whatever a file holds, it is a clip or none', () => {
  const part = fc.oneof(startCode, nalUnit([1, 5, 7, 8, 9]), fc.uint8Array({ maxLength: 4 }));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      try {
        expect(parseClip(Buffer.concat(parts)).frames[0]?.keyFrame).toBe(true);
      } catch (error) {
        expect(String(error)).toContain('must begin with a key frame');
      }
    }),
    { numRuns: 100_000, seed: 1 },
  );
});
