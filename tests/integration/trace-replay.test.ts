import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSource } from '../../main/cameras/source.ts';
import type { QuirkName } from '../../main/demo/quirks.ts';
import { ReplayCamera } from '../../main/demo/replay-camera.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import { packetOf, parseTrace, type Trace } from '../../main/trace/trace-file.ts';
import { until, virtualCamera } from '../support/camera-scene.ts';
import { type DoctorScene, Examined, startDoctor } from '../support/doctor-scene.ts';
import { GstreamerRtspServer, hasGstreamer } from '../support/gstreamer-rtsp-server.ts';
import { RawRtspClient } from '../support/raw-rtsp-client.ts';

const account = { username: 'guard', password: 'secret-word' } as const;
const fixture = path.resolve(import.meta.dirname, '../fixtures/slow-key-frames.jsonl');

let owned: AsyncDisposableStack;
let scene: DoctorScene;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  scene = await startDoctor(owned);
});
afterEach(async () => {
  await owned.disposeAsync();
});

const examineUrl = (mainUrl: string, more: object = {}) =>
  Examined.of(scene.doctor, { stream: { mainUrl, ...more } });

/** What does not depend on how fast this machine is. */
function outcome(examined: Examined): string[] {
  const steady = new Set(['credentials', 'description', 'transport', 'b-frames']);
  return examined.findings
    .filter(({ step }) => !['reach', 'ports', 'jitter', 'first-packet'].includes(step))
    .map(
      ({ profile, step, verdict, measured }) =>
        `${profile} ${step} ${verdict} ${steady.has(step) ? measured : ''}`,
    );
}

/** The pictures that a trace shows when it is played as fast as it is read: type and size of each NAL unit. */
async function picturesOf(url: string, count: number): Promise<string[]> {
  const stop = new AbortController();
  const target = { name: 'Replay', url, username: null, password: null };
  await using source = await openSource(target, { signal: stop.signal, transport: 'tcp' });
  const stream = new LiveStream();
  stream.begin(source.video);
  const pictures: string[] = [];
  stream.read(({ keyFrame, payloads }) => {
    pictures.push(`${keyFrame} ${payloads.map((payload) => payload.length).join(',')}`);
    if (pictures.length === count) stop.abort();
  });
  await source.play({ packet: (packet) => stream.push(packet, performance.now()), picture: () => {} });
  return pictures.slice(0, count);
}

function packetsOf({ entries }: Trace): string[] {
  return entries.flatMap((entry) => (entry.type === 'packet' ? [packetOf(entry).toString('base64')] : []));
}

test.each([
  'b-frames',
  'refuses-tcp',
  'wrong-clock',
  'start-codes-in-packets',
] as const satisfies readonly QuirkName[])(
  'a camera with %s is found to be the same when its trace is replayed',
  async (quirk) => {
    const camera = await virtualCamera(owned, { quirk, credentials: { scheme: 'digest-md5', ...account } });
    const first = await examineUrl(camera.mainUrl, account);
    expect(first.finding('pictures', 'main').measured).not.toBe('');
    const replay = owned.use(await ReplayCamera.start(first.trace));
    const [url = ''] = replay.urls;
    expect(new URL(url).pathname).toBe('/main');
    // Any user and password do.
    const second = await examineUrl(url, { username: 'somebody', password: 'else' });
    expect(outcome(second)).toEqual(outcome(first));
  },
);

test('both streams of a camera are replayed, each under its own address', async () => {
  const camera = await virtualCamera(owned);
  const { name, mainUrl, subUrl } = camera;
  const { id } = scene.registry.add({ name, group: '', mainUrl, subUrl });
  const first = await Examined.of(scene.doctor, { cameraId: id });
  const replay = owned.use(await ReplayCamera.start(first.trace));
  const [main = '', sub = ''] = replay.urls;
  expect((await examineUrl(sub)).finding('pictures', 'main').measured).toContain('640 × 360');
  expect((await examineUrl(main)).finding('pictures', 'main').measured).toContain('1280 × 720');
});

test('without pictures, parameter sets and sizes stay and what is to be seen is gone; with them, all is there', async () => {
  const camera = await virtualCamera(owned);
  const stream = { stream: { mainUrl: camera.mainUrl } };
  const without = (await Examined.of(scene.doctor, stream)).trace;
  const whole = (await Examined.of(scene.doctor, stream, { withPictures: true })).trace;
  expect([without.head.withPictures, whole.head.withPictures]).toEqual([false, true]);
  const filled = (trace: Trace) =>
    trace.entries.flatMap((entry) =>
      entry.type === 'packet' && entry.bytes > 500
        ? [packetOf(entry).filter((byte) => byte !== 0).length]
        : [],
    );
  expect(Math.max(...filled(without))).toBeLessThan(100);
  expect(Math.min(...filled(whole))).toBeGreaterThan(100);
  const replays = [without, whole].map((trace) => ReplayCamera.start(trace, { isFast: true }));
  for (const replay of await Promise.all(replays)) {
    owned.use(replay);
    const pictures = await picturesOf(replay.urls[0] ?? '', 20);
    expect(pictures[0]).toMatch(/^true /);
  }
});

test('a client gets each packet as it was recorded, whatever its speed', async () => {
  const camera = await virtualCamera(owned);
  const { trace } = await examineUrl(camera.subUrl);
  const replay = owned.use(await ReplayCamera.start(trace, { isFast: true }));
  const again = await examineUrl(replay.urls[0] ?? '');
  const recorded = packetsOf(trace);
  // The last ones come after the examination has seen enough.
  const replayed = packetsOf(again.trace);
  expect(replayed.length).toBeGreaterThan(10);
  expect(recorded.slice(0, replayed.length)).toEqual(replayed);
});

test('answers carry the number of the request of now, and the address of now', async () => {
  const trace = parseTrace(await readFile(fixture, 'utf8'));
  const replay = owned.use(await ReplayCamera.start(trace));
  const [url = ''] = replay.urls;
  await using client = await RawRtspClient.connect(url);
  // More of them than in the recording, and then the recorded ones.
  for (let number = 1; number <= 7; number++) {
    const answer = await client.request('OPTIONS');
    expect([answer.status, answer.headers.get('cseq')]).toEqual([200, String(number)]);
  }
  const asked = await client.request('DESCRIBE');
  expect([asked.status, asked.headers.get('cseq')]).toEqual([401, '8']);
  const described = await client.request('DESCRIBE');
  expect(described.headers.get('content-base')).toBe(`${url}/`);
  expect(described.body).toContain('a=rtpmap:96 H264/90000');
  expect(await client.request('RECORD')).toMatchObject({ status: 501 });
  const setUp = await client.request(
    'SETUP',
    { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' },
    `${url}/track1`,
  );
  expect(setUp.headers.get('session')).toBe('session-1;timeout=60');
  expect(await client.request('PLAY', {}, `${url}/`)).toMatchObject({ status: 200 });
  await client.untilPackets(10);
  expect(await client.request('TEARDOWN', {}, `${url}/`)).toMatchObject({ status: 200 });
});

test('a replayed camera that is closed leaves nobody connected', async () => {
  const trace = parseTrace(await readFile(fixture, 'utf8'));
  const stop = new AbortController();
  const replay = await ReplayCamera.start(trace);
  const target = { name: 'Replay', url: replay.urls[0] ?? '', username: 'a', password: null };
  await using source = await openSource(target, { signal: stop.signal, transport: 'tcp' });
  let packets = 0;
  const playing = source
    .play({ packet: () => packets++, picture: () => {} })
    .catch((error: unknown) => error);
  await until(() => packets > 0);
  await replay[Symbol.asyncDispose]();
  expect(await playing).toMatchObject({ code: 'camera-closed-connection' });
});

test('the recorded camera with rare key frames is found to have them', async () => {
  const trace = parseTrace(await readFile(fixture, 'utf8'));
  const replay = owned.use(await ReplayCamera.start(trace));
  scene = await startDoctor(owned, { shortest: 1, longest: 3 });
  const examined = await examineUrl(replay.urls[0] ?? '', { username: 'a', password: 'b' });
  expect(examined.troubles).toContain('main key-frames');
  expect(examined.finding('credentials').measured).toBe('Digest, MD5');
  expect(examined.finding('description', 'main').measured).toBe('H.264 High, 640 × 360, no sound');
});

describe.skipIf(!hasGstreamer())("against GStreamer's RTSP server (Debian's python3-gi)", () => {
  test.each(['pcma', 'jpeg'])(
    'its stream %s is found to be the same when its trace is replayed',
    async (name) => {
      await using server = await GstreamerRtspServer.start('digest', account.username, account.password);
      const first = await examineUrl(server.url(name), account);
      expect(first.finding('pictures', 'main').verdict).toBe('ok');
      const replay = owned.use(await ReplayCamera.start(first.trace));
      const second = await examineUrl(replay.urls[0] ?? '', { username: 'somebody', password: 'else' });
      expect(outcome(second)).toEqual(outcome(first));
    },
  );
});
