import { expect, test } from 'vitest';
import { type BudgetTile, ceilingsOf } from '../../../renderer/playback/ceilings.ts';

/** A tile in a row, the selected one at the left. */
function tile(number: number, facts: Partial<BudgetTile> = {}): BudgetTile {
  return {
    ...{ tile: number, comesFirst: number === 0, isAlarmed: false, area: 1, distance: number },
    wantsMain: false,
    ...facts,
  };
}

const row = [tile(0), tile(1), tile(2), tile(3)];

test('who is farthest from the selected tile is the first to get key frames only, and the selected one never', () => {
  expect(ceilingsOf(row, { mains: 4, reduced: 0, seldom: 0 })).toEqual(['main', 'sub', 'sub', 'sub']);
  expect(ceilingsOf(row, { mains: 4, reduced: 1, seldom: 0 })).toEqual(['main', 'sub', 'sub', 'key-frames']);
  expect(ceilingsOf(row, { mains: 0, reduced: 9, seldom: 0 })).toEqual([
    'main',
    'key-frames',
    'key-frames',
    'key-frames',
  ]);
});

test('small tiles are reduced before large ones, and those with an alarm last', () => {
  const tiles = [tile(0), tile(1), tile(2, { area: 4 }), tile(3, { isAlarmed: true })];
  expect(ceilingsOf(tiles, { mains: 0, reduced: 1, seldom: 0 })).toEqual([
    'main',
    'key-frames',
    'sub',
    'sub',
  ]);
  expect(ceilingsOf(tiles, { mains: 0, reduced: 2, seldom: 0 })).toEqual([
    'main',
    'key-frames',
    'key-frames',
    'sub',
  ]);
});

test('main streams go to those that keep their pictures longest, of those that want one', () => {
  const tiles = [tile(0), tile(1), tile(2, { wantsMain: true }), tile(3, { wantsMain: true })];
  expect(ceilingsOf(tiles, { mains: 1, reduced: 0, seldom: 0 })).toEqual(['main', 'sub', 'main', 'sub']);
});

test('tiles that show nothing have no place in it', () => {
  expect(ceilingsOf([tile(3)], { mains: 4, reduced: 1, seldom: 0 })[3]).toBe('key-frames');
});

test('those that come last of all get their key frames seldom', () => {
  expect(ceilingsOf(row, { mains: 0, reduced: 3, seldom: 1 })).toEqual([
    'main',
    'key-frames',
    'key-frames',
    'seldom',
  ]);
});
