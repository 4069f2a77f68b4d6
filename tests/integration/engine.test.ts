import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { startEngine } from '../../main/engine/engine.ts';
import type { ApiClient } from '../support/api-harness.ts';
import { WeriftWindow } from '../support/werift-window.ts';

const log = createLog('silent');
let owned: AsyncDisposableStack;
let dataFolder: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  dataFolder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-engine-'));
  owned.defer(() => rm(dataFolder, { recursive: true, force: true }));
});
afterEach(async () => {
  await owned.disposeAsync();
});

test('demo cameras keep their place and get their new addresses at the next start', async () => {
  const camera = (port: number) => ({
    name: 'Gate',
    group: 'Demo',
    mainUrl: `rtsp://127.0.0.1:${port}/main`,
    subUrl: `rtsp://127.0.0.1:${port}/sub`,
    onvifUrl: `http://127.0.0.1:${port}/onvif/device_service`,
  });
  const first = await startEngine({ dataFolder, http: null, log, demoCameras: [camera(1)] });
  const [before] = first.cameras.list();
  await first[Symbol.asyncDispose]();
  const second = owned.use(await startEngine({ dataFolder, http: null, log, demoCameras: [camera(2)] }));
  expect(second.cameras.list()).toEqual([{ ...before, ...camera(2) }]);
});

test('what a camera reported and had not ended is over after the next start, which is told itself', async () => {
  const first = await startEngine({ dataFolder, http: null, log });
  const { id: cameraId } = first.cameras.add({
    name: 'Gate',
    mainUrl: 'rtsp://127.0.0.1:1/x',
    group: '',
    subUrl: null,
  });
  first.events.add({ cameraId, kind: 'tamper', state: 'begin', at: Date.now() });
  await first[Symbol.asyncDispose]();
  const second = owned.use(await startEngine({ dataFolder, http: null, log }));
  const kinds = (kind: 'tamper' | 'engine-restarted') => second.events.list({ kind, limit: 10 }).events;
  expect(kinds('tamper')).toMatchObject([{ alarm: true, endedAt: expect.any(Number) }]);
  expect(kinds('engine-restarted')).toMatchObject([{ detail: 'It had been closed.' }]);
});

test('a window that closes its port takes its viewer along, and its camera is given back', async () => {
  const { cameras } = owned.use(await startVirtualCameras({ count: 1 }));
  const [camera] = cameras;
  if (camera === undefined) throw new Error('no camera');
  const engine = owned.use(await startEngine({ dataFolder, http: null, log }));
  const stored = engine.cameras.add({
    name: 'Gate',
    group: '',
    mainUrl: camera.mainUrl,
    subUrl: camera.subUrl,
  });
  const { port1, port2 } = new MessageChannel();
  engine.servePort(port1);
  const client: ApiClient = createORPCClient(new RPCLink({ port: port2 }));
  port2.start();
  await client.viewer.open({ slots: 1 });
  while ([...engine.viewers.viewers].length === 0) await new Promise(setImmediate);
  const [viewer] = engine.viewers.viewers;
  if (viewer === undefined) throw new Error('no viewer');
  await client.viewer.show({
    viewerId: viewer.id,
    bindings: [{ slot: 0, cameraId: stored.id, profile: 'sub' }],
  });
  while (camera.statistics.playing.sub === 0) await new Promise(setImmediate);
  port2.close();
  while ([...engine.viewers.viewers].length > 0) await new Promise(setImmediate);
  expect(viewer.slots[0]?.mapping.stream).toBeUndefined();
});

test('one engine brings a real picture from a camera to a window, packet by packet', async () => {
  const { cameras } = owned.use(await startVirtualCameras({ count: 1 }));
  const engine = owned.use(await startEngine({ dataFolder, http: null, log }));
  const [camera] = cameras;
  if (camera === undefined) throw new Error('no camera');
  const stored = engine.cameras.add({
    name: 'Gate',
    group: '',
    mainUrl: camera.mainUrl,
    subUrl: camera.subUrl,
  });
  const viewer = await engine.viewers.open(1);
  const window = owned.use(new WeriftWindow(viewer));
  await window.negotiate();
  viewer.bind(0, engine.cameras.lease(stored.id, 'sub'));
  await window.until(() => window.packetsOf(0).length >= 40);
  const packets = window.packetsOf(0);
  // A STAP-A with SPS and PPS comes first: a decoder can start at the very first packet.
  expect((packets[0]?.payload[0] ?? 0) & 0x1f).toBe(24);
  expect((packets[0]?.payload[3] ?? 0) & 0x1f).toBe(7);
  expect(Math.max(...packets.map((packet) => packet.payload.length))).toBeLessThanOrEqual(1_164);
});

test('an engine that is disposed has closed everything, and the folder can be used again', async () => {
  for (let round = 0; round < 2; round++) {
    const engine = await startEngine({ dataFolder, http: null, log });
    await engine.viewers.open(1);
    await engine[Symbol.asyncDispose]();
    expect([...engine.viewers.viewers]).toEqual([]);
  }
});
