import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { CameraSession } from '../../main/cameras/camera-session.ts';
import type { VirtualCamera } from '../../main/demo/virtual-camera.ts';
import type { StreamLease } from '../../main/media/stream-lease.ts';
import { RtspSession, type RtspTransport } from '../../main/rtsp/rtsp-session.ts';
import { until, untilFrames, virtualCamera } from '../support/camera-scene.ts';

let owned: AsyncDisposableStack;
beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  await owned.disposeAsync();
});

/** A session that plays its pictures. */
async function watch(
  camera: VirtualCamera,
  transport: RtspTransport = 'tcp',
): Promise<{ session: CameraSession; lease: StreamLease }> {
  const session = owned.use(
    new CameraSession({
      target: { name: camera.name, url: camera.subUrl, username: null, password: null, transport },
      log: createLog('silent'),
      onStatus: () => {},
    }),
  );
  const lease = owned.use(session.lease());
  await untilFrames(session.stream, 2);
  return { session, lease };
}

/** Resolves with the payloads of so many pieces of sound. */
async function hear({ audio }: StreamLease, count: number): Promise<Buffer[]> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const payloads: Buffer[] = [];
  using _reading = audio.read(({ payload }) => {
    payloads.push(payload);
    if (payloads.length === count) resolve();
  });
  await promise;
  return payloads;
}

test.each(['tcp', 'udp'] as const)(
  'over %s the sound is heard while the pictures go on',
  async (transport) => {
    const { session, lease } = await watch(await virtualCamera(owned, { sounds: ['PCMU'] }), transport);
    expect(session.status).toMatchObject({ state: 'playing', audio: { kind: 'playable', codec: 'PCMU' } });
    const [payloads] = await Promise.all([hear(lease, 30), untilFrames(session.stream, 15)]);
    expect(new Set(payloads.map(({ length }) => length))).toEqual(new Set([320]));
    // Silence of the µ-law is one byte, again and again.
    expect(new Set(Buffer.concat(payloads)).size).toBeGreaterThan(50);
  },
);

test.each(['tcp', 'udp'] as const)(
  'over %s nothing is read of sound that nobody hears any more',
  async (transport) => {
    const camera = await virtualCamera(owned, { sounds: ['PCMU'] });
    const stop = new AbortController();
    const target = { name: camera.name, url: camera.subUrl, username: null, password: null };
    await using session = await RtspSession.open(target, { signal: stop.signal, transport });
    let pieces = 0;
    let pictures = 0;
    const enough = Promise.withResolvers<void>();
    const playing = session.play((packet) => {
      if (packet.marker) pictures++;
      if (pictures === 30) enough.resolve();
    });
    // Nobody has asked for it yet.
    await until(() => pictures >= 5);
    const { promise: heard, resolve } = Promise.withResolvers<void>();
    session.hear(() => ++pieces === 5 && resolve());
    await heard;
    session.hear(null);
    const before = pieces;
    await enough.promise;
    expect(pieces).toBe(before);
    stop.abort();
    await playing;
  },
);

test('a camera whose pictures stop is silent, whatever its sound does', async () => {
  // Frozen pictures are still packets: only those of the sound go on here.
  const camera = await virtualCamera(owned, { sounds: ['PCMU'] });
  const { session, lease } = await watch(camera);
  camera.stopPictures(true);
  let pieces = 0;
  using _reading = lease.audio.read(() => pieces++);
  await until(() => session.status.state !== 'playing');
  expect(session.status).toMatchObject({ state: 'waiting', error: { code: 'camera-silent' } });
  expect(pieces).toBeGreaterThan(10);
});

test('a camera that refuses its sound plays its pictures, on one connection', async () => {
  const camera = await virtualCamera(owned, { quirk: 'refused-sound' });
  const { session, lease } = await watch(camera);
  expect(session.status).toMatchObject({ state: 'playing', audio: { kind: 'refused', codec: 'PCMU' } });
  let pieces = 0;
  using _reading = lease.audio.read(() => pieces++);
  await untilFrames(session.stream, 5);
  expect(pieces).toBe(0);
  expect(camera.statistics.connections).toBe(1);
});

test('a camera that ends the connection at SETUP of its sound plays its pictures on another one', async () => {
  const camera = await virtualCamera(owned, { quirk: 'deadly-sound' });
  const { session } = await watch(camera);
  expect(session.status).toMatchObject({ state: 'playing', audio: { kind: 'refused', codec: 'PCMU' } });
  expect(camera.statistics.connections).toBe(2);
});

test('a camera that agrees to sound and sends none plays its pictures', async () => {
  const camera = await virtualCamera(owned, { quirk: 'silent-sound' });
  const { session, lease } = await watch(camera);
  let pieces = 0;
  using _reading = lease.audio.read(() => pieces++);
  // Longer than it takes until a camera without packets is called silent.
  await untilFrames(session.stream, 75);
  expect(session.status).toMatchObject({ state: 'playing' });
  expect(pieces).toBe(0);
});

test('AAC with ADTS headers comes out without them (go2rtc#1328)', async () => {
  const plain = await watch(await virtualCamera(owned, { sounds: ['MPEG4-GENERIC'] }));
  const wrapped = await watch(await virtualCamera(owned, { quirk: 'adts-in-packets' }));
  const known = new Set((await hear(plain.lease, 40)).map((unit) => unit.toString('hex')));
  for (const unit of await hear(wrapped.lease, 10)) expect(known.has(unit.toString('hex'))).toBe(true);
});
