import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import type { Event } from '../../main/contract/event.ts';
import { defaultLayoutId } from '../../main/contract/limits.ts';
import { ownerUserId } from '../../main/contract/rights.ts';
import { openStore } from '../../main/store/store.ts';

const log = createLog('silent');
/** Written by the releases themselves; never changed. */
const saved = path.resolve(import.meta.dirname, '../support/databases');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-migrations-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('a database of the first release opens with everything that was in it', async () => {
  await copyFile(path.join(saved, 'version-1.db'), path.join(folder, 'gatehouse.db'));
  await copyFile(path.join(saved, 'version-1.key'), path.join(folder, 'secret.key'));
  using store = openStore({ folder, log });
  expect(store.recovery).toBeNull();
  const cameras = store.cameras.list();
  expect(cameras.map(({ id, password, ...camera }) => ({ ...camera, password: password?.reveal() }))).toEqual(
    [
      {
        name: 'Gate',
        number: 1,
        group: 'Outside',
        mainUrl: 'rtsp://192.0.2.10/main',
        subUrl: 'rtsp://192.0.2.10/sub',
        onvifUrl: null,
        username: 'guard',
        password: 'first-light-password',
        connection: 'on-demand',
        transport: 'automatic',
        workingTransport: null,
        certificate: null,
        digestOnly: false,
        mayStandStill: false,
        order: 0,
      },
      {
        name: 'Corridor',
        number: 12,
        group: '',
        mainUrl: 'rtsp://192.0.2.11:8554/live',
        subUrl: null,
        onvifUrl: null,
        username: null,
        password: undefined,
        connection: 'on-demand',
        transport: 'automatic',
        workingTransport: null,
        certificate: null,
        digestOnly: false,
        mayStandStill: false,
        order: 1,
      },
    ],
  );
  const [gate, corridor] = cameras;
  expect(store.layouts.list()).toEqual([
    { id: defaultLayoutId, name: 'All cameras', grid: '9', tiles: [] },
    {
      id: '7b0c1f0e-3c7b-4a6e-9d5e-0d6d1b7f6a01',
      name: 'Night',
      grid: '4',
      tiles: [corridor?.id, null, gate?.id],
    },
  ]);
  // A session of a browser goes on, as the owner's: its hash is still there.
  expect(store.sessions.find(Buffer.alloc(32, 7))).toMatchObject({ userId: ownerUserId });
  expect(store.users.list()).toEqual([
    {
      ...{ id: ownerUserId, name: 'Owner', roleId: 'owner', disabled: false },
      ...{ passwordHash: null, sealedTotpKey: null },
    },
  ]);
});

test('a new database has the wall of all cameras and the default settings', () => {
  using store = openStore({ folder, log });
  expect(store.layouts.list()).toEqual([
    { id: defaultLayoutId, name: 'All cameras', grid: 'auto', tiles: [] },
  ]);
  expect(store.settings.settings).toMatchObject({ siteName: '', newCameraConnection: 'on-demand' });
  expect(store.settings.demoCameras).toBe(0);
  expect(store.notices.list()).toEqual([]);
});

test('a database of the second release opens with everything that was in it, and has room for events', async () => {
  await copyFile(path.join(saved, 'version-2.db'), path.join(folder, 'gatehouse.db'));
  await copyFile(path.join(saved, 'version-2.key'), path.join(folder, 'secret.key'));
  using store = openStore({ folder, log });
  expect(store.recovery).toBeNull();
  const [gate, ...others] = store.cameras.list();
  expect(others).toEqual([]);
  expect(gate).toMatchObject({ name: 'Gate', username: 'guard', connection: 'always', onvifUrl: null });
  expect(gate?.password?.reveal()).toBe('second-light-password');
  const cameraId = gate?.id ?? '';
  expect(store.history.changes(cameraId, 'sub', 0)).toEqual([
    { at: 1_900_000_000_000, state: 'playing', code: null },
  ]);
  expect(store.layouts.list().map(({ name }) => name)).toEqual(['All cameras', 'Night']);
  expect(store.settings.demoCameras).toBe(3);
  const event: Event = {
    ...{
      id: 1,
      cameraId,
      kind: 'motion',
      source: '',
      detail: '',
      count: 2,
      firstAt: 1,
      lastAt: 2,
      endedAt: 3,
    },
    ...{ alarm: true, acknowledged: { at: 4, by: 'Owner', note: 'a fox' } },
  };
  store.events.write([event], 0);
  expect(store.events.list({ limit: 10 })).toEqual([event]);
});

test('a database of the fourth step opens with everything that was in it, and has room for identities', async () => {
  await copyFile(path.join(saved, 'version-4.db'), path.join(folder, 'gatehouse.db'));
  await copyFile(path.join(saved, 'version-4.key'), path.join(folder, 'secret.key'));
  using store = openStore({ folder, log });
  expect(store.recovery).toBeNull();
  const [gate] = store.cameras.list();
  expect(gate).toMatchObject({
    ...{ name: 'Gate', transport: 'udp', workingTransport: 'udp', digestOnly: false, mayStandStill: false },
    ...{ onvifUrl: 'http://192.0.2.10/onvif/device_service', certificate: Array(32).fill('4F').join(':') },
  });
  expect(gate?.password?.reveal()).toBe('fourth-light-password');
  expect(store.events.list({ limit: 10 })).toMatchObject([
    { kind: 'motion', source: 'Door', count: 1, alarm: false, acknowledged: null },
  ]);
  expect(store.notices.list()).toEqual([
    {
      id: '7b0c1f0e-3c7b-4a6e-9d5e-0d6d1b7f6a01',
      ...{ at: 1_900_000_000_000, kind: 'backup-failed', message: 'The disk is full.' },
    },
  ]);
  const identity = { cameraId: gate?.id ?? '', address: '192.0.2.10', uuid: null, mac: null, serial: 'A1' };
  store.identities.save(identity);
  expect(store.identities.list()).toEqual([identity]);
});
