import { afterEach, beforeEach, expect, test } from 'vitest';
import { Secret } from '../../main/base/secret.ts';
import { loadClip } from '../../main/demo/clip.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { OnvifClient } from '../../main/onvif/onvif-client.ts';
import { RtspSession } from '../../main/rtsp/rtsp-session.ts';
import { targetOf } from '../support/onvif-scene.ts';

let owned: AsyncDisposableStack;
beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  await owned.disposeAsync();
});

const account = { username: 'guard', password: 'secret' } as const;
const nobody = { username: null, password: null } as const;

/** The first bytes of the key frames that a scene begins its GOPs with. */
function keyFrames(scene: number): Buffer[] {
  return loadClip(scene, 'sub', 2).frames.flatMap(({ keyFrame, nalUnits }) =>
    keyFrame ? nalUnits.filter((unit) => (unit.readUInt8(0) & 0x1f) === 5) : [],
  );
}

/** Whether a payload is the beginning of one of these NAL units (RFC 6184 section 5.8). */
function begins(payload: Buffer, units: readonly Buffer[]): boolean {
  if ((payload.readUInt8(0) & 0x1f) !== 28 || payload.readUInt8(1) >> 7 !== 1) return false;
  const start = payload.subarray(2, 200);
  return units.some((unit) => unit.subarray(1, 1 + start.length).equals(start));
}

test('the picture of a camera that is moved is another one, without a break in the stream', async () => {
  const fleet = owned.use(await startVirtualCameras({ count: 1, onvif: { port: 0 } }));
  const [camera] = fleet.cameras;
  if (camera?.onvifUrl === null || camera === undefined) throw new Error('no device');
  const stop = new AbortController();
  const client = await OnvifClient.connect(targetOf(camera.onvifUrl, nobody), stop.signal);
  const target = { name: 'Gate', url: camera.subUrl, username: null, password: null };
  await using session = await RtspSession.open(target, { signal: stop.signal });
  const [own, right] = [keyFrames(0), keyFrames(4)];
  const seen: string[] = [];
  await session.play(({ payload }) => {
    const scene = begins(payload, own) ? 'own' : begins(payload, right) ? 'right' : undefined;
    if (scene === undefined || seen.at(-1) === scene) return;
    seen.push(scene);
    if (scene === 'own' && seen.length === 1) {
      client.ptz.absoluteMove('main', { pan: 1 }, stop.signal).catch((error: unknown) => stop.abort(error));
    }
    if (scene === 'right') stop.abort();
  });
  expect(seen).toEqual(['own', 'right']);
  // One dial, however far it has turned.
  expect(camera.statistics.connections).toBe(1);
});

test.skipIf(process.platform !== 'linux')(
  'two hundred cameras run on loopback addresses of their own, each with its own password check and serial number',
  async () => {
    const probe = owned.use(await startVirtualCameras({ count: 1, ownAddresses: true, onvif: { port: 0 } }));
    const free = [probe.cameras[0]?.mainUrl, probe.cameras[0]?.onvifUrl].map((url) =>
      Number(new URL(url ?? '').port),
    );
    const [port = 0, onvifPort = 0] = free;
    await probe[Symbol.asyncDispose]();
    const fleet = owned.use(
      await startVirtualCameras({
        count: 200,
        port,
        ownAddresses: true,
        onvif: { port: onvifPort },
        credentials: { scheme: 'digest-md5', ...account },
      }),
    );
    const { signal } = new AbortController();
    const found = await Promise.all(
      fleet.cameras.map(async ({ onvifUrl, mainUrl }) => {
        const url = new URL(onvifUrl ?? '');
        const client = await OnvifClient.connect(
          { name: url.hostname, url, username: account.username, password: new Secret(account.password) },
          signal,
        );
        const [main] = await client.media.profiles(signal);
        if (main === undefined) throw new Error('no profile');
        expect(await client.media.streamUri(main, signal)).toBe(mainUrl);
        return (await client.device.information(signal)).serialNumber;
      }),
    );
    expect(new Set(found).size).toBe(200);
    expect(new Set(fleet.cameras.map(({ mainUrl }) => new URL(mainUrl).hostname)).size).toBe(200);
  },
);
