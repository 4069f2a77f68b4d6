import { expect, test } from 'vitest';
import { CameraMirror } from '../../../renderer/state/camera-mirror.svelte.ts';
import { testCamera } from '../../support/test-camera.ts';

test('a status replaces the one before; a new snapshot forgets what is not in it', () => {
  const mirror = new CameraMirror();
  const gate = testCamera(1);
  const status = { cameraId: gate.id, profile: 'sub', status: { state: 'playing', since: 1 } } as const;
  mirror.apply({ type: 'snapshot', cameras: [gate], statuses: [] });
  mirror.apply({ type: 'status', status });
  expect(mirror.status(gate.id, 'sub')).toEqual({ state: 'playing', since: 1 });
  expect(mirror.status(gate.id, 'main')).toBeUndefined();
  mirror.apply({ type: 'snapshot', cameras: [], statuses: [] });
  expect(mirror.status(gate.id, 'sub')).toBeUndefined();
  expect(mirror.cameras).toEqual([]);
});

test('cameras come, go and change places as the engine says', () => {
  const mirror = new CameraMirror();
  const [a, b, c] = [
    testCamera(1, { group: 'Yard' }),
    testCamera(2, { group: 'Hall' }),
    testCamera(3, { group: 'Yard' }),
  ];
  mirror.apply({ type: 'snapshot', cameras: [a, b], statuses: [] });
  mirror.apply({ type: 'camera', camera: c });
  mirror.apply({ type: 'order', cameraIds: [c.id, b.id, a.id] });
  expect(mirror.cameras.map(({ number }) => number)).toEqual([3, 2, 1]);
  expect(mirror.groups).toEqual(['Yard', 'Hall']);
  mirror.apply({ type: 'removed', cameraId: b.id });
  mirror.apply({ type: 'camera', camera: { ...a, name: 'Gate' } });
  expect(mirror.cameras.map(({ name }) => name)).toEqual(['Camera 3', 'Gate']);
});

test('a camera is what its small stream is, unless only the large one is being watched', () => {
  const mirror = new CameraMirror();
  const gate = testCamera(1);
  mirror.apply({ type: 'snapshot', cameras: [gate], statuses: [] });
  const say = (profile: 'main' | 'sub', state: 'playing' | 'standby') =>
    mirror.apply({ type: 'status', status: { cameraId: gate.id, profile, status: { state, since: 1 } } });
  expect(mirror.overallStatus(gate)).toEqual({ state: 'idle' });
  say('sub', 'standby');
  expect(mirror.overallStatus(gate).state).toBe('standby');
  say('main', 'playing');
  expect(mirror.overallStatus(gate).state).toBe('playing');
  say('main', 'standby');
  say('sub', 'playing');
  expect(mirror.overallStatus(gate).state).toBe('playing');
});
