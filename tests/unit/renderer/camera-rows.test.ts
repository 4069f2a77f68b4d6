import { expect, test } from 'vitest';
import { groupRows, searchCameras } from '../../../renderer/cameras/camera-rows.ts';
import { findSettings } from '../../../renderer/settings/setting-search.ts';
import { testCamera } from '../../support/test-camera.ts';

const cameras = [
  testCamera(1, { name: 'Haupttür', group: 'Süd' }),
  testCamera(12, { name: 'Car park', group: 'Outside' }),
  testCamera(2, { name: 'Roof 1', group: '', mainUrl: 'rtsp://192.0.2.77/main' }),
  testCamera(3, { name: 'Park gate', group: 'Outside' }),
];
const numbers = (query: string) => searchCameras(cameras, query).map(({ number }) => number);

test.each([
  ['', [1, 12, 2, 3]],
  ['hauptTUR', [1]],
  ['sud', [1]],
  ['park', [12, 3]],
  ['out gate', [3]],
  ['0.2.77', [2]],
  ['nowhere', []],
])('"%s" finds %j', (query, expected) => {
  expect(numbers(query)).toEqual(expected);
});

test('a number finds the camera that has it first of all', () => {
  expect(numbers('1')).toEqual([1, 12, 2, 3].filter((number) => numbers('1').includes(number)));
  expect(numbers('12')[0]).toBe(12);
  expect(numbers(' 2 ')[0]).toBe(2);
});

test('groups follow the cameras without one, in the order of their first cameras', () => {
  const rows = groupRows(cameras).map((row) =>
    row.kind === 'group' ? `${row.group} ${row.count}` : row.camera.number,
  );
  expect(rows).toEqual([' 1', 2, 'Süd 1', 1, 'Outside 2', 12, 3]);
});

test('where no camera has a group there are no headings', () => {
  const ungrouped = cameras.map((camera) => ({ ...camera, group: '' }));
  expect(groupRows(ungrouped).map(({ kind }) => kind)).toEqual(cameras.map(() => 'camera'));
});

test('a setting is found by any of its words', () => {
  const settings = [
    { id: 'clock', words: 'Clock In the bar.' },
    { id: 'fit', words: 'Pictures Whole or filled' },
  ];
  expect([...findSettings(settings, 'BAR clo')]).toEqual(['clock']);
  expect([...findSettings(settings, '')]).toEqual(['clock', 'fit']);
  expect([...findSettings(settings, 'sound')]).toEqual([]);
});
