import { expect, test } from 'vitest';
import { WallVoice } from '../../../renderer/wall/wall-voice.svelte.ts';

const settled = () => new Promise<void>((resolve) => queueMicrotask(resolve));

test('a picture that is lost is said once, and when it is back', async () => {
  const voice = new WallVoice();
  voice.tell(0, 'Camera 1, Gate', undefined);
  voice.tell(0, 'Camera 1, Gate', null);
  await settled();
  expect(voice.said).toBe('');
  voice.tell(0, 'Camera 1, Gate', 'Same picture');
  voice.tell(0, 'Camera 1, Gate', 'Same picture');
  await settled();
  expect(voice.said).toBe('Camera 1, Gate: same picture');
  voice.tell(0, 'Camera 1, Gate', undefined);
  voice.tell(0, 'Camera 1, Gate', null);
  await settled();
  expect(voice.said).toBe('Camera 1, Gate: live again');
});

test('many at once are a number', async () => {
  const voice = new WallVoice();
  for (const tile of [0, 1, 2]) voice.tell(tile, `Camera ${tile}, Gate`, 'No picture');
  await settled();
  expect(voice.said).toBe('3 pictures are not live');
  for (const tile of [0, 1, 2]) voice.tell(tile, `Camera ${tile}, Gate`, null);
  await settled();
  expect(voice.said).toBe('All pictures are live again');
});

test('another camera in the tile is not the lost one that is back', async () => {
  const voice = new WallVoice();
  voice.tell(0, 'Camera 1, Gate', 'No picture');
  await settled();
  voice.tell(0, 'Camera 2, Yard', null);
  await settled();
  expect(voice.said).toBe('Camera 1, Gate: no picture');
});
