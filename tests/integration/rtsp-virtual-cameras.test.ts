import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secret } from '../../main/base/secret.ts';
import {
  startVirtualCameras,
  type VirtualCamera,
  type VirtualFleetOptions,
} from '../../main/demo/virtual-fleet.ts';
import type { RtpPacket } from '../../main/rtsp/rtp-packet.ts';
import { RtspSession } from '../../main/rtsp/rtsp-session.ts';

const username = 'guard';
const password = 'pa:ss@wörd "1"';

let owned: AsyncDisposableStack;
let stop: AbortController;
beforeEach(() => {
  owned = new AsyncDisposableStack();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await owned.disposeAsync();
});

async function oneCamera(options: Partial<VirtualFleetOptions> = {}): Promise<VirtualCamera> {
  const fleet = owned.use(await startVirtualCameras({ count: 1, ...options }));
  const [camera] = fleet.cameras;
  if (camera === undefined) throw new Error('no camera');
  return camera;
}

async function open(camera: VirtualCamera, secret: string | null = null): Promise<RtspSession> {
  const target = {
    name: camera.name,
    url: camera.mainUrl,
    username: secret === null ? null : username,
    password: secret === null ? null : new Secret(secret),
  };
  return owned.use(await RtspSession.open(target, { signal: stop.signal }));
}

/** Plays until so many packets came, or until `onPacket` stops it. */
async function receive(session: RtspSession, count: number): Promise<RtpPacket[]> {
  const packets: RtpPacket[] = [];
  await session.play((packet) => {
    packets.push(packet);
    if (packets.length === count) stop.abort();
  });
  return packets;
}

/** Plays until the first packet, does something to the camera, and gives what playing ends with. */
async function playThen(session: RtspSession, fault: () => unknown): Promise<unknown> {
  let isFirst = true;
  return await session
    .play(() => {
      if (isFirst) fault();
      isFirst = false;
    })
    .catch((error: unknown) => error);
}

test('the packets of a virtual camera arrive without gaps', async () => {
  const camera = await oneCamera();
  const session = await open(camera);
  expect(session.track.parameterSets).toHaveLength(2);
  const packets = await receive(session, 100);
  const [first = 0, ...others] = packets.map(({ sequenceNumber }) => sequenceNumber);
  expect(others).toEqual(others.map((_, index) => (first + index + 1) % 65_536));
  expect(camera.statistics.playing.main).toBe(1);
  await session[Symbol.asyncDispose]();
  expect(camera.statistics.playing.main).toBe(0);
});

for (const scheme of ['basic', 'digest-md5', 'digest-sha-256'] as const) {
  test(`${scheme}: the right password plays, a wrong one and none do not`, async () => {
    const camera = await oneCamera({ credentials: { scheme, username, password } });
    for (const wrong of [`${password}!`, null]) {
      await expect(open(camera, wrong)).rejects.toMatchObject({ code: 'camera-refused-credentials' });
    }
    expect(await receive(await open(camera, password), 10)).toHaveLength(10);
  });
}

test('a nonce that went stale between two requests costs one more try', async () => {
  const camera = await oneCamera({ credentials: { scheme: 'digest-md5', username, password } });
  const session = await open(camera, password);
  camera.expireNonce();
  expect(await receive(session, 10)).toHaveLength(10);
});

test('a camera that refuses connections is unreachable, those that play go on', async () => {
  const camera = await oneCamera();
  const session = await open(camera);
  await camera.refuse(true);
  await expect(open(camera)).rejects.toMatchObject({ code: 'camera-unreachable', camera: camera.name });
  expect(await receive(session, 10)).toHaveLength(10);
});

test('a camera that reboots closes the connection, and plays when it is back', async () => {
  const camera = await oneCamera();
  const reboots: Promise<void>[] = [];
  const ended = await playThen(await open(camera), () => reboots.push(camera.reboot(0.05)));
  expect(ended).toMatchObject({ code: 'camera-closed-connection', camera: camera.name });
  await Promise.all(reboots);
  expect(await receive(await open(camera), 10)).toHaveLength(10);
});

test('a camera that goes silent with its socket open is noticed', async () => {
  const camera = await oneCamera();
  const ended = await playThen(await open(camera), () => camera.silence(true));
  expect(ended).toMatchObject({ code: 'camera-silent', camera: camera.name });
});

test('damaged packets are packets all the same', async () => {
  const camera = await oneCamera();
  camera.corrupt(true);
  expect(await receive(await open(camera), 100)).toHaveLength(100);
});
