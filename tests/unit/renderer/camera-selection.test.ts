import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCameras, selectCameras, selectionText } from '../../../renderer/cameras/camera-selection.ts';
import { testCamera } from '../../support/test-camera.ts';

const cameras = [
  testCamera(1, { name: 'Gate', group: 'Outside' }),
  testCamera(2, { name: 'Yard', group: 'Outside' }),
  testCamera(7, { name: 'Café' }),
  testCamera(12, { name: 'Hall', group: 'Inside' }),
];
const numbers = (text: string) => selectCameras(text, cameras).cameras.map(({ number }) => number);

test('cameras are named by numbers, ranges, names and groups, each once and in that order', () => {
  expect(numbers('7, 1-2')).toEqual([7, 1, 2]);
  expect(numbers('inside, cafe, 12, 2 – 9')).toEqual([12, 7, 2]);
  expect(numbers('OUTSIDE')).toEqual([1, 2]);
});

test('what names no camera is said', () => {
  expect(selectCameras('3, 1, Roof, 9-5', cameras)).toMatchObject({ unknown: ['3', 'Roof', '9-5'] });
  expect(selectCameras('1-99999', cameras).unknown).toEqual(['1-99999']);
  expect(selectCameras(' , ', cameras)).toEqual({ cameras: [], unknown: [] });
});

test('the search takes names, words, numbers, ranges and groups', () => {
  const found = (query: string) => findCameras(cameras, query).map(({ number }) => number);
  expect([found('7').slice(0, 1), found('out'), found('gate'), found('2-9, inside')]).toEqual([
    [7],
    [1, 2],
    [1],
    [2, 7, 12],
  ]);
  expect([found('1, roof'), found('x-ray'), found('')]).toEqual([[], [], [1, 2, 7, 12]]);
});

test('the text of a selection selects the same again', () => {
  expect(selectionText([1, 2, 3, 7, 9, 10].map((number) => ({ number })))).toBe('1-3, 7, 9, 10');
  const many = Array.from({ length: 40 }, (_, index) => testCamera(index + 1));
  fc.assert(
    fc.property(fc.shuffledSubarray(many), (chosen) => {
      expect(selectCameras(selectionText(chosen), many).cameras).toEqual(chosen);
    }),
  );
});
