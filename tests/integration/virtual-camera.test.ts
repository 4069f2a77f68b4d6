import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UdpPortPair } from '../../main/base/udp-port-pair.ts';
import { loadClip } from '../../main/demo/clip.ts';
import { startFleetProcess } from '../../main/demo/fleet-process.ts';
import { toRtpPayloads } from '../../main/demo/rtp-payloads.ts';
import { startVirtualCameras, type VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import { dialDuringReboot, RawRtspClient } from '../support/raw-rtsp-client.ts';

let owned: AsyncDisposableStack;
beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  vi.useRealTimers();
  await owned.disposeAsync();
});

async function start(
  options: Partial<Parameters<typeof startVirtualCameras>[0]> = {},
): Promise<VirtualCamera> {
  const { cameras } = owned.use(await startVirtualCameras({ count: 1, ...options }));
  const [camera] = cameras;
  if (camera === undefined) throw new Error('no camera');
  return camera;
}

async function connect(url: string): Promise<RawRtspClient> {
  return owned.use(await RawRtspClient.connect(url));
}

/** NAL unit type that a payload begins or goes on with. */
const nalTypeOf = (payload: Buffer) => {
  const type = (payload[0] ?? 0) & 0x1f;
  return type === 28 ? (payload[1] ?? 0) & 0x1f : type;
};

const hasFfmpeg = (() => {
  try {
    execFileSync('ffmpeg', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test('a camera that has no ports for a client ends its connection, and waits for nothing more of it', async () => {
  const { mainUrl } = await start();
  const client = await connect(mainUrl);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(UdpPortPair, 'open').mockRejectedValueOnce(new Error('bind EADDRINUSE'));
  void client.request('SETUP', { Transport: 'RTP/AVP;unicast;client_port=9000-9001' }, `${mainUrl}/track1`);
  await client.untilClosed();
  expect(vi.getTimerCount()).toBe(0);
});

test.skipIf(!hasFfmpeg).each(['tcp', 'udp'])(
  'ffmpeg plays it over %s without an error (needs ffmpeg)',
  async (transport) => {
    const camera = await start();
    for (const url of [camera.mainUrl, camera.subUrl]) {
      const quiet = ['-hide_banner', '-loglevel', 'error'];
      // Copying begins at the first key frame: what comes before it cannot be decoded by anybody.
      const { stdout: copy } = await promisify(execFile)(
        'ffmpeg',
        [
          ...quiet,
          '-rtsp_transport',
          transport,
          '-i',
          url,
          '-c',
          'copy',
          '-frames:v',
          '35',
          '-f',
          'h264',
          '-',
        ],
        { encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 },
      );
      const { status, stderr } = spawnSync('ffmpeg', [...quiet, '-xerror', '-i', '-', '-f', 'null', '-'], {
        input: copy,
      });
      expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
    }
  },
);

test('who joins, joins in the middle: no key frame is made for the joiner', async () => {
  const camera = await start();
  const left = () => camera.millisecondsToNextKeyFrame('sub');
  let before: number;
  let client: RawRtspClient;
  do {
    // Just behind a key frame the next one is almost two seconds away.
    while (left() < 1_500) await new Promise(setImmediate);
    before = left();
    client = await connect(camera.subUrl);
    await client.play();
    await client.untilPackets(5);
    // On a busy machine the next one may have come meanwhile.
  } while (left() >= before);
  expect(client.packets.slice(0, 5).map(({ payload }) => nalTypeOf(payload))).toEqual([1, 1, 1, 1, 1]);
});

test('two clients see the same pictures at the same time, each with numbers of its own', async () => {
  const camera = await start();
  const first = await connect(camera.subUrl);
  await first.play();
  const second = await connect(camera.subUrl);
  await second.play();
  await second.untilPackets(20);
  const seenBy = ({ packets }: RawRtspClient) => packets.map(({ payload }) => payload.toString('latin1'));
  await expect.poll(() => seenBy(first)).toEqual(expect.arrayContaining(seenBy(second).slice(0, 20)));
  expect(first.packets[0]?.ssrc).not.toBe(second.packets[0]?.ssrc);
});

test('timestamps rise by one frame at a time and sequence numbers by one', async () => {
  const camera = await start();
  const client = await connect(camera.subUrl);
  await client.play();
  await client.untilPackets(60);
  const steps = (values: number[], modulus: number) =>
    new Set(values.slice(1).map((value, index) => (value - (values[index] ?? 0) + modulus) % modulus));
  expect(
    steps(
      client.packets.map(({ sequenceNumber }) => sequenceNumber),
      2 ** 16,
    ),
  ).toEqual(new Set([1]));
  const perFrame = client.packets.filter(({ marker }) => marker).map(({ timestamp }) => timestamp);
  expect(steps(perFrame, 2 ** 32)).toEqual(new Set([6_000]));
});

test.each([
  ['digest-md5', 'md5'],
  ['digest-sha-256', 'sha256'],
] as const)(
  '%s opens to the right password only, and says when a nonce is stale',
  async (scheme, algorithm) => {
    const camera = await start({ credentials: { scheme, username: 'guard', password: 'pass:word' } });
    const client = await connect(camera.subUrl);
    const authorize = (challenge: string, password: string) => {
      const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? '';
      const hash = (text: string) => createHash(algorithm).update(text).digest('hex');
      const account = hash(`guard:virtual camera:${password}`);
      const response = hash(`${account}:${nonce}:00000001:c:auth:${hash(`DESCRIBE:${camera.subUrl}`)}`);
      return `Digest username="guard", realm="virtual camera", nonce="${nonce}", uri="${camera.subUrl}", nc=00000001, cnonce="c", qop=auth, response="${response}"`;
    };
    const asked = await client.request('DESCRIBE');
    expect(asked.status).toBe(401);
    const challenge = asked.headers.get('www-authenticate') ?? '';
    expect((await client.request('DESCRIBE', { Authorization: authorize(challenge, 'wrong') })).status).toBe(
      401,
    );
    expect(
      (await client.request('DESCRIBE', { Authorization: authorize(challenge, 'pass:word') })).status,
    ).toBe(200);
    camera.expireNonce();
    const stale = await client.request('DESCRIBE', { Authorization: authorize(challenge, 'pass:word') });
    expect(stale.status).toBe(401);
    expect(stale.headers.get('www-authenticate')).toContain('stale=true');
  },
);

test('Basic opens to the right password, until it is changed', async () => {
  const camera = await start({ credentials: { scheme: 'basic', username: 'guard', password: 'one' } });
  const client = await connect(camera.subUrl);
  const basic = (password: string) => ({
    Authorization: `Basic ${Buffer.from(`guard:${password}`).toString('base64')}`,
  });
  expect((await client.request('DESCRIBE', basic('one'))).status).toBe(200);
  camera.changePassword('two');
  expect((await client.request('DESCRIBE', basic('one'))).status).toBe(401);
  expect((await client.request('DESCRIBE', basic('two'))).status).toBe(200);
});

test('silence: the socket stays open and nothing comes, until it ends', async () => {
  const camera = await start();
  const client = await connect(camera.subUrl);
  await client.play();
  await client.untilPackets(1);
  camera.silence(true);
  expect((await client.request('GET_PARAMETER')).status).toBe(200);
  const before = client.packets.length;
  expect((await client.request('OPTIONS')).status).toBe(200);
  expect(client.packets.length).toBe(before);
  camera.silence(false);
  await client.untilPackets(before + 3);
});

test('freeze: packets flow with new timestamps, the picture is the same key frame', async () => {
  const camera = await start();
  camera.freeze(true);
  const client = await connect(camera.subUrl);
  await client.play();
  await client.untilPackets(60);
  const pictures = Map.groupBy(client.packets, ({ timestamp }) => timestamp);
  const whole = [...pictures.values()]
    .slice(1, -1)
    .map((packets) => packets.map(({ payload }) => payload.toString('latin1')).join());
  expect(whole.length).toBeGreaterThan(3);
  expect(new Set(whole).size).toBe(1);
  camera.freeze(false);
  const before = client.packets.length;
  await client.untilPackets(before + 60);
  const after = client.packets.slice(before + 20).map(({ payload }) => nalTypeOf(payload));
  expect(after).toContain(1);
});

test('drop cuts connections, refuse keeps new ones out', async () => {
  const camera = await start();
  const client = await connect(camera.subUrl);
  await client.play();
  camera.drop();
  await client.untilClosed();
  await camera.refuse(true);
  await expect(RawRtspClient.connect(camera.subUrl)).rejects.toThrow('ECONNREFUSED');
  await camera.refuse(false);
  await (await connect(camera.subUrl)).play();
  expect(camera.statistics).toMatchObject({ connections: 2, openConnections: 1, playing: { sub: 1 } });
});

test('reboot: gone, then back on the same port', async () => {
  const camera = await start();
  const client = await connect(camera.subUrl);
  await client.play();
  expect(await dialDuringReboot(camera, () => client.untilClosed())).toContain('ECONNREFUSED');
  await (await connect(camera.subUrl)).play();
});

test('corrupt: a share of the packets is damaged', async () => {
  const camera = await start();
  const client = await connect(camera.subUrl);
  camera.corrupt(true);
  await client.play();
  await client.untilPackets(60);
  const good = new Set(
    loadClip(0, 'sub', 2)
      .frames.flatMap(({ nalUnits }) => toRtpPayloads(nalUnits))
      .map((payload) => payload.toString('latin1')),
  );
  const damaged = client.packets.filter(({ payload }) => !good.has(payload.toString('latin1')));
  expect(damaged.length).toBeGreaterThan(0);
  expect(damaged.length).toBeLessThan(client.packets.length / 2);
});

test('long GOPs on demand', async () => {
  const camera = await start({ gopSeconds: 10 });
  while (camera.millisecondsToNextKeyFrame('main') < 3_000)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(camera.millisecondsToNextKeyFrame('main')).toBeGreaterThan(3_000);
});

test('a fleet as its own process obeys, and ends with whoever started it', async () => {
  const fleet = await startFleetProcess({ count: 3 });
  expect(fleet.cameras.map(({ name }) => name)).toEqual(['Car park', 'Harbour', 'Corridor']);
  expect(await fleet.millisecondsToNextKeyFrame(1, 'sub')).toBeLessThanOrEqual(2_000);
  const client = await connect(fleet.cameras[2]?.subUrl ?? '');
  await client.play();
  await fleet.command(2, { do: 'drop' });
  await client.untilClosed();
  await expect(fleet.command(9, { do: 'drop' })).rejects.toThrow('no camera 9');
  await fleet[Symbol.asyncDispose]();
  await expect(RawRtspClient.connect(fleet.cameras[0]?.subUrl ?? '')).rejects.toThrow('ECONNREFUSED');
});
