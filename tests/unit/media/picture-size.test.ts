import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nalType, nalUnitType, splitAtStartCodes } from '../../../main/media/h264.ts';
import { parsePictureSize } from '../../../main/media/picture-size.ts';

const clips = path.resolve(import.meta.dirname, '../../../build/clips');

test.each([
  // As cameras send them: Hikvision (High, cropped from 1088 lines), Axis (Baseline), an interlaced encoder.
  ['Z00AKZpmA8ARPyzUBAQFAAADA+gAAMNQBA==', 1920, 1080],
  ['Z0IAKeKQFgJNgScFBweJEVA=', 704, 576],
  ['Z0LAHtoCgL/lwFqAgICgAAB9IAAdTBHixdQ=', 640, 360],
  ['Z01AHpWgKA9oQAAAAwBAAAAPGPFi2CA=', 640, 480],
])('an SPS gives the size of its pictures (%s)', (sps, width, height) => {
  const size = parsePictureSize(Buffer.from(sps, 'base64'));
  expect.soft(size).toMatchObject({ width, height });
});

test.each([
  // From x264: 704x576 with --sar 16:11 (PAL for 16:9), and 640x360 with three B-frames.
  ['anamorphic pictures', 'Z0LAHtkAsBJsEEAAAAMAQAAAB4PFi5I=', { pixelAspect: 16 / 11 }],
  ['square pixels', 'Z2QAFqzZQKAv+XARAAADAAEAAAMAHg8WLZY=', { pixelAspect: 1, reorderedFrames: 2 }],
])('%s are known by the SPS', (_name, sps, traits) => {
  expect(parsePictureSize(Buffer.from(sps, 'base64'))).toMatchObject(traits);
});

test('bytes behind an SPS change nothing (Reolink)', () => {
  const sps = Buffer.from('Z01AHpWgKA9oQAAAAwBAAAAPGPFi2CA=', 'base64');
  const spoilt = Buffer.concat([sps, Buffer.from([0xff, 0x52, 0x00, 0x81])]);
  expect(parsePictureSize(spoilt)).toEqual(parsePictureSize(sps));
});

test('the clips of the virtual cameras have the sizes that they say', async () => {
  const sizes = new Set<string>();
  for (const file of (await readdir(clips)).filter((name) => name.endsWith('.h264'))) {
    const nalUnits = splitAtStartCodes(await readFile(path.join(clips, file)));
    const sps = nalUnits.find((nalUnit) => nalUnitType(nalUnit) === nalType.sps);
    if (sps === undefined) throw new Error(`no SPS in ${file}`);
    const size = parsePictureSize(sps);
    expect(size, file).toMatchObject(
      file.includes('main') ? { width: 1280, height: 720 } : { width: 640, height: 360 },
    );
    sizes.add(JSON.stringify(size));
  }
  expect(sizes.size).toBe(2);
});

test('no bytes at all make it fail or hang, and a size that it gives is one that a picture can have', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const size = parsePictureSize(Buffer.from(bytes));
      if (size === undefined) return;
      expect(size.width).toBeGreaterThan(0);
      expect(size.height).toBeGreaterThan(0);
      expect(Math.max(size.width, size.height)).toBeLessThanOrEqual(2 * 16_384);
      expect(size.pixelAspect).toBeGreaterThanOrEqual(1 / 4);
      expect(size.pixelAspect).toBeLessThanOrEqual(4);
    }),
    { numRuns: 10_000 },
  );
});
