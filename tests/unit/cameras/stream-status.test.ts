import { expect, test } from 'vitest';
import { GatehouseError } from '../../../main/base/gatehouse-error.ts';
import { nextStatus } from '../../../main/cameras/stream-status.ts';

test('dialling, playing, failing and dialling again', () => {
  const connecting = nextStatus({ state: 'idle' }, { type: 'dialling' }, 1);
  expect(connecting).toEqual({ state: 'connecting', since: 1 });
  const playing = nextStatus(connecting, { type: 'first-packet' }, 2);
  expect(playing).toEqual({ state: 'playing', since: 2 });
  const error = new GatehouseError('camera-silent', 'Gate: nothing came for 4 s.');
  const waiting = nextStatus(playing, { type: 'failed', error, retryAt: 99 }, 3);
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

test('a stream that nobody wants is idle', () => {
  expect(nextStatus({ state: 'playing', since: 2 }, { type: 'stopped' }, 3)).toEqual({ state: 'idle' });
});
