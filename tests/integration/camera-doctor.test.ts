import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GatehouseError } from '../../main/base/gatehouse-error.ts';
import type { ExaminationEvent } from '../../main/contract/examination.ts';
import { stepsOf } from '../../main/doctor/examination.ts';
import { closedPort, RawServer, until, untilFrames, virtualCamera } from '../support/camera-scene.ts';
import { type DoctorScene, Examined, startDoctor } from '../support/doctor-scene.ts';
import { GstreamerRtspServer, hasGstreamer } from '../support/gstreamer-rtsp-server.ts';
import { addVirtual } from '../support/registry-scene.ts';
import {
  h264Description,
  interleaved,
  reply,
  rtpPacket,
  ScriptedRtspServer,
} from '../support/scripted-rtsp-server.ts';

const account = { username: 'guard', password: 'secret-word' } as const;

let owned: AsyncDisposableStack;
let scene: DoctorScene;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  scene = await startDoctor(owned);
});
afterEach(async () => {
  await owned.disposeAsync();
});

/** Examines a stream that is not stored: nobody else dials it. */
async function examineUrl(
  mainUrl: string,
  more: { username?: string; password?: string } = {},
): Promise<Examined> {
  return await Examined.of(scene.doctor, { stream: { mainUrl, ...more } });
}

test('a camera without faults has nothing to change, and every step is measured', async () => {
  const credentials = { scheme: 'digest-md5', ...account } as const;
  const camera = await virtualCamera(owned, { credentials, onvif: { port: 0 } });
  const { id } = addVirtual(scene.registry, camera, { ...account, onvifUrl: camera.onvifUrl });
  const examined = await Examined.of(scene.doctor, { cameraId: id });
  // How fast and how evenly it answers is a matter of this machine, too.
  const isTimed = (step: string) => ['reach', 'first-packet', 'jitter'].includes(step);
  expect(examined.troubles.filter((trouble) => !isTimed(trouble.split(' ')[1] ?? ''))).toEqual([]);
  expect(examined.events[0]).toEqual({ type: 'began', steps: stepsOf({ sub: {} as never }) });
  expect(examined.findings.map(({ step, profile }) => ({ step, profile }))).toEqual(
    stepsOf({ sub: {} as never }),
  );
  expect(examined.findings.filter(({ measured }) => measured === '')).toEqual([]);
  expect(examined.finding('credentials').measured).toBe('Digest, MD5');
  expect(examined.finding('rtsp').measured).toContain('virtual camera');
  expect(examined.finding('description', 'main').measured).toBe('H.264 High, 1280 × 720, no sound');
  expect(examined.finding('key-frames', 'sub').measured).toBe('every 2.0 s');
  expect(examined.finding('pictures', 'sub').measured).toMatch(/^640 × 360, 1\d\.\d a second$/);
  expect(examined.finding('loss', 'main').measured).toMatch(/^0 of [1-9]\d+$/);
  expect(examined.finding('onvif').meaning).toContain('events');
});

test('key frames that are rare are said with what to set', async () => {
  scene = await startDoctor(owned, { shortest: 1, longest: 3 });
  const camera = await virtualCamera(owned, { gopSeconds: 10 });
  const keyFrames = (await examineUrl(camera.mainUrl)).finding('key-frames', 'main');
  expect(keyFrames).toMatchObject({ verdict: 'problem' });
  expect(keyFrames.measured).toMatch(/^(?:1|none) in \d\.\d s$/);
  expect(keyFrames.advice).toContain('Set "I-frame interval" to');
});

test('B-frames are detected and named', async () => {
  const camera = await virtualCamera(owned, { quirk: 'b-frames' });
  const examined = await examineUrl(camera.mainUrl);
  expect(examined.troubles).toContain('main b-frames');
  expect(examined.finding('b-frames', 'main')).toMatchObject({ verdict: 'problem', measured: 'sent' });
  expect(examined.finding('b-frames', 'main').advice).toContain('B-frames to 0');
});

test('timestamps of another clock than was said are found', async () => {
  const camera = await virtualCamera(owned, { quirk: 'wrong-clock' });
  const examined = await examineUrl(camera.mainUrl);
  expect(examined.finding('clock')).toMatchObject({ verdict: 'warning', measured: '0.01 × real time' });
});

test('a camera that does not send over TCP is looked at over UDP, and that is said', async () => {
  const camera = await virtualCamera(owned, { quirk: 'refuses-tcp' });
  const examined = await examineUrl(camera.mainUrl);
  expect(examined.finding('transport', 'main')).toMatchObject({
    verdict: 'warning',
    measured: 'UDP, TCP refused',
  });
  expect(examined.finding('key-frames', 'main').verdict).toBe('ok');
  expect(examined.trace.entries.some((entry) => entry.type === 'packet' && entry.way === 'rtp')).toBe(true);
});

test('a camera whose sessions are all taken says so, and the other stream is tried', async () => {
  const camera = await virtualCamera(owned, { quirk: 'busy' });
  const { id } = addVirtual(scene.registry, camera);
  const examined = await Examined.of(scene.doctor, { cameraId: id });
  expect(examined.finding('credentials').measured).toBe('no password');
  for (const profile of ['main', 'sub'] as const) {
    expect(examined.finding('transport', profile)).toMatchObject({ verdict: 'problem' });
    expect(examined.finding('transport', profile).meaning).toContain('as many viewers as it can');
    expect(examined.finding('loss', profile).verdict).toBe('skipped');
  }
});

test('packets that are missing are counted', async () => {
  // Every tenth of a hundred packets that follow each other at once.
  const server = owned.use(
    await ScriptedRtspServer.start({
      DESCRIBE: (request) => reply(request, '200 OK', { 'Content-Base': `${request.url}/` }, h264Description),
      PLAY: (request, socket) => {
        let number = 0;
        const timer = setInterval(() => {
          number++;
          if (number % 10 !== 0)
            socket.write(interleaved(0, rtpPacket(96, number, Buffer.from([0x41, 0x9a]))));
        }, 10);
        socket.once('close', () => clearInterval(timer));
        return reply(request);
      },
    }),
  );
  scene = await startDoctor(owned, { shortest: 0.5, longest: 1 });
  const loss = (await examineUrl(server.url)).finding('loss', 'main');
  expect(loss.verdict).toBe('problem');
  const [, lost, expected] = /^(\d+) of (\d+), /.exec(loss.measured) ?? [];
  expect(Number(lost) / Number(expected)).toBeCloseTo(0.1, 1);
});

test('a password that is refused is tried once, whoever asks again', async () => {
  const server = owned.use(
    await ScriptedRtspServer.start({
      DESCRIBE: (request) => reply(request, '401 Unauthorized', { 'WWW-Authenticate': 'Basic realm="x"' }),
    }),
  );
  const tries = () => server.requests.filter(({ headers }) => headers.has('authorization')).length;
  const first = await examineUrl(server.url, account);
  expect(first.finding('credentials')).toMatchObject({ verdict: 'problem', measured: 'Basic' });
  expect(first.finding('credentials').meaning).toContain('tried once');
  expect(tries()).toBe(1);
  const second = await examineUrl(server.url, account);
  expect(second.finding('credentials').meaning).toContain('was not sent again');
  expect(tries()).toBe(1);
  expect(
    (await examineUrl(server.url, { ...account, password: 'another' })).finding('credentials').meaning,
  ).toContain('tried once');
  expect(tries()).toBe(2);
  expect((await examineUrl(server.url)).finding('credentials').meaning).toContain('none are stored');
});

test('a camera that has its password sent for everybody to read is told', async () => {
  const camera = await virtualCamera(owned, { credentials: { scheme: 'basic', ...account } });
  const finding = (await examineUrl(camera.subUrl, account)).finding('credentials');
  expect(finding).toMatchObject({ verdict: 'warning', measured: 'Basic' });
  expect(finding.advice).toContain('Digest');
});

test('a port where nobody listens is not a camera that is away', async () => {
  const examined = await examineUrl(`rtsp://${await closedPort()}/main`);
  expect(examined.finding('reach').verdict).toBe('ok');
  expect(examined.finding('ports')).toMatchObject({ verdict: 'problem' });
  expect(examined.finding('ports').advice).toContain('Switch RTSP on');
  expect(new Set(examined.findings.slice(2).map(({ verdict }) => verdict))).toEqual(new Set(['skipped']));
  expect(examined.events.at(-1)).toEqual({ type: 'ended', trace: null });
});

test('a camera that takes the connection and says nothing is hung', async () => {
  const server = await RawServer.start(owned, () => {});
  const examined = await examineUrl(`rtsp://${server.address}/main`);
  expect(examined.finding('ports').verdict).toBe('ok');
  expect(examined.finding('rtsp')).toMatchObject({ verdict: 'problem', measured: 'no answer' });
  expect(examined.finding('rtsp').advice).toContain('Restart');
});

test('a camera that plays and sends nothing is found at its first packet', async () => {
  const camera = await virtualCamera(owned);
  camera.silence(true);
  const examined = await examineUrl(camera.mainUrl);
  expect(examined.finding('transport', 'main').verdict).toBe('ok');
  expect(examined.finding('first-packet', 'main')).toMatchObject({
    verdict: 'problem',
    measured: 'nothing came',
  });
  expect(examined.finding('key-frames', 'main').verdict).toBe('skipped');
});

test('a camera that hangs up while it plays is judged by what came, and that it hung up is said', async () => {
  const camera = await virtualCamera(owned);
  const events: ExaminationEvent[] = [];
  const input = { camera: { stream: { mainUrl: camera.mainUrl } }, withPictures: false };
  for await (const event of scene.doctor.examine(input, new AbortController().signal)) {
    events.push(event);
    if (event.type === 'step' && event.examined.step === 'key-frames') camera.drop();
  }
  const examined = new Examined(events);
  expect(examined.finding('pictures', 'main')).toMatchObject({ verdict: 'problem' });
  expect(examined.finding('pictures', 'main').measured).toMatch(/^ended after \d\.\d s$/);
  expect(examined.finding('pictures', 'main').meaning).toContain('closed the connection');
  expect(examined.finding('loss', 'main').measured).toMatch(/^0 of \d+$/);
  expect(examined.trace.entries.at(-1)).toMatchObject({ type: 'ended', by: 'camera' });
});

test('a camera is examined beside the picture that a guard watches, which plays on', async () => {
  const camera = await virtualCamera(owned);
  const { id } = addVirtual(scene.registry, camera);
  using lease = scene.registry.lease(id, 'sub');
  await untilFrames(lease.stream, 3);
  const examining = Examined.of(scene.doctor, { cameraId: id });
  await until(() => camera.statistics.playing.main === 1);
  // Its own and that of the guard, never more.
  expect(camera.statistics.playing).toEqual({ main: 1, sub: 1 });
  await untilFrames(lease.stream, 10);
  expect((await examining).finding('key-frames', 'main').verdict).toBe('ok');
});

test('an examination that is given up leaves nothing open, at whatever step', async () => {
  const camera = await virtualCamera(owned);
  for (const last of ['reach', 'rtsp', 'first-packet', 'key-frames']) {
    const stop = new AbortController();
    const seen: ExaminationEvent[] = [];
    for await (const event of scene.doctor.examine(
      { camera: { stream: { mainUrl: camera.mainUrl } }, withPictures: false },
      stop.signal,
    )) {
      seen.push(event);
      if (event.type === 'step' && event.examined.step === last) stop.abort();
    }
    expect(seen.at(-1)?.type).toBe('step');
    await until(() => camera.statistics.openConnections === 0);
  }
});

test('who leaves before the first event has ended it', async () => {
  const server = owned.use(await ScriptedRtspServer.start());
  const input = { camera: { stream: { mainUrl: server.url } }, withPictures: false };
  const events = scene.doctor.examine(input, new AbortController().signal);
  await events.return(undefined);
  await server.untilAlone();
  expect(server.methods).not.toContain('PLAY');
  const again = scene.doctor.examine(input, new AbortController().signal);
  expect((await again.next()).value).toMatchObject({ type: 'began' });
  await again.return(undefined);
});

test('a camera is examined by one at a time, and only a few at once', async () => {
  const server = await RawServer.start(owned, () => {});
  const stop = new AbortController();
  const start = (path: string) =>
    scene.doctor.examine(
      { camera: { stream: { mainUrl: `rtsp://${server.address}/${path}` } }, withPictures: false },
      stop.signal,
    );
  const running = ['1', '2', '3', '4'].map(start);
  expect(() => start('1')).toThrow(/is being examined already/);
  expect(() => start('5')).toThrow(/4 cameras are being examined already/);
  expect(() =>
    scene.doctor.examine({ camera: { cameraId: 'nobody' }, withPictures: false }, stop.signal),
  ).toThrow(GatehouseError);
  stop.abort();
  await Promise.all(running.map((events) => events.return(undefined)));
  expect(() => start('5')).not.toThrow();
});

describe.skipIf(!hasGstreamer())("against GStreamer's RTSP server (Debian's python3-gi)", () => {
  test('its streams are described as they are, with their sound', async () => {
    await using server = await GstreamerRtspServer.start('digest', account.username, account.password);
    const examined = await examineUrl(server.url('pcma'), account);
    expect(examined.finding('rtsp').measured).toContain('GStreamer');
    expect(examined.finding('description', 'main').measured).toMatch(
      /^H\.264 [\w ]+, 320 × 240, sound PCMA$/,
    );
    expect(examined.finding('key-frames', 'main').verdict).toBe('ok');
    expect(examined.finding('b-frames', 'main').verdict).toBe('ok');
  });
});
