import { expect, test } from 'vitest';
import { shellWords } from '../../../main/desktop/shell-words.ts';
import { trayStatus } from '../../../main/desktop/tray-status.ts';

const english = shellWords('en', 'de');
const running = { name: 'running' } as const;

test.each([
  [0, 0, 'ok', 'No cameras yet'],
  [1, 0, 'ok', '1 camera, all well'],
  [12, 0, 'ok', '12 cameras, all well'],
  [12, 2, 'attention', '2 of 12 cameras without a picture'],
])('%i cameras, %i in trouble', (total, inTrouble, image, words) => {
  expect(trayStatus(running, { total, inTrouble }, english)).toEqual({ image, words });
});

test('without an engine nothing is well, whatever was known of the cameras', () => {
  const cameras = { total: 12, inTrouble: 0 };
  expect(trayStatus({ name: 'waiting', until: 0, reason: '' }, cameras, english).image).toBe('trouble');
  expect(trayStatus({ name: 'starting', reason: null }, cameras, english).image).toBe('attention');
});
