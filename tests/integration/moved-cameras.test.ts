import { once } from 'node:events';
import http from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAnswering } from '../../main/cameras/camera-identities.ts';
import type { Camera } from '../../main/contract/camera.ts';
import { until } from '../support/camera-scene.ts';
import { MovedCameraScene, movedAccount } from '../support/moved-camera-scene.ts';
import { startWitness } from '../support/onvif-scene.ts';

let owned: AsyncDisposableStack;
let scene: MovedCameraScene;

const before = '127.0.31.1';
const after = '127.0.31.2';
const stranger = '127.0.31.66';

beforeEach(async () => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  await owned.disposeAsync();
});

/** A camera that was added and has been seen, and then is gone from its address. */
async function gone(more: Parameters<MovedCameraScene['camera']>[2] = {}, address = before): Promise<Camera> {
  const virtual = await scene.camera(address, 0, more);
  const { mainUrl, subUrl, onvifUrl } = virtual.camera;
  const camera = scene.registry.add({
    ...{ name: 'Gate', group: '', mainUrl, subUrl, onvifUrl, connection: 'always' },
    ...movedAccount,
  });
  await until(() => identity(camera)?.serial != null);
  await virtual[Symbol.asyncDispose]();
  return camera;
}

function identity(camera: Camera) {
  const stored = scene.registry.stored(camera.id);
  return stored === undefined ? undefined : scene.identities.of(stored);
}

function hosts({ id }: Camera): (string | undefined)[] {
  const stored = scene.registry.stored(id);
  return [stored?.mainUrl, stored?.subUrl, stored?.onvifUrl].map((url) =>
    url == null ? undefined : new URL(url).hostname,
  );
}

/** A server that wants passwords in clear text, and what it was told. */
async function startThief(host: string, port: number): Promise<string[]> {
  const heard: string[] = [];
  const server = http.createServer((request, response) => {
    heard.push(request.headers.authorization ?? '');
    request.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    request.on('end', () => response.writeHead(401, { 'www-authenticate': 'Basic realm="camera"' }).end());
  });
  server.listen(port, host);
  await once(server, 'listening');
  owned.defer(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return heard;
}

describe.skipIf(process.platform !== 'linux')('a camera that has another address', () => {
  test('on the same subnet is followed with all its streams, once it has proved its serial number by Digest', async () => {
    scene = await MovedCameraScene.start(owned);
    const camera = await gone();
    expect(identity(camera)).toMatchObject({ address: before, uuid: scene.uuid, serial: 'GH000000' });
    await scene.camera(after);
    await scene.announce([{ address: after }]);
    await until(() => hosts(camera).every((host) => host === after));
    expect(scene.notices('camera-followed')).toMatchObject([
      { message: expect.stringContaining(`Gate, moved from ${before} to ${after} and was followed`) },
    ]);
    await until(() => scene.registry.statuses().some(isAnswering));
    expect(scene.registry.stored(camera.id)?.digestOnly).toBe(true);
    expect(scene.store.cameras.list()[0]?.mainUrl).toContain(after);
    // It is known again at the next address.
    expect(identity(camera)).toMatchObject({ address: after, serial: 'GH000000' });
  });

  test('is known by its MAC address alone', async () => {
    scene = await MovedCameraScene.start(owned);
    const camera = await gone();
    await scene.camera(after);
    const mac = identity(camera)?.mac;
    await scene.announce([{ address: after, uuid: '9b0c1f0e-3c7b-4a6e-9d5e-0d6d1b7f6a01', mac: mac ?? '' }]);
    await until(() => hosts(camera).every((host) => host === after));
  });

  test('is known again when the console was restarted meanwhile', async () => {
    scene = await MovedCameraScene.start(owned);
    const camera = await gone();
    const identities = owned.use(scene.createIdentities());
    const stored = scene.store.cameras.list()[0];
    expect(stored && identities.of(stored)).toMatchObject({ cameraId: camera.id, serial: 'GH000000' });
  });

  test('on another subnet is offered, is sent nothing, and is used after one click', async () => {
    scene = await MovedCameraScene.start(owned, () => [{ name: 'lo', address: '127.0.0.1', prefix: 24 }]);
    const near = '127.0.0.31';
    const far = '127.0.31.2';
    const camera = await gone({}, near);
    const there = await scene.camera(far);
    await scene.announce([{ address: far }]);
    await until(() => scene.notices('camera-moved').length > 0);
    expect(there.camera.onvif?.asked).toEqual([]);
    expect(there.camera.statistics.connections).toBe(0);
    expect(hosts(camera)).toEqual([near, near, near]);
    const [offer] = scene.notices('camera-moved');
    expect(offer?.move).toEqual({ cameraIds: [camera.id], address: far });
    scene.moved.follow(offer?.id ?? '');
    expect(hosts(camera)).toEqual([far, far, far]);
    expect(scene.notices('camera-moved')).toEqual([]);
    expect(() => scene.moved.follow(offer?.id ?? '')).toThrow('not offered any more');
    await until(() => scene.registry.statuses().some(isAnswering));
  });

  test('whose streams take the password in clear text only is offered, and it is not sent', async () => {
    scene = await MovedCameraScene.start(owned);
    const basic = { credentials: { scheme: 'basic', ...movedAccount } } as const;
    const camera = await gone(basic);
    await scene.camera(after, 0, basic);
    await scene.announce([{ address: after }]);
    await until(() => scene.notices('camera-moved').length > 0);
    expect(hosts(camera)).toEqual([before, before, before]);
    const [offer] = scene.notices('camera-moved');
    scene.moved.follow(offer?.id ?? '');
    await until(() => scene.registry.statuses().some(isAnswering));
  });

  test('that comes back where it was is not offered elsewhere any more', async () => {
    scene = await MovedCameraScene.start(owned);
    await gone();
    await scene.camera(stranger, 1);
    await scene.announce([{ address: stranger }]);
    await until(() => scene.notices('camera-moved').length > 0);
    await scene.camera(before);
    scene.registry.redial(false);
    await until(() => scene.notices('camera-moved').length === 0);
  });
});

describe.skipIf(process.platform !== 'linux')('who pretends to be a camera', () => {
  test('with its UUID and wants Basic gets no password, in clear text or as a hash of any other kind', async () => {
    scene = await MovedCameraScene.start(owned);
    const camera = await gone();
    const heard = await startThief(stranger, scene.onvifPort);
    await scene.announce([{ address: stranger }]);
    await until(() => scene.notices('camera-moved').length > 0);
    expect(heard.length).toBeGreaterThan(0);
    expect(heard.join('\n')).not.toContain('Basic');
    expect(heard.join('\n')).not.toContain(movedAccount.password);
    expect(hosts(camera)).toEqual([before, before, before]);
  });

  test('with its UUID and its MAC address, and has another serial number, is not followed', async () => {
    scene = await MovedCameraScene.start(owned);
    const camera = await gone();
    await scene.camera(stranger, 1);
    await scene.announce([{ address: stranger, mac: identity(camera)?.mac ?? '' }]);
    await until(() => scene.notices('camera-moved').length > 0);
    expect(hosts(camera)).toEqual([before, before, before]);
  });

  test('and tells its serial number to everybody has proved nothing', async () => {
    scene = await MovedCameraScene.start(owned);
    const camera = await gone();
    await scene.camera(stranger, 0, { credentials: null });
    await scene.announce([{ address: stranger }]);
    await until(() => scene.notices('camera-moved').length > 0);
    expect(hosts(camera)).toEqual([before, before, before]);
  });

  test('and redirects leads nobody to another host', async () => {
    scene = await MovedCameraScene.start(owned);
    const camera = await gone();
    const witness = await startWitness(owned, '127.0.31.67');
    const redirectTo = `http://127.0.31.67:${witness.port}/onvif/device_service`;
    await scene.camera(stranger, 0, { onvif: { quirks: { answer: { redirectTo } } } });
    await scene.announce([{ address: stranger }]);
    await until(() => scene.notices('camera-moved').length > 0);
    expect(witness.heard).toEqual([]);
    expect(hosts(camera)).toEqual([before, before, before]);
  });

  test('beside the camera itself makes a person decide, whatever both have proved', async () => {
    scene = await MovedCameraScene.start(owned);
    const camera = await gone();
    await scene.camera(after);
    await scene.camera(stranger);
    await scene.announce([{ address: after }, { address: stranger }]);
    await until(() => scene.notices('camera-moved').length === 2);
    expect(hosts(camera)).toEqual([before, before, before]);
  });

  test('when it was followed and then wants the password in clear text gets none, until a person types it again', async () => {
    scene = await MovedCameraScene.start(owned);
    const camera = await gone();
    const moved = await scene.camera(after);
    await scene.announce([{ address: after }]);
    await until(() => hosts(camera)[0] === after);
    await moved[Symbol.asyncDispose]();
    const changed = await scene.camera(after, 0, { credentials: { scheme: 'basic', ...movedAccount } });
    scene.registry.edit({ id: camera.id, name: 'Gate 1' });
    const refused = () =>
      scene.registry
        .statuses()
        .flatMap(({ status }) => (status.state === 'waiting' ? [status.error] : []))
        .find(({ code }) => code === 'camera-refused-credentials');
    await until(() => {
      scene.registry.redial(false);
      return refused() !== undefined;
    });
    expect(refused()?.message).toContain('type its password again');
    expect(changed.camera.statistics.connections).toBeGreaterThan(0);
    scene.registry.edit({ id: camera.id, password: movedAccount.password });
    await until(() => scene.registry.statuses().some(isAnswering));
  });

  test('of a camera that answers is not asked anything, while another one is looked for', async () => {
    scene = await MovedCameraScene.start(owned);
    const other = '9b0c1f0e-3c7b-4a6e-9d5e-0d6d1b7f6a01';
    await gone({ onvif: { uuid: other } }, '127.0.31.3');
    const { camera: virtual } = await scene.camera(before);
    const { mainUrl, subUrl, onvifUrl } = virtual;
    const camera = scene.registry.add({
      name: 'Yard',
      group: '',
      mainUrl,
      subUrl,
      onvifUrl,
      ...movedAccount,
    });
    await until(() => identity(camera)?.uuid === scene.uuid);
    const pretender = await scene.camera(stranger);
    await scene.announce([{ address: stranger }, { address: '127.0.31.4', uuid: other }]);
    await until(() => scene.notices('camera-moved').length > 0);
    expect(scene.notices('camera-moved').map(({ move }) => move?.address)).toEqual(['127.0.31.4']);
    expect(pretender.camera.onvif?.asked).toEqual([]);
    expect(hosts(camera)).toEqual([before, before, before]);
  });
});
