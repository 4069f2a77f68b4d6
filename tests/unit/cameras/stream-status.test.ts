import { expect, test } from 'vitest';
import { GatehouseError } from '../../../main/base/gatehouse-error.ts';
import { nextStatus } from '../../../main/cameras/stream-status.ts';

const error = new GatehouseError('camera-silent', 'Gate: nothing came for 4 s.');
const waiting = nextStatus({ state: 'playing', since: 2 }, { type: 'failed', error, retryAt: 99 }, 3);

test('dialling, playing, failing and dialling again', () => {
  const connecting = nextStatus({ state: 'idle' }, { type: 'dialling' }, 1);
  expect(connecting).toEqual({ state: 'connecting', since: 1 });
  expect(nextStatus(connecting, { type: 'first-packet' }, 2)).toEqual({ state: 'playing', since: 2 });
  expect(waiting).toEqual({
    state: 'waiting',
    since: 3,
    until: 99,
    error: { code: 'camera-silent', message: 'Gate: nothing came for 4 s.' },
  });
  expect(nextStatus(waiting, { type: 'dialling' }, 4)).toEqual({ state: 'connecting', since: 4 });
});

test('the second and all later packets change nothing', () => {
  const playing = { state: 'playing', since: 2 } as const;
  expect(nextStatus(playing, { type: 'first-packet' }, 3)).toBe(playing);
});

test('what is missing is told once, stays with what is known of the pictures, and ends with the connection', () => {
  const playing = { state: 'playing', since: 2 } as const;
  const missing = nextStatus(playing, { type: 'missing', missing: 'packets' }, 3);
  expect(missing).toEqual({ state: 'playing', since: 2, missing: 'packets' });
  expect(nextStatus(missing, { type: 'missing', missing: 'packets' }, 4)).toBe(missing);
  const described = { type: 'described', remarks: [], shape: 1.5, audio: null } as const;
  expect(nextStatus(missing, described, 4)).toEqual({ ...missing, shape: 1.5 });
  expect(nextStatus(missing, { type: 'missing', missing: null }, 5)).toEqual(playing);
  expect(nextStatus(playing, { type: 'missing', missing: null }, 5)).toBe(playing);
  expect(nextStatus(missing, { type: 'failed', error, retryAt: 99 }, 6)).toMatchObject({ state: 'waiting' });
  expect(nextStatus({ state: 'idle' }, { type: 'missing', missing: 'packets' }, 6)).toEqual({
    state: 'idle',
  });
});

test('a stream that nobody wants any more is ready if it played, and unknown if it was only dialled', () => {
  const stopped = { type: 'stopped' } as const;
  expect(nextStatus({ state: 'playing', since: 2 }, stopped, 3)).toEqual({ state: 'standby', since: 3 });
  expect(nextStatus({ state: 'connecting', since: 2 }, stopped, 3)).toEqual({ state: 'idle' });
});

test('what was wrong stays wrong when nobody watches any more, until somebody has asked again', () => {
  expect(nextStatus(waiting, { type: 'stopped' }, 4)).toBe(waiting);
  const standby = nextStatus(waiting, { type: 'answered' }, 5);
  expect(standby).toEqual({ state: 'standby', since: 5 });
  expect(nextStatus(standby, { type: 'answered' }, 6)).toBe(standby);
  expect(nextStatus(standby, { type: 'forgotten' }, 7)).toEqual({ state: 'idle' });
});
