import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OnvifClient } from '../../main/onvif/onvif-client.ts';
import { askDevices, checkEnvelopes, hasOnvifPeer } from '../support/onvif-peer.ts';
import { startDevice, targetOf } from '../support/onvif-scene.ts';

let owned: AsyncDisposableStack;
beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  await owned.disposeAsync();
});

describe.skipIf(!hasOnvifPeer())("against zeep and ONVIF's WSDL files (Debian's python3-zeep)", () => {
  test('every request of the client is what the WSDL files say', async () => {
    const envelopes: string[] = [];
    const { device } = await startDevice(owned, { onRequest: (text) => envelopes.push(text) });
    const { signal } = new AbortController();
    const client = await OnvifClient.connect(targetOf(device.url), signal);
    const { ptz, imaging, media } = client;
    await client.device.information(signal);
    await client.device.hostname(signal);
    await client.device.scopes(signal);
    await client.device.networkInterfaces(signal);
    device.quirks = { media2: 'no-streams' };
    const [main] = await media.profiles(signal);
    if (main === undefined) throw new Error('no profile');
    // From both services.
    await media.streamUri(main, signal);
    await media.snapshotUri(main, signal);
    await media.synchronize(main, signal);
    device.quirks = { media2: 'half' };
    await media.profiles(signal);
    await ptz.nodes(signal);
    await ptz.continuousMove('main', { pan: 0.5, zoom: -1 }, 5, signal);
    await ptz.relativeMove('main', { tilt: 0.1 }, signal);
    await ptz.absoluteMove('main', { pan: -1, tilt: 1, zoom: 0 }, signal);
    await ptz.stop('main', signal);
    const preset = await ptz.savePreset('main', 'Gate & "yard"', null, signal);
    await ptz.savePreset('main', 'Gate', preset, signal);
    await ptz.presets('main', signal);
    await ptz.goToPreset('main', preset, signal);
    await ptz.removePreset('main', preset, signal);
    await ptz.goHome('main', signal);
    await ptz.status('main', signal);
    await imaging.settings('source', signal);
    await imaging.options('source', signal);
    const change = { brightness: 1, contrast: 2, saturation: 3, sharpness: 4, focus: 'auto' } as const;
    await imaging.change('source', change, signal);
    await imaging.moveFocus('source', 0.5, signal);
    await imaging.stopFocus('source', signal);
    for await (const _ of client.events.watch(signal)) break;
    expect(new Set(device.asked).size).toBeGreaterThan(25);
    // It does find what is wrong.
    const wrong = envelopes.find((text) => text.includes('<timg:GetOptions>')) ?? '';
    const problems = await checkEnvelopes([
      ...envelopes,
      wrong.replace('<timg:VideoSourceToken>', '<timg:Wrong/>$&'),
    ]);
    expect(problems).toEqual([expect.stringContaining('GetOptions')]);
  });

  test('zeep understands every answer of the virtual device, with HTTP Digest and with UsernameToken', async () => {
    // Without letters beyond ASCII: Python's requests sends them in Latin-1, which no standard says.
    const plain = { username: 'guard', password: 'pass:w&rd' };
    const { device: first } = await startDevice(owned, { authentication: 'http-digest', account: plain });
    const { device: second } = await startDevice(owned, { authentication: 'username-token', account: plain });
    const answers = {
      information: { Model: 'Virtual 1.10', FirmwareVersion: '0010' },
      profiles: [{ token: 'main', VideoEncoderConfiguration: { Encoding: 'H264' } }, { token: 'sub' }],
      profiles2: [
        { token: 'main', Configurations: { VideoEncoder: { Resolution: { Width: 1280 } } } },
        { token: 'sub' },
      ],
      uri: { Uri: 'rtsp://127.0.0.1:8554/main' },
      uri2: 'rtsp://127.0.0.1:8554/sub',
      nodes: [{ HomeSupported: true, MaximumNumberOfPresets: 16 }],
      presets: [{ Name: 'Gate', token: 'preset-1' }],
      messages: 3,
    };
    expect(await askDevices([first.origin, second.origin], plain)).toMatchObject([answers, answers]);
    expect([first.pullPoints.open, second.pullPoints.open]).toEqual([0, 0]);
  });
});
