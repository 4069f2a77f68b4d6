import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OnvifClient } from '../../main/onvif/onvif-client.ts';
import { account, startDevice, startWitness, targetOf } from '../support/onvif-scene.ts';

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

async function connect(url: string, as: Parameters<typeof targetOf>[1] = account): Promise<OnvifClient> {
  return await OnvifClient.connect(targetOf(url, as), stop.signal);
}

/** What a call fails with. */
async function failure(call: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error) || !('code' in error)) throw new Error(`not refused but ${String(error)}`);
  return { code: String(error.code), message: error.message };
}

test('over https only a device with the trusted certificate is asked', async () => {
  const pem = readFileSync(path.resolve(import.meta.dirname, '../support/certificates/camera.pem'));
  const heard: string[] = [];
  const { device } = await startDevice(owned, {
    security: { cert: pem, key: pem },
    onRequest: (text) => heard.push(text),
  });
  const { fingerprint256: fingerprint } = new X509Certificate(pem);
  const connectWith = async (certificate: string | null) =>
    await OnvifClient.connect({ ...targetOf(device.url), certificate }, stop.signal);
  const other = Array(32).fill('4F').join(':');
  for (const certificate of [null, other]) {
    await expect(connectWith(certificate)).rejects.toMatchObject({
      code: 'camera-certificate-untrusted',
      certificate: { fingerprint, trusted: certificate },
    });
  }
  expect(heard).toEqual([]);
  const client = await connectWith(fingerprint);
  expect(await client.device.information(stop.signal)).toMatchObject({ serialNumber: 'GH000007' });
});

describe('a device that does everything right', () => {
  test('tells what it is, each value as it is written', async () => {
    const { device } = await startDevice(owned);
    const client = await connect(device.url);
    expect(await client.device.information(stop.signal)).toEqual({
      manufacturer: 'Gatehouse',
      model: 'Virtual 1.10',
      firmwareVersion: '0010',
      serialNumber: 'GH000007',
      hardwareId: '1e5',
    });
    expect(await client.device.hostname(stop.signal)).toBe('Gate <1>');
    expect(await client.device.scopes(stop.signal)).toContain('onvif://www.onvif.org/name/Gate%20%3C1%3E');
    expect(await client.device.networkInterfaces(stop.signal)).toEqual([
      { name: 'eth0', mac: '02:47:48:00:00:07', addresses: ['127.0.0.1'] },
    ]);
  });

  test('has its profiles, streams and snapshots from Media2', async () => {
    const { device, synchronized } = await startDevice(owned);
    const client = await connect(device.url);
    const profiles = await client.media.profiles(stop.signal);
    expect(profiles[0]).toEqual({
      token: 'main',
      name: 'main',
      service: 'media2',
      videoSource: 'source',
      video: {
        codec: 'H264',
        width: 1280,
        height: 720,
        framesPerSecond: 15,
        kilobitsPerSecond: 2048,
        gopFrames: 30,
      },
      audio: null,
      ptzNode: 'node',
      ptzConfiguration: 'ptz-configuration',
      hasBackChannel: false,
    });
    const [, sub] = profiles;
    if (sub === undefined) throw new Error('no second profile');
    expect(await client.media.streamUri(sub, stop.signal)).toBe('rtsp://127.0.0.1:8554/sub');
    expect(await client.media.snapshotUri(sub, stop.signal)).toBe(`${device.origin}/snapshot/sub.jpg`);
    await client.media.synchronize(sub, stop.signal);
    expect(synchronized).toEqual(['sub']);
  });

  test('changes its picture within its ranges, and says so when asked for more', async () => {
    const { device } = await startDevice(owned);
    const { imaging } = await connect(device.url);
    expect((await imaging.options('source', stop.signal)).sharpness).toEqual({ minimum: 0, maximum: 100 });
    await imaging.change('source', { brightness: 62.5, focus: 'manual' }, stop.signal);
    expect(await imaging.settings('source', stop.signal)).toEqual({
      brightness: 62.5,
      contrast: 50,
      saturation: 50,
      sharpness: 50,
      focus: 'manual',
      infraredCutFilter: 'AUTO',
    });
    expect(await failure(imaging.change('source', { contrast: 101 }, stop.signal))).toEqual({
      code: 'onvif-failed',
      message: expect.stringContaining('"From 0 to 100"'),
    });
    await imaging.moveFocus('source', -1, stop.signal);
    await imaging.stopFocus('source', stop.signal);
    expect(device.picture.brightness).toBe(62.5);
    expect(device.asked.slice(-2)).toEqual(['Move', 'Stop']);
  });
});

describe('credentials', () => {
  test.each(['http-digest', 'username-token', 'either'] as const)(
    '%s lets in who knows the password',
    async (authentication) => {
      const { device } = await startDevice(owned, { authentication });
      const client = await connect(device.url);
      for (let round = 0; round < 3; round++) {
        expect((await client.device.information(stop.signal)).serialNumber).toBe('GH000007');
      }
      // HTTP Digest costs one refusal for the whole connection, UsernameToken none.
      expect(device.asked.filter((operation) => operation === 'GetDeviceInformation')).toHaveLength(
        authentication === 'http-digest' ? 4 : 3,
      );
    },
  );

  test.each(['http-digest', 'username-token', 'either'] as const)(
    '%s: a wrong password is refused in words, after as few tries as possible',
    async (authentication) => {
      const { device } = await startDevice(owned, { authentication });
      const client = await connect(device.url, { username: account.username, password: 'wrong' });
      const { code, message } = await failure(client.device.information(stop.signal));
      expect(code).toBe('camera-refused-credentials');
      expect(message).toContain('Check user and password');
      expect(device.asked.length).toBeLessThanOrEqual(3);
    },
  );

  test('without any the device says that it wants some', async () => {
    const { device } = await startDevice(owned);
    const client = await connect(device.url, { username: null, password: null });
    expect(await failure(client.device.information(stop.signal))).toEqual({
      code: 'camera-refused-credentials',
      message: expect.stringContaining('Enter user and password'),
    });
  });

  test('a refused password is not tried on the other services', async () => {
    const { device } = await startDevice(owned, { authentication: 'username-token' });
    const client = await connect(device.url, { username: account.username, password: 'wrong' });
    expect((await failure(client.media.profiles(stop.signal))).code).toBe('camera-refused-credentials');
    expect(device.asked).toEqual(['GetSystemDateAndTime', 'GetServices']);
  });
});

describe('clocks (camera-quirks 42)', () => {
  const year = 365 * 24 * 3_600_000;

  test.each([
    ['years behind', -20 * year],
    ['seven minutes ahead', 7 * 60_000],
  ])('a clock %s keeps nobody out', async (_, clockSkewMilliseconds) => {
    const { device } = await startDevice(owned, {
      authentication: 'username-token',
      quirks: { clockSkewMilliseconds },
    });
    const client = await connect(device.url);
    expect((await client.device.information(stop.signal)).serialNumber).toBe('GH000007');
    expect(Math.abs(client.clockOffset - clockSkewMilliseconds)).toBeLessThan(5_000);
  });

  test.each([-8 * 60, 5 * 60 + 45])(
    'local time given out as UTC, %s minutes ahead, keeps nobody out',
    async (minutes) => {
      const { device } = await startDevice(owned, {
        authentication: 'username-token',
        quirks: { localTimeAsUtcMinutes: minutes },
      });
      const client = await connect(device.url);
      expect((await client.device.information(stop.signal)).serialNumber).toBe('GH000007');
      const refused = device.asked.length;
      // What turned out to be right is remembered.
      await client.device.hostname(stop.signal);
      expect(device.asked).toHaveLength(refused + 1);
    },
  );

  test('a device that wants credentials even to tell its time is asked with ours', async () => {
    const { device } = await startDevice(owned, { quirks: { clockNeedsCredentials: true } });
    const client = await connect(device.url);
    expect((await client.device.information(stop.signal)).serialNumber).toBe('GH000007');
  });
});

describe('addresses', () => {
  test.each(['0.0.0.0', '127.0.0.9', '[::1]'])(
    'services named at %s are found on the host that was connected to (camera-quirks 39)',
    async (serviceHost) => {
      const { device } = await startDevice(owned, { quirks: { serviceHost } });
      const client = await connect(device.url);
      expect(await client.media.profiles(stop.signal)).toHaveLength(2);
    },
  );

  test('a stream named at a host behind NAT is offered on the host that was connected to (camera-quirks 46)', async () => {
    const { device } = await startDevice(owned, { quirks: { streamHost: '10.0.0.5' } });
    const client = await connect(device.url);
    const [main] = await client.media.profiles(stop.signal);
    if (main === undefined) throw new Error('no profile');
    expect(await client.media.streamUri(main, stop.signal)).toBe('rtsp://127.0.0.1:8554/main');
    expect(await client.media.snapshotUri(main, stop.signal)).toBe(`${device.origin}/snapshot/main.jpg`);
  });

  test('credentials go to no other host, whatever the device names', async () => {
    const { device } = await startDevice(owned, { host: '127.0.0.1' });
    const witness = await startWitness(owned, '127.0.0.2', device.port);
    device.quirks = { serviceHost: '127.0.0.2' };
    const client = await connect(device.url);
    await client.media.profiles(stop.signal);
    await client.ptz.nodes(stop.signal);
    for await (const _ of client.events.watch(stop.signal)) break;
    device.quirks = { answer: { redirectTo: `http://127.0.0.2:${witness.port}/onvif/device_service` } };
    expect(await failure(client.device.information(stop.signal))).toEqual({
      code: 'onvif-failed',
      message: expect.stringContaining(`a redirect to http://127.0.0.2:${witness.port}`),
    });
    expect(witness.heard).toEqual([]);
    // The witness does hear what is sent to it.
    await fetch(`http://127.0.0.2:${witness.port}/x`);
    expect(witness.heard).toHaveLength(1);
  });
});

describe('services that are half there (camera-quirks 45)', () => {
  test.each([
    ['that is absent', { media2: 'absent' }, 'media'],
    ['that names empty profiles', { media2: 'half' }, 'media'],
    ['that gives no stream addresses', { media2: 'no-streams' }, 'media2'],
    ['alone, without Media1', { media1: 'absent' }, 'media2'],
    ['of a device without GetServices', { withoutGetServices: true }, 'media'],
  ] as const)('Media2 %s', async (_, quirks, service) => {
    const { device } = await startDevice(owned, { quirks });
    const client = await connect(device.url);
    const profiles = await client.media.profiles(stop.signal);
    expect(profiles.map(({ service: from, video }) => [from, video?.codec, video?.gopFrames])).toEqual([
      [service, 'H264', 30],
      [service, 'H264', 30],
    ]);
    const [main] = profiles;
    if (main === undefined) throw new Error('no profile');
    expect(await client.media.streamUri(main, stop.signal)).toBe('rtsp://127.0.0.1:8554/main');
  });

  test('a device without any says so', async () => {
    const { device } = await startDevice(owned, { quirks: { media1: 'absent', media2: 'absent' } });
    const client = await connect(device.url);
    expect((await failure(client.media.profiles(stop.signal))).code).toBe('onvif-not-supported');
  });

  test('faults in the form of SOAP 1.1 are understood', async () => {
    const { device } = await startDevice(owned, { quirks: { soap11Faults: true } });
    const client = await connect(device.url, { username: account.username, password: 'wrong' });
    expect((await failure(client.device.information(stop.signal))).code).toBe('camera-refused-credentials');
  });
});

describe('a device that means harm', () => {
  test.each([
    ['malformed', 'onvif-failed', 'what is no ONVIF'],
    ['cut-off', 'camera-closed-connection', 'closed the connection'],
    ['huge', 'onvif-failed', 'more than 1 MB'],
    ['endless', 'onvif-failed', 'more than 1 MB'],
    ['deep', 'onvif-failed', 'what is no ONVIF'],
    ['wide', 'onvif-failed', 'more than 10,000 elements'],
    ['doctype', 'onvif-failed', 'declares a document type'],
    ['hang-up', 'camera-closed-connection', 'closed the connection'],
    ['web-page', 'onvif-failed', 'no SOAP envelope but <html>'],
  ] as const)('that answers with something %s is refused in words', async (answer, code, words) => {
    const { device } = await startDevice(owned, { quirks: { answer } });
    const client = await connect(device.url);
    expect(await failure(client.device.information(stop.signal))).toEqual({
      code,
      message: expect.stringContaining(words),
    });
  });

  test('that does not answer is given up when nobody waits any more', async () => {
    const { device } = await startDevice(owned, { quirks: { answer: 'silence' } });
    const client = await connect(device.url);
    const asked = client.device.information(stop.signal);
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });

  test('that is not there is named with its port', async () => {
    expect(await failure(connect('http://127.0.0.1:1'))).toEqual({
      code: 'camera-unreachable',
      message:
        'Gate (127.0.0.1:1) refuses connections on port 1. Check the port, and that ONVIF is switched on in the camera.',
    });
  });
});
