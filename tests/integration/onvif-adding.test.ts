import { once } from 'node:events';
import net from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { discoverableCamera } from '../../main/demo/discoverable-cameras.ts';
import { startFleetProcess } from '../../main/demo/fleet-process.ts';
import type { OnvifQuirks } from '../../main/demo/onvif-quirks.ts';
import type { VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import { startEngine } from '../../main/engine/engine.ts';
import { type ApiClient, createHarness, memoryClient } from '../support/api-harness.ts';
import {
  addressOf,
  closedPort,
  RawServer,
  until,
  virtualCamera,
  virtualCameras,
} from '../support/camera-scene.ts';
import { temporaryFolder } from '../support/console-window.ts';
import { ownLoopbackAddress } from '../support/free-ports.ts';
import { account, startDevice, startWitness } from '../support/onvif-scene.ts';
import { refused } from '../support/refused.ts';

let owned: AsyncDisposableStack;
let client: ApiClient;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  client = memoryClient(await createHarness(owned));
});
afterEach(async () => {
  await owned.disposeAsync();
});

const login = { username: 'guard', password: 'canary-4471' } as const;
const credentials = { scheme: 'digest-md5', ...login } as const;

async function cameraWithOnvif(quirks: OnvifQuirks = {}): Promise<VirtualCamera> {
  return await virtualCamera(owned, { credentials, onvif: { port: 0, quirks } });
}

/** As "Find cameras" asks. */
function find(camera: VirtualCamera, password: string = login.password) {
  const { onvifUrl } = camera;
  if (onvifUrl === null) throw new Error('no ONVIF device');
  return client.cameras.find({ address: addressOf(camera), onvifUrl, username: login.username, password });
}

describe.skipIf(process.platform !== 'linux')('a list of addresses', () => {
  test('becomes cameras: over ONVIF, under the usual paths, and each channel of a recorder', async () => {
    const [first, second] = (await virtualCameras(owned, { count: 2, host: '127.44.73.3', credentials })).map(
      ({ mainUrl, subUrl }) => ({ mainUrl, subUrl }),
    );
    if (first === undefined || second === undefined) throw new Error('no camera');
    const at = async (host: string, onvif: { channels?: (typeof first)[] } | null) =>
      await virtualCamera(owned, {
        ...{ host, port: 8_554, credentials },
        ...(onvif === null ? {} : { onvif: { port: 8_080, ...onvif } }),
      });
    const camera = await at('127.44.73.1', {});
    const plain = await at('127.44.73.2', null);
    const recorder = await at('127.44.73.3', { channels: [second] });
    const text = ['address,name', '127.44.73.1', '127.44.73.2:8554,Yard', '127.44.73.3,Recorder'].join('\n');
    expect(await client.cameras.import({ text, ...login })).toEqual({ added: 4, changed: 0 });
    const stored = await client.cameras.list();
    expect(
      stored.map(({ name, mainUrl, onvifUrl, username }) => [name, mainUrl, onvifUrl, username]),
    ).toEqual([
      [camera.name, camera.mainUrl, camera.onvifUrl, 'guard'],
      ['Yard', plain.mainUrl, null, 'guard'],
      ['Recorder – Channel 1', recorder.mainUrl, null, 'guard'],
      ['Recorder – Channel 2', second.mainUrl, null, 'guard'],
    ]);
  });

  test('of which one camera does not answer or refuses adds nothing, and says which and why', async () => {
    const good = await virtualCamera(owned, { host: '127.44.73.1', credentials });
    const closed = await closedPort();
    const text = [addressOf(good), closed, `${addressOf(good)},Twin,guard,wrong`].join('\n');
    const error = await refused(client.cameras.import({ text, ...login }));
    expect(error).toMatchObject({ code: 'bad-input', data: { issues: [{ path: 'line 3, address' }] } });
    const other = [addressOf(good), closed].join('\n');
    const second = await refused(client.cameras.import({ text: other, ...login }));
    expect(second.data).toMatchObject({
      issues: [{ path: 'line 2, address', message: expect.stringContaining('Check') }],
    });
    const third = await refused(
      client.cameras.import({ text: addressOf(good), username: 'guard', password: 'no' }),
    );
    expect(third.data).toMatchObject({
      issues: [{ path: 'line 1, address', message: expect.stringMatching(/password/i) }],
    });
    expect(await client.cameras.list()).toEqual([]);
  });
});

describe('finding the streams of a camera over ONVIF', () => {
  test('its device names them, their sizes and the camera, and no path is tried', async () => {
    const camera = await cameraWithOnvif();
    expect(await find(camera)).toEqual({
      mainUrl: camera.mainUrl,
      subUrl: camera.subUrl,
      onvif: {
        url: camera.onvifUrl,
        name: camera.name,
        main: { width: 1280, height: 720 },
        sub: { width: 640, height: 360 },
      },
      channels: [],
    });
    expect(camera.statistics.connections).toBe(0);
  });

  test.each<[string, OnvifQuirks]>([
    ['half a Media2', { media2: 'half' }],
    ['a Media2 without addresses', { media2: 'no-streams' }],
    ['no Media2', { media2: 'absent' }],
    ['no GetServices', { withoutGetServices: true }],
    ['a clock that wants a password', { clockNeedsCredentials: true }],
    ['a clock that is wrong by days', { clockSkewMilliseconds: 259_200_000 }],
  ])('a device with %s is understood', async (_, quirks) => {
    const camera = await cameraWithOnvif(quirks);
    expect(await find(camera)).toMatchObject({
      mainUrl: camera.mainUrl,
      subUrl: camera.subUrl,
      onvif: { url: camera.onvifUrl, name: camera.name },
    });
  });

  test.skipIf(process.platform !== 'linux')(
    'a device that names another host is asked, and told the password, on its own alone',
    async () => {
      const camera = await cameraWithOnvif();
      const { onvif } = camera;
      if (onvif === undefined) throw new Error('no ONVIF device');
      const other = ownLoopbackAddress(1);
      const witness = await startWitness(owned, other, onvif.port);
      onvif.quirks = { serviceHost: other, streamHost: other };
      expect(await find(camera)).toMatchObject({ mainUrl: camera.mainUrl, subUrl: camera.subUrl });
      expect(camera.statistics.connections).toBe(0);
      expect(witness.heard).toEqual([]);
    },
  );

  test('a recorder names the streams of all its channels, those with nothing connected left out', async () => {
    const [first, second, third] = (await virtualCameras(owned, { count: 3, credentials })).map(
      ({ mainUrl, subUrl }) => ({ mainUrl, subUrl }),
    );
    if (first === undefined || second === undefined || third === undefined) throw new Error('no camera');
    const empty = { mainUrl: '', subUrl: '' };
    const recorder = await virtualCamera(owned, {
      credentials,
      onvif: { port: 0, channels: [first, empty, { ...second, subUrl: second.mainUrl }, third] },
    });
    const found = await find(recorder);
    expect(found).toMatchObject({ mainUrl: recorder.mainUrl, subUrl: recorder.subUrl });
    const [main, sub] = [
      { width: 1280, height: 720 },
      { width: 640, height: 360 },
    ];
    expect(found.channels).toEqual([
      { number: 1, mainUrl: recorder.mainUrl, subUrl: recorder.subUrl, main, sub },
      { number: 2, ...first, main, sub },
      { number: 4, mainUrl: second.mainUrl, subUrl: null, main, sub: null },
      { number: 5, ...third, main, sub },
    ]);
  });

  test('a device that redirects is not followed: its streams are found under the usual paths', async () => {
    const witness = await startWitness(owned, '127.0.0.1');
    const camera = await cameraWithOnvif({
      answer: { redirectTo: `http://127.0.0.1:${witness.port}/onvif/device_service` },
    });
    expect(await find(camera)).toEqual({
      mainUrl: camera.mainUrl,
      subUrl: camera.subUrl,
      onvif: null,
      channels: [],
    });
    expect(witness.heard).toEqual([]);
  });

  test('an ONVIF address on another host than the camera is refused before anything is sent', async () => {
    const camera = await cameraWithOnvif();
    const witness = await startWitness(owned, '127.0.0.1');
    const elsewhere = `http://localhost:${witness.port}/onvif/device_service`;
    const error = await refused(
      client.cameras.find({ address: addressOf(camera), onvifUrl: elsewhere, ...login }),
    );
    expect(error).toMatchObject({ code: 'bad-input', data: { issues: [{ path: 'onvifUrl' }] } });
    expect(witness.heard).toEqual([]);
    expect(camera.statistics.connections).toBe(0);
  });

  test('a wrong password ends it at once: RTSP does not see it, too', async () => {
    const camera = await cameraWithOnvif();
    const error = await refused(find(camera, 'other'));
    expect(error.code).toBe('camera-refused-credentials');
    expect(error.message).toMatch(/127\.0\.0\.1:\d+ refused .* over ONVIF\. Check user and password/);
    expect(error.message).toContain(addressOf(camera));
    expect(JSON.stringify(error)).not.toContain('other');
    expect(camera.statistics.connections).toBe(0);
    const { asked = [] } = camera.onvif ?? {};
    expect(asked.filter((operation) => operation !== 'GetSystemDateAndTime')).toEqual([
      'GetServices',
      'GetServices',
    ]);
  });

  test('a camera that is open over RTSP alone is found without a password', async () => {
    const { device } = await startDevice(owned);
    const camera = await virtualCamera(owned);
    const found = await client.cameras.find({ address: addressOf(camera), onvifUrl: device.url });
    expect(found).toEqual({ mainUrl: camera.mainUrl, subUrl: camera.subUrl, onvif: null, channels: [] });
  });

  test('a camera whose ONVIF is switched off is found under the usual paths', async () => {
    const camera = await virtualCamera(owned, { credentials });
    const onvifUrl = `http://${await closedPort()}/onvif/device_service`;
    const found = await client.cameras.find({ address: addressOf(camera), onvifUrl, ...login });
    expect(found).toEqual({ mainUrl: camera.mainUrl, subUrl: camera.subUrl, onvif: null, channels: [] });
  });

  test.each(['hang-up', 'web-page', 'endless'] as const)(
    'a device that answers with %s is left alone: the paths are tried',
    async (answer) => {
      const camera = await cameraWithOnvif({ answer });
      expect(await find(camera)).toEqual({
        mainUrl: camera.mainUrl,
        subUrl: camera.subUrl,
        onvif: null,
        channels: [],
      });
    },
  );

  test('a device that answers everything, but slowly, does not hold the paths up for longer than five seconds', async () => {
    // Another host: so all goes to the port that was asked first.
    const camera = await cameraWithOnvif({ serviceHost: '0.0.0.0' });
    const { port = 0 } = camera.onvif ?? {};
    const slow = await RawServer.start(owned, (socket) => {
      const device = net.connect(port, '127.0.0.1').on('error', () => {});
      device.pipe(socket);
      const timers: NodeJS.Timeout[] = [];
      socket.on('data', (chunk) => timers.push(setTimeout(() => device.write(chunk), 1_100)));
      socket.on('close', () => {
        timers.forEach(clearTimeout);
        device.destroy();
      });
    });
    const onvifUrl = `http://${slow.address}/onvif/device_service`;
    const found = await client.cameras.find({ address: addressOf(camera), onvifUrl, ...login });
    expect(found).toEqual({ mainUrl: camera.mainUrl, subUrl: camera.subUrl, onvif: null, channels: [] });
    await until(() => slow.openConnections === 0);
  });

  test('a port that takes connections and says nothing gets no password, and the paths are tried', async () => {
    const silent = await RawServer.start(owned, () => {});
    const camera = await virtualCamera(owned, { credentials });
    const onvifUrl = `http://${silent.address}/onvif/device_service`;
    const found = await client.cameras.find({ address: addressOf(camera), onvifUrl, ...login });
    expect(found.mainUrl).toBe(camera.mainUrl);
    expect(silent.connections).toBe(1);
    await until(() => silent.openConnections === 0);
  });

  test('somebody who leaves takes the question along', async () => {
    const silent = await RawServer.start(owned, () => {});
    const leaving = new AbortController();
    const found = client.cameras.find(
      { address: silent.address, onvifUrl: `http://${silent.address}/onvif/device_service`, ...login },
      { signal: leaving.signal },
    );
    const ended = expect(found).rejects.toThrow();
    await until(() => silent.openConnections === 1);
    leaving.abort();
    await ended;
    await until(() => silent.openConnections === 0);
    expect(silent.connections).toBe(1);
  });
});

describe.skipIf(process.platform !== 'linux')('by an address alone', () => {
  /** Nobody else's: the usual ports are free there. */
  const host = ownLoopbackAddress();

  test.each([2020, 8000, 8080, 8899])('the device at the usual port %i is found', async (port) => {
    const camera = await virtualCamera(owned, { host, credentials, onvif: { port } });
    expect(await client.cameras.find({ address: host, ...login })).toMatchObject({
      mainUrl: camera.mainUrl,
      subUrl: camera.subUrl,
      onvif: { url: camera.onvifUrl, name: camera.name },
    });
    // A port was typed: it says which stream is meant.
    expect(await client.cameras.find({ address: addressOf(camera), ...login })).toMatchObject({
      onvif: null,
    });
  });

  test('a web server that wants a password for every page is told none', async () => {
    const heard: string[] = [];
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        heard.push(chunk.toString());
        socket.end(
          'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="a", nonce="1"\r\nContent-Length: 0\r\n\r\n',
        );
      });
    });
    server.listen(8080, host);
    await once(server, 'listening');
    owned.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const error = await refused(client.cameras.find({ address: host, ...login }));
    expect(error.code).toBe('camera-unreachable');
    expect(heard.join('')).toContain('GetSystemDateAndTime');
    expect(heard.join('')).not.toMatch(/guard|authorization/i);
  });
});

test('what was found is stored with the camera, which is asked there for what it can do', async () => {
  const camera = await cameraWithOnvif();
  const { onvif, ...streams } = await find(camera);
  const name = onvif?.name ?? '';
  const added = await client.cameras.add({ name, ...streams, onvifUrl: onvif?.url ?? null, ...login });
  expect(added).toMatchObject({ name: camera.name, onvifUrl: camera.onvifUrl, hasPassword: true });
});

test('a device without a camera behind it is told apart by user and password as they are typed', async () => {
  const { device } = await startDevice(owned);
  const found = await client.cameras.find({ address: '127.0.0.1', onvifUrl: device.url, ...account });
  expect(found).toMatchObject({ mainUrl: 'rtsp://127.0.0.1:8554/main', onvif: { name: 'Gate <1>' } });
});

test('virtual cameras that can be found are the devices that they announce', async () => {
  const fleet = owned.use(await startFleetProcess({ count: 2, discoverable: true }));
  for (const [index, camera] of fleet.cameras.entries()) {
    const { name, onvifAddress } = discoverableCamera(camera, index);
    const found = await client.cameras.find({
      address: new URL(camera.mainUrl).host,
      onvifUrl: onvifAddress,
    });
    expect(found).toMatchObject({ mainUrl: camera.mainUrl, onvif: { url: camera.onvifUrl, name } });
  }
});

test('cameras of the demo have ONVIF devices', async () => {
  const engine = owned.use(
    await startEngine({ dataFolder: await temporaryFolder(owned), http: null, log: createLog('silent') }),
  );
  const { port1, port2 } = new MessageChannel();
  engine.servePort(port1);
  const demo: ApiClient = createORPCClient(new RPCLink({ port: port2 }));
  port2.start();
  await demo.site.showDemo({ count: 1 });
  const [camera] = await demo.cameras.list();
  if (camera === undefined || camera.onvifUrl === null) throw new Error('no ONVIF device');
  const found = await demo.cameras.find({ address: new URL(camera.mainUrl).host, onvifUrl: camera.onvifUrl });
  expect(found).toMatchObject({ mainUrl: camera.mainUrl, onvif: { name: camera.name } });
  port2.close();
});
