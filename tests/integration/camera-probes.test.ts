import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { parseCameraFile } from '../../main/cameras/camera-file.ts';
import type { CameraRegistry } from '../../main/cameras/camera-registry.ts';
import type { StreamProfile } from '../../main/contract/camera.ts';
import type { LiveStream } from '../../main/media/live-stream.ts';
import { openStore, type Store } from '../../main/store/store.ts';
import {
  RawServer,
  type StatusWatch,
  until,
  virtualCamera,
  virtualCameras,
} from '../support/camera-scene.ts';
import {
  addVirtual,
  look,
  pass,
  passPlaying,
  startRegistry,
  untilPlaying,
} from '../support/registry-scene.ts';
import { h264Description, reply, ScriptedRtspServer } from '../support/scripted-rtsp-server.ts';

const log = createLog('silent');
const round = 30_000;

let owned: AsyncDisposableStack;
let store: Store;
let registry: CameraRegistry;
let watch: StatusWatch;

/** The clocks stand still but for `pass`; sockets are real. */
beforeEach(async () => {
  owned = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-probes-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  vi.useFakeTimers({
    toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'],
  });
  store = owned.use(openStore({ folder, log }));
  start();
});
afterEach(async () => {
  await owned.disposeAsync();
  vi.useRealTimers();
});

/** Starts, or starts again, over the same store. */
function start(): void {
  ({ registry, watch } = startRegistry(owned, store));
}

function streamOf(cameraId: string, profile: StreamProfile): LiveStream {
  using lease = registry.lease(cameraId, profile);
  return lease.stream;
}

const states = (cameraId: string, profile: StreamProfile) =>
  watch.of(cameraId, profile).map(({ state }) => state);

test('a camera that nobody watches is on standby after it was asked, without a session', async () => {
  const camera = await virtualCamera(owned);
  const { id } = addVirtual(registry, camera);
  await pass(look);
  await watch.until(id, 'sub', 'standby');
  await until(() => camera.statistics.openConnections === 0);
  expect(camera.statistics).toEqual({ connections: 1, openConnections: 0, playing: { main: 0, sub: 0 } });
  expect(watch.of(id, 'main')).toEqual([]);
});

test('it is asked every thirty seconds for its description, and never for its stream', async () => {
  const camera = owned.use(await ScriptedRtspServer.start());
  const { id } = registry.add({ name: 'Gate', group: '', mainUrl: camera.url, subUrl: null });
  for (let asked = 1; asked <= 3; asked++) {
    await pass(look);
    await camera.untilAsked('DESCRIBE', asked);
    await watch.until(id, 'main', 'standby');
    await camera.untilAlone();
    await pass(round - look);
    expect(camera.methods).toHaveLength(2 * asked);
  }
  expect(camera.methods).toEqual(['OPTIONS', 'DESCRIBE', 'OPTIONS', 'DESCRIBE', 'OPTIONS', 'DESCRIBE']);
});

test('a camera that goes away is said to be away within one round, and to be back in the next', async () => {
  const camera = await virtualCamera(owned);
  const { id } = addVirtual(registry, camera);
  await pass(look);
  await watch.until(id, 'sub', 'standby');
  await camera.refuse(true);
  await pass(round);
  const away = await watch.until(id, 'sub', 'waiting');
  expect(away.error.code).toBe('camera-unreachable');
  expect(away.error.message).toMatch(
    /^Car park \(127\.0\.0\.1:\d+\) refuses connections on port \d+\. Check the port/,
  );
  expect(Math.round((away.until - away.since) / 1_000)).toBe(round / 1_000);
  await camera.refuse(false);
  await pass(round);
  await watch.until(id, 'sub', 'standby');
  expect(states(id, 'sub').filter((state) => state !== 'idle')).toEqual(['standby', 'waiting', 'standby']);
});

test('thirty cameras are asked over thirty seconds when the engine starts, not all at once', async () => {
  const fleet = await virtualCameras(owned, { count: 30 });
  const ids = fleet.map((camera) => addVirtual(registry, camera).id);
  await registry[Symbol.asyncDispose]();
  start();
  const before = fleet.map(({ statistics }) => statistics.connections);
  const asked: number[] = [];
  for (let second = 1; second <= 30; second++) {
    await pass(1_000);
    for (const id of ids.slice(0, second + 1)) await watch.until(id, 'sub', 'standby');
    asked.push(fleet.filter(({ statistics }, index) => statistics.connections > (before[index] ?? 0)).length);
  }
  expect(asked).toEqual(Array.from({ length: 30 }, (_, index) => Math.min(30, index + 2)));
  await pass(round);
  await until(() =>
    fleet.every(({ statistics }, index) => statistics.connections === (before[index] ?? 0) + 2),
  );
});

test('cameras that do not answer do not keep the others from being asked', async () => {
  const silent = await RawServer.start(owned, () => {});
  const camera = await virtualCamera(owned);
  const lines = Array.from({ length: 200 }, (_, index) => `Dead ${index},rtsp://${silent.address}/${index}`);
  registry.import(parseCameraFile(['name,address', ...lines, `Alive,${camera.mainUrl}`].join('\n')));
  for (let passed = 0; passed < 4 * round && camera.statistics.connections === 0; passed += look)
    await pass(look);
  await until(() => camera.statistics.connections === 1);
});

test('a refused password is tried again after ten minutes, not thirty seconds, or when the camera is saved', async () => {
  const camera = owned.use(
    await ScriptedRtspServer.start({
      DESCRIBE: (request) => reply(request, '401 Unauthorized', { 'WWW-Authenticate': 'Basic realm="a"' }),
    }),
  );
  const sent = () => camera.requests.filter(({ headers }) => headers.has('authorization')).length;
  const input = { name: 'Gate', group: '', mainUrl: camera.url, subUrl: null };
  const { id } = registry.add({ ...input, username: 'guard', password: 'wrong' });
  await pass(look);
  const refused = await watch.until(id, 'main', 'waiting');
  expect(refused.error.code).toBe('camera-refused-credentials');
  expect(Math.round((refused.until - refused.since) / 60_000)).toBe(10);
  await pass(10 * 60_000 - round, round);
  registry.change({ ids: [id], group: 'Outside' });
  await pass(round - look);
  expect(sent()).toBe(1);
  await pass(look);
  await until(() => sent() === 2);
  // Refused once more.
  await until(() => watch.of(id, 'main').filter(({ state }) => state === 'waiting').length === 2);
  registry.edit({ id, name: 'Main gate' });
  await pass(look);
  await until(() => sent() === 3);
});

test('a camera whose password was corrected is asked at once', async () => {
  const camera = await virtualCamera(owned, {
    credentials: { scheme: 'digest-md5', username: 'guard', password: 'right' },
  });
  const { id } = addVirtual(registry, camera, { username: 'guard', password: 'wrong' });
  await pass(look);
  await watch.until(id, 'sub', 'waiting');
  registry.edit({ id, password: 'right' });
  expect(registry.statuses()).toMatchObject([{ status: { state: 'idle' } }]);
  await pass(look);
  await watch.until(id, 'sub', 'standby');
});

test('a camera that is watched is not asked; when the last viewer is gone it is asked again', async () => {
  const camera = await virtualCamera(owned);
  const { id } = addVirtual(registry, camera);
  await pass(look);
  await watch.until(id, 'sub', 'standby');
  const leases = [registry.lease(id, 'sub'), registry.lease(id, 'sub')];
  const stream = streamOf(id, 'sub');
  await untilPlaying(stream);
  await passPlaying(stream, 2 * round);
  expect(camera.statistics.connections).toBe(2);
  for (const lease of leases) lease[Symbol.dispose]();
  await passPlaying(stream, 10_000 - look);
  expect(camera.statistics).toMatchObject({ connections: 2, playing: { sub: 1 } });
  await pass(look);
  await watch.until(id, 'sub', 'standby');
  await pass(look);
  await until(() => camera.statistics.connections === 3 && camera.statistics.openConnections === 0);
});

test('the connection of the last viewer is closed before the camera is asked', async () => {
  const goodbyes: (() => void)[] = [];
  let open = 0;
  let peak = 0;
  const camera = owned.use(
    await ScriptedRtspServer.start({
      OPTIONS: (request, socket) => {
        peak = Math.max(peak, ++open);
        socket.once('close', () => open--);
        return reply(request);
      },
      TEARDOWN: (request, socket) => {
        goodbyes.push(() => socket.write(reply(request)));
        return undefined;
      },
    }),
  );
  const { id } = registry.add({ name: 'Gate', group: '', mainUrl: camera.url, subUrl: null });
  const lease = registry.lease(id, 'main');
  await watch.until(id, 'main', 'playing');
  lease[Symbol.dispose]();
  vi.advanceTimersByTime(3_000);
  vi.advanceTimersByTime(7_000);
  await camera.untilAsked('TEARDOWN');
  await pass(2 * look);
  expect(camera.methods.filter((method) => method === 'DESCRIBE')).toHaveLength(1);
  for (const sayGoodbye of goodbyes) sayGoodbye();
  await pass(2 * look);
  await camera.untilAsked('DESCRIBE', 2);
  expect(peak).toBe(1);
});

test('a camera that is always connected has exactly one connection, and loses it when it is on demand', async () => {
  const camera = await virtualCamera(owned);
  const { id } = addVirtual(registry, camera, { connection: 'always' });
  const stream = streamOf(id, 'sub');
  await untilPlaying(stream);
  await passPlaying(stream, 2 * round);
  expect(camera.statistics).toEqual({ connections: 1, openConnections: 1, playing: { main: 0, sub: 1 } });
  registry.edit({ id, name: 'Gate' });
  await passPlaying(stream, 2 * 10_000);
  expect(camera.statistics).toMatchObject({ connections: 1, playing: { sub: 1 } });
  registry.change({ ids: [id], connection: 'on-demand' });
  await passPlaying(stream, 10_000 - look);
  await pass(look);
  await until(() => camera.statistics.playing.sub === 0);
  await pass(look);
  await until(() => camera.statistics.connections === 2 && camera.statistics.openConnections === 0);
  await watch.until(id, 'sub', 'standby');
  registry.change({ ids: [id], connection: 'always' });
  await untilPlaying(stream);
  expect(camera.statistics).toMatchObject({ connections: 3, openConnections: 1 });
});

test('a camera that was always connected is so again when the engine starts', async () => {
  const camera = await virtualCamera(owned);
  const { id } = addVirtual(registry, camera, { connection: 'always' });
  await watch.until(id, 'sub', 'connecting');
  await registry[Symbol.asyncDispose]();
  await until(() => camera.statistics.openConnections === 0);
  start();
  await untilPlaying(streamOf(id, 'sub'));
  expect(camera.statistics).toMatchObject({ openConnections: 1, playing: { sub: 1 } });
});

test.each(['on-demand', 'always'] as const)(
  'a removed camera is let alone, and looked for at once when it is restored (%s)',
  async (connection) => {
    const camera = await virtualCamera(owned);
    const { id } = addVirtual(registry, camera, { connection });
    await pass(look);
    await until(() => camera.statistics.connections === 1);
    await watch.until(id, 'sub', connection === 'always' ? 'connecting' : 'standby');
    registry.remove([id]);
    await until(() => camera.statistics.openConnections === 0);
    await pass(3 * round, 1_000);
    expect(camera.statistics.connections).toBe(1);
    registry.restore([id]);
    await pass(look);
    await until(() => camera.statistics.connections === 2);
  },
);

test('an edited address moves running viewers over, and the status is never that of the old one', async () => {
  const [old, next] = await virtualCameras(owned, { count: 2 });
  if (old === undefined || next === undefined) throw new Error('no cameras');
  const { id } = addVirtual(registry, old);
  using lease = registry.lease(id, 'sub');
  await untilPlaying(lease.stream);
  const told = watch.told.length;
  registry.edit({ id, mainUrl: next.mainUrl, subUrl: next.subUrl });
  expect(registry.statuses()).toMatchObject([{ profile: 'sub', status: { state: 'connecting' } }]);
  await until(() => old.statistics.openConnections === 0 && next.statistics.playing.sub === 1);
  expect(lease.stream.gop).toEqual([]);
  await untilPlaying(lease.stream);
  await passPlaying(lease.stream, 1_000);
  expect(watch.told.slice(told).map(({ status }) => status.state)).toEqual(['connecting', 'playing']);
  expect(next.statistics).toMatchObject({ connections: 1, playing: { sub: 1 } });
  const [history] = registry.history(id).streams;
  expect(history?.changes.map(({ state }) => state)).toEqual(['playing']);
});

test('an edited address of a camera that nobody watches is asked at once, and nothing is known until then', async () => {
  const [old, next] = await virtualCameras(owned, { count: 2 });
  if (old === undefined || next === undefined) throw new Error('no cameras');
  const { id } = addVirtual(registry, old);
  await pass(look);
  await watch.until(id, 'sub', 'standby');
  await next.refuse(true);
  registry.edit({ id, mainUrl: next.mainUrl, subUrl: next.subUrl });
  expect(registry.statuses()).toMatchObject([{ status: { state: 'idle' } }]);
  await pass(look);
  await watch.until(id, 'sub', 'waiting');
  expect(old.statistics.connections).toBe(1);
});

test('nothing is said of a main stream that nobody watches any more, since nobody asks for it', async () => {
  const camera = await virtualCamera(owned);
  const { id } = addVirtual(registry, camera);
  const lease = registry.lease(id, 'main');
  await untilPlaying(lease.stream);
  lease[Symbol.dispose]();
  await passPlaying(lease.stream, 10_000 - look);
  await pass(look);
  await watch.until(id, 'main', 'idle');
  await watch.until(id, 'sub', 'standby');
  await camera.refuse(true);
  const again = registry.lease(id, 'main');
  await watch.until(id, 'main', 'waiting');
  again[Symbol.dispose]();
  await pass(10_000);
  await watch.until(id, 'main', 'idle');
});

test('a camera that gets a sub-stream is asked for that one from then on', async () => {
  const silent = await RawServer.start(owned, () => {});
  const camera = await virtualCamera(owned);
  const mainUrl = `rtsp://${silent.address}/live`;
  const { id } = registry.add({ name: 'Gate', group: '', mainUrl, subUrl: null });
  await pass(look);
  await until(() => silent.openConnections === 1);
  registry.edit({ id, subUrl: camera.subUrl });
  await until(() => silent.openConnections === 0);
  await pass(look);
  await watch.until(id, 'sub', 'standby');
  await pass(2 * round);
  expect(silent.connections).toBe(1);
  expect(registry.statuses().find(({ profile }) => profile === 'main')?.status).toEqual({ state: 'idle' });
});

test('who begins to watch while a camera is asked gets the stream, over one connection after the other', async () => {
  const held: (() => void)[] = [];
  const camera = owned.use(
    await ScriptedRtspServer.start({
      DESCRIBE: (request, socket) => {
        const answer = () =>
          socket.write(reply(request, '200 OK', { 'Content-Base': `${request.url}/` }, h264Description));
        if (held.length > 0) answer();
        else held.push(answer);
        return undefined;
      },
    }),
  );
  const { id } = registry.add({ name: 'Gate', group: '', mainUrl: camera.url, subUrl: null });
  await pass(look);
  await camera.untilAsked('DESCRIBE');
  using _lease = registry.lease(id, 'main');
  await watch.until(id, 'main', 'playing');
  expect(states(id, 'main')).not.toContain('standby');
});
