import { expect, test } from 'vitest';
import { toPixels } from '../../../renderer/playback/picture-reader.ts';
import { gridColumns, type PictureSample, samplePixels } from '../../../renderer/playback/picture-sample.ts';

const [width, height] = [64, 36];
/** A slope of brightness, in colour or not. */
const brightness = (column: number) => 20 + column * 3;

function planes(format: 'I420' | 'NV12' | 'I444', u: number, v: number): PictureSample {
  const halved = format === 'I444' ? 1 : 2;
  const data = new Uint8Array(width * height * 3).fill(u);
  for (let at = 0; at < width * height; at++) data[at] = brightness(at % width);
  const layout = [{ offset: 0, stride: width }];
  const colours = (width / halved) * (height / halved);
  if (format === 'NV12') {
    for (let at = 0; at < colours; at++) data[width * height + 2 * at + 1] = v;
    layout.push({ offset: width * height, stride: width });
  } else {
    data.fill(v, width * height + colours);
    layout.push({ offset: width * height, stride: width / halved });
    layout.push({ offset: width * height + colours, stride: width / halved });
  }
  return sample(format, layout, data);
}

function pixels(format: 'RGBA' | 'BGRX', red: number, blue: number): PictureSample {
  const data = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    const green = brightness(at % width);
    const [first, third] = format === 'RGBA' ? [red, blue] : [blue, red];
    data.set([green + first, green, green + third, 255], at * 4);
  }
  return sample(format, [{ offset: 0, stride: width * 4 }], data);
}

function sample(format: string, layout: PlaneLayout[], data: Uint8Array): PictureSample {
  const found = toPixels(format, layout, data, width, height);
  if (found === undefined) throw new Error(format);
  return samplePixels(found, 1);
}

test('brightness and colour are found in all formats that decoders give', () => {
  const samples = [
    planes('I420', 128, 128),
    planes('NV12', 128, 128),
    planes('I444', 128, 128),
    pixels('RGBA', 0, 0),
    pixels('BGRX', 0, 0),
  ];
  for (const { luma, colour } of samples) {
    expect(luma).toEqual(samples[0]?.luma);
    expect(colour).toBe(0);
  }
  expect([luma(0), luma(gridColumns - 1)]).toEqual([21, 207]);
  expect(planes('I420', 140, 128).colour).toBe(12);
  expect(planes('I444', 128, 100).colour).toBe(28);
  expect(planes('NV12', 128, 150).colour).toBe(22);
  expect(pixels('RGBA', 9, 0).colour).toBe(9);
  expect(toPixels('P010', [], new Uint8Array(), width, height)).toBeUndefined();

  function luma(column: number): number | undefined {
    return samples[0]?.luma[column];
  }
});

test('one pixel that is one brighter is another picture', () => {
  const data = new Uint8Array(width * height * 2).fill(100);
  const layout = [0, 1, 2].map((plane) => ({ offset: plane * width * height * 0.5, stride: width }));
  const before = sample('I420', layout, data).hash;
  expect(sample('I420', layout, data).hash).toBe(before);
  for (const at of [0, 5, width - 1, width * height - 1]) {
    data[at] = 101;
    expect(sample('I420', layout, data).hash).not.toBe(before);
    data[at] = 100;
  }
});
