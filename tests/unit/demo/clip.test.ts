import { stat } from 'node:fs/promises';
import path from 'node:path';
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
