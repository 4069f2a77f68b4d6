import type net from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { Secret } from '../../main/base/secret.ts';
import { CameraSession } from '../../main/cameras/camera-session.ts';
import type { StreamStatus } from '../../main/contract/camera.ts';
import { startVirtualCameras, type VirtualCamera, type VirtualFleet } from '../../main/demo/virtual-fleet.ts';
import { RawServer, until as untilHolds } from '../support/camera-scene.ts';
import { LossyRelay } from '../support/lossy-relay.ts';
import { reply, rtpFrame, ScriptedRtspServer } from '../support/scripted-rtsp-server.ts';

let owned: AsyncDisposableStack;
beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  vi.useRealTimers();
  await owned.disposeAsync();
});

async function oneCamera(
  options: Partial<Parameters<typeof startVirtualCameras>[0]> = {},
): Promise<VirtualCamera> {
  const fleet: VirtualFleet = owned.use(await startVirtualCameras({ count: 1, ...options }));
  const [camera] = fleet.cameras;
  if (camera === undefined) throw new Error('no camera');
  return camera;
}

/** A session, the statuses it went through, and a way to wait for one. */
function session(camera: Pick<VirtualCamera, 'name' | 'subUrl'>, password: string | null = null) {
  const statuses: StreamStatus[] = [];
  const waiting: (() => void)[] = [];
  const created = owned.use(
    new CameraSession({
      target: {
        name: camera.name,
        url: camera.subUrl,
        username: password === null ? null : 'guard',
        password: password === null ? null : new Secret(password),
      },
      log: createLog('silent'),
      onStatus: (status) => {
        statuses.push(status);
        for (const wake of waiting.splice(0)) wake();
      },
    }),
  );
  const until = async (state: StreamStatus['state']) => {
    while (created.status.state !== state) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { session: created, statuses, until };
}

async function untilFrames(camera: CameraSession, count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let frames = 0;
  using _reading = camera.stream.read(() => {
    frames++;
    if (frames >= count) resolve();
  });
  await promise;
}

test('any number of leases share one connection, which closes ten seconds after the last', async () => {
  const camera = await oneCamera();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { session: upstream, until } = session(camera);
  const leases = [upstream.lease(), upstream.lease(), upstream.lease()];
  await until('playing');
  expect(camera.statistics.connections).toBe(1);
  for (const lease of leases) lease[Symbol.dispose]();
  vi.advanceTimersByTime(9_999);
  expect(upstream.status.state).toBe('playing');
  const again = upstream.lease();
  vi.advanceTimersByTime(60_000);
  await untilFrames(upstream, 5);
  expect(upstream.status.state).toBe('playing');
  again[Symbol.dispose]();
  vi.advanceTimersByTime(10_001);
  await until('standby');
  expect(camera.statistics.connections).toBe(1);
});

test('a dropped connection is dialled again, and the stream goes on with rising timestamps', async () => {
  const camera = await oneCamera();
  const { session: upstream, statuses, until } = session(camera);
  using _lease = upstream.lease();
  const timestamps: number[] = [];
  using _reading = upstream.stream.read((frame) => timestamps.push(frame.timestamp));
  await until('playing');
  await untilFrames(upstream, 3);
  camera.drop();
  await until('waiting');
  expect(upstream.stream.gop).toEqual([]);
  await until('playing');
  await untilFrames(upstream, 3);
  expect(statuses.map((status) => status.state)).toEqual([
    'connecting',
    'playing',
    'waiting',
    'connecting',
    'playing',
  ]);
  expect(timestamps).toEqual([...timestamps].sort((a, b) => a - b));
  expect(new Set(timestamps).size).toBe(timestamps.length);
});

test('a silent camera is noticed and said to be silent', async () => {
  const camera = await oneCamera();
  const { session: upstream, until } = session(camera);
  using _lease = upstream.lease();
  await until('playing');
  camera.silence(true);
  await until('waiting');
  expect(upstream.status).toMatchObject({ state: 'waiting', error: { code: 'camera-silent' } });
});

test('a refused password waits long before the next try, so that the camera does not lock the account', async () => {
  const credentials = { scheme: 'digest-md5', username: 'guard', password: 'right' } as const;
  const camera = await oneCamera({ credentials });
  const { session: upstream, until } = session(camera, 'wrong');
  using _lease = upstream.lease();
  await until('waiting');
  const { status } = upstream;
  if (status.state !== 'waiting') throw new Error('not waiting');
  expect(status.error.code).toBe('camera-refused-credentials');
  expect(status.error.message).not.toContain('wrong');
  expect(status.until - status.since).toBeGreaterThanOrEqual(14_900);
});

test('a camera that refuses its password again is left alone for ten minutes, whoever comes to watch it', async () => {
  const credentials = { scheme: 'digest-md5', username: 'guard', password: 'right' } as const;
  const camera = await oneCamera({ credentials });
  const { session: upstream, until } = session(camera, 'wrong');
  for (let time = 0; time < 2; time++) await upstream.probe(() => Date.now());
  const before = camera.statistics.connections;
  upstream.lease()[Symbol.dispose]();
  using _lease = upstream.lease();
  await until('waiting');
  const { status } = upstream;
  if (status.state !== 'waiting') throw new Error('not waiting');
  expect(status.error.code).toBe('camera-refused-credentials');
  expect(status.until - status.since).toBeGreaterThanOrEqual(9.9 * 60_000);
  expect(camera.statistics.connections).toBe(before);
});

test('a camera that refuses its password is tried at once when somebody saves it', async () => {
  const credentials = { scheme: 'digest-md5', username: 'guard', password: 'right' } as const;
  const camera = await oneCamera({ credentials });
  const { session: upstream, until } = session(camera, 'wrong');
  await upstream.probe(() => Date.now());
  using _lease = upstream.lease();
  await until('waiting');
  const before = camera.statistics.connections;
  const target = { name: camera.name, url: camera.subUrl, username: 'guard' };
  const same = { ...target, password: new Secret('wrong') };
  expect(upstream.retarget(same, false)).toBe(false);
  expect(upstream.retarget(same, true)).toBe(true);
  await until('waiting');
  expect(camera.statistics.connections).toBeGreaterThan(before);
  upstream.retarget({ ...target, password: new Secret('right') }, false);
  await until('playing');
});

test('a disposed session has closed its connection', async () => {
  const camera = await oneCamera();
  const { session: upstream, until } = session(camera);
  upstream.lease();
  await until('playing');
  await upstream[Symbol.asyncDispose]();
  expect(upstream.status.state).toBe('standby');
  while (camera.statistics.openConnections > 0) await new Promise(setImmediate);
});

test('on another network a camera without a picture is dialled at once', async () => {
  const server = await RawServer.start(owned, (socket) => socket.destroy());
  const url = `rtsp://${server.address}/sub`;
  const { session: upstream, until } = session({ name: 'Gate', subUrl: url });
  using _lease = upstream.lease();
  await until('waiting');
  const before = server.connections;
  upstream.redial(false);
  expect(upstream.status.state).toBe('connecting');
  await until('waiting');
  expect(server.connections).toBe(before + 1);
});

test('a camera that plays is let alone on another network, and dialled anew after a sleep', async () => {
  const camera = await oneCamera();
  const { session: upstream, until, statuses } = session(camera);
  using _lease = upstream.lease();
  await until('playing');
  upstream.redial(false);
  expect(upstream.status.state).toBe('playing');
  upstream.redial(true);
  await until('connecting');
  await until('playing');
  expect(camera.statistics.connections).toBe(2);
  expect(statuses.map(({ state }) => state)).not.toContain('waiting');
});

test('a camera that refuses its password is not asked again because the network is another one', async () => {
  const camera = await oneCamera({
    credentials: { scheme: 'digest-md5', username: 'guard', password: 'right' },
  });
  const { session: upstream, until } = session(camera, 'wrong');
  using _lease = upstream.lease();
  await until('waiting');
  upstream.redial(true);
  expect(upstream.status.state).toBe('waiting');
});

test.each([
  ['back', -5 * 3_600_000],
  ['forward', 5 * 3_600_000],
])('a camera that is away is dialled again in its time, although the clock is set %s', async (_, jump) => {
  const camera = await oneCamera();
  await camera.refuse(true);
  vi.useFakeTimers({ toFake: ['Date'] });
  const { session: upstream, until } = session(camera);
  using _lease = upstream.lease();
  await until('waiting');
  vi.setSystemTime(Date.now() + jump);
  await camera.refuse(false);
  await until('playing');
});

test('a network that loses everything without a word: the camera is called silent, and plays on when packets come again', async () => {
  const camera = await oneCamera();
  const { host, port } = new URL(camera.subUrl);
  const relay = await LossyRelay.start(owned, Number(port));
  const subUrl = camera.subUrl.replace(host, relay.address);
  const { session: upstream, statuses, until } = session({ name: camera.name, subUrl });
  using _lease = upstream.lease();
  const timestamps: number[] = [];
  using _reading = upstream.stream.read((frame) => timestamps.push(frame.timestamp));
  await until('playing');
  await untilFrames(upstream, 3);
  relay.lose();
  await until('waiting');
  // Dialled again while everything is lost.
  await untilHolds(() => relay.dials >= 2);
  relay.restore();
  await until('playing');
  await untilFrames(upstream, 5);
  const failures = statuses.flatMap((status) => (status.state === 'waiting' ? [status.error.code] : []));
  expect(new Set(failures)).toEqual(new Set(['camera-silent']));
  expect(timestamps).toEqual([...new Set(timestamps)].sort((a, b) => a - b));
  // What hung half open has ended with the return of the network.
  await untilHolds(() => camera.statistics.openConnections === 1);
});

test('a picture that gets another size in the middle of the stream goes on, and its size is known', async () => {
  const camera = await oneCamera();
  const { session: upstream, statuses, until } = session(camera);
  using _lease = upstream.lease();
  await until('playing');
  await untilHolds(() => upstream.stream.pictureSize?.width === 640);
  camera.enlarge();
  await untilHolds(() => upstream.stream.pictureSize?.width === 1280);
  await untilFrames(upstream, 5);
  // Who joins now gets the new parameter sets with the key frame.
  expect(upstream.stream.gop[0]?.keyFrame).toBe(true);
  expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'playing']);
  expect(camera.statistics.connections).toBe(1);
});

test('a camera that closes silent connections and never says so is kept alive after two of them (camera-quirks 12)', async () => {
  vi.useFakeTimers({
    toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'],
  });
  const patience = 6_000;
  let heardAt = 0;
  let playing: net.Socket | undefined;
  const heard = () => {
    heardAt = performance.now();
  };
  const yard = owned.use(
    await ScriptedRtspServer.start({
      OPTIONS: (request) => {
        heard();
        return reply(request);
      },
      SETUP: (request) =>
        reply(request, '200 OK', { Transport: 'RTP/AVP/TCP;interleaved=0-1', Session: '1' }),
      PLAY: (request, socket) => {
        heard();
        playing = socket;
        return Buffer.concat([Buffer.from(reply(request)), rtpFrame()]);
      },
    }),
  );
  const { session: upstream } = session({ name: 'Yard', subUrl: yard.url });
  using _lease = upstream.lease();
  const plays = () => yard.methods.filter((method) => method === 'PLAY').length;
  /** Of the connection that plays. */
  let playedFor = 0;
  while (playedFor < 60_000 && plays() <= 5) {
    const { state } = upstream.status;
    // Dialling takes turns, not time.
    if (state === 'connecting' || state === 'idle') {
      playedFor = 0;
      await new Promise(setImmediate);
      continue;
    }
    vi.advanceTimersByTime(500);
    await new Promise(setImmediate);
    if (state !== 'playing') continue;
    playedFor += 500;
    const { bytes } = upstream.received;
    if (performance.now() - heardAt >= patience) playing?.destroy();
    else playing?.write(rtpFrame());
    await untilHolds(() => upstream.status.state !== 'playing' || upstream.received.bytes > bytes);
  }
  expect(plays()).toBe(3);
});
