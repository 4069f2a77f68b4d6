import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { GatehouseError } from '../../../main/base/gatehouse-error.ts';
import { Secret } from '../../../main/base/secret.ts';
import { editedCamera, newCamera, streamKey } from '../../../main/cameras/camera-input.ts';
import type { StoredCamera } from '../../../main/store/camera-table.ts';

const stored: StoredCamera = {
  id: randomUUID(),
  number: 4,
  name: 'Gate',
  group: '',
  mainUrl: 'rtsp://192.0.2.1/main',
  subUrl: 'rtsp://192.0.2.1/sub',
  onvifUrl: 'http://192.0.2.1/onvif/device_service',
  username: 'guard',
  password: new Secret('right'),
  connection: 'on-demand',
  transport: 'automatic',
  workingTransport: null,
  certificate: null,
  digestOnly: false,
  mayStandStill: false,
  order: 0,
};

function refused(work: () => unknown): GatehouseError {
  try {
    work();
  } catch (error) {
    if (error instanceof GatehouseError) return error;
  }
  throw new Error('not refused');
}

test('a stored password is not taken along to another host, neither by the main nor by the small nor by the ONVIF address', () => {
  const changes = [
    { mainUrl: 'rtsp://192.0.2.99/main' },
    { subUrl: 'rtsp://192.0.2.99/sub' },
    { onvifUrl: 'http://192.0.2.99/' },
  ];
  for (const change of changes) {
    const error = refused(() => editedCamera(stored, change));
    expect(error.code).toBe('bad-input');
    expect(error.issues.map(({ path }) => path)).toContain('password');
  }
});

test('with the password typed again the address may be on any host', () => {
  const edited = editedCamera(stored, { mainUrl: 'rtsp://192.0.2.99/main', subUrl: null, password: 'new' });
  expect(edited).toMatchObject({ mainUrl: 'rtsp://192.0.2.99/main', subUrl: null, username: 'guard' });
  expect(edited.password?.reveal()).toBe('new');
});

test('another path or port on the same host keeps the password', () => {
  const edited = editedCamera(stored, { mainUrl: 'rtsp://192.0.2.1:8554/other' });
  expect(edited.password?.reveal()).toBe('right');
});

test('null takes user and password away; what is left out stays', () => {
  const edited = editedCamera(stored, { username: null, password: null, name: 'Yard' });
  expect(edited).toEqual({ ...stored, name: 'Yard', username: null, password: null });
});

test('a small address that is the main one is no sub-stream', () => {
  const input = { name: 'Gate', group: '', mainUrl: 'rtsp://h/a', subUrl: 'rtsp://H:554/a' };
  expect(newCamera(input, 'always')).toMatchObject({ subUrl: null, connection: 'always' });
});

test.each([
  ['rtsp://Gate.local/a', 'rtsp://gate.LOCAL:554/a', true],
  ['rtsp://gate/', 'rtsp://gate', true],
  ['rtsp://gate/a', 'rtsp://gate/A', false],
  ['rtsp://gate/a?x=1', 'rtsp://gate/a?x=2', false],
  ['rtsp://gate:8554/a', 'rtsp://gate/a', false],
  ['rtsp://[::1]/a', 'rtsp://[::1]:554/a', true],
])('%s and %s are the same stream: %s', (a, b, same) => {
  expect(streamKey(a) === streamKey(b)).toBe(same);
});
