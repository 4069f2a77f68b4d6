import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type ApiClient,
  type ApiHarness,
  createHarness,
  memoryClient,
  originOf,
  startHost,
} from '../support/api-harness.ts';
import { StatusWatch, untilFrames, virtualCamera } from '../support/camera-scene.ts';
import { freePort } from '../support/free-ports.ts';
import { refused } from '../support/refused.ts';

let owned: AsyncDisposableStack;
let near: ApiHarness;
let client: ApiClient;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  near = await createHarness(owned);
  client = memoryClient(near);
});
afterEach(async () => {
  await owned.disposeAsync();
});

/** Another console in this process, and its camera, shared. */
async function farHarness({ sound = true } = {}) {
  const far = await createHarness(owned);
  const farClient = memoryClient(far);
  const host = owned.use(await startHost(far));
  const virtual = await virtualCamera(owned, { sounds: ['PCMU'] });
  const { id } = await farClient.cameras.add({ name: 'Gate', mainUrl: virtual.mainUrl });
  const { share, token } = await farClient.shares.add({ cameraId: id, name: 'Near', hours: 1, sound });
  return {
    far,
    farClient,
    virtual,
    share,
    token,
    url: `${originOf(host).replace('http', 'whep')}/whep/${id}`,
  };
}

test('a camera that another console shares is seen and heard here', async () => {
  const { far, share, url, token } = await farHarness();
  const { id, hasPassword, mainUrl } = await client.cameras.add({
    name: 'Far',
    mainUrl: url,
    password: token,
  });
  expect({ hasPassword, mainUrl }).toEqual({ hasPassword: true, mainUrl: url });
  await using statuses = new StatusWatch(near.cameras);
  using lease = near.cameras.lease(id, 'main');
  await untilFrames(lease.stream, 30);
  expect(await statuses.until(id, 'main', 'playing')).toMatchObject({
    audio: { kind: 'playable', codec: 'PCMU' },
  });
  expect(lease.stream.codec).toBe('H264');
  const heard = Promise.withResolvers<void>();
  using _listening = lease.audio.read(({ codec }) => {
    if (codec === 'PCMU') heard.resolve();
  });
  await heard.promise;
  // However many watch here.
  using _other = near.cameras.lease(id, 'main');
  await untilFrames(lease.stream, 5);
  expect(far.whep.countOf(share.id)).toBe(1);
});

test('without the right to the sound there is none here', async () => {
  const { url, token } = await farHarness({ sound: false });
  const { id } = await client.cameras.add({ name: 'Far', mainUrl: url, password: token });
  await using statuses = new StatusWatch(near.cameras);
  using lease = near.cameras.lease(id, 'main');
  await untilFrames(lease.stream, 5);
  expect((await statuses.until(id, 'main', 'playing')).audio).toBeUndefined();
});

test('nobody is left at the other end when nobody watches here', async () => {
  const { far, share, url, token } = await farHarness();
  expect(await client.cameras.test({ mainUrl: url, password: token })).toMatchObject({ codec: 'H.264' });
  await expect.poll(() => far.whep.countOf(share.id)).toBe(0);
});

test('a token that has ended, a camera that is not there and a console that is away are each said in words', async () => {
  const { url, token, farClient, share } = await farHarness();
  const absent = url.replace(/[^/]+$/, 'nothing');
  expect(await refused(client.cameras.test({ mainUrl: absent, password: token }))).toMatchObject({
    code: 'camera-no-video',
  });
  await farClient.shares.remove({ id: share.id });
  const ended = await refused(client.cameras.test({ mainUrl: url, password: token }));
  expect(ended.code).toBe('camera-refused-credentials');
  expect(ended.message).not.toContain(token);
  expect(await refused(client.cameras.test({ mainUrl: url }))).toMatchObject({
    code: 'camera-refused-credentials',
  });
  const closed = `whep://127.0.0.1:${await freePort()}/whep/x`;
  expect(await refused(client.cameras.test({ mainUrl: closed, password: token }))).toMatchObject({
    code: 'camera-unreachable',
  });
});

/** Starts the other console and waits for what it says. */
async function startFar(
  parameters: readonly string[],
): Promise<{ far: ChildProcess; said: { endpoint: string; token?: string } }> {
  const script = path.resolve(import.meta.dirname, '../support/far-console.ts');
  const far = spawn(process.execPath, [script, ...parameters], { stdio: ['pipe', 'pipe', 'inherit'] });
  owned.defer(async () => {
    if (far.exitCode !== null || far.signalCode !== null) return;
    far.kill('SIGKILL');
    await once(far, 'exit');
  });
  const lines = createInterface({ input: far.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  lines.close();
  return { far, said: JSON.parse(line) };
}

test('the picture comes back by itself after the other console was killed', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-far-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  const virtual = await virtualCamera(owned);
  const parameters = [folder, String(await freePort()), virtual.mainUrl];
  const { far, said } = await startFar(parameters);
  const mainUrl = said.endpoint.replace('http', 'whep');
  const { id } = await client.cameras.add({ name: 'Far', mainUrl, password: said.token ?? '' });
  await using statuses = new StatusWatch(near.cameras);
  using lease = near.cameras.lease(id, 'main');
  await untilFrames(lease.stream, 10);
  far.kill('SIGKILL');
  await once(far, 'exit');
  const { error } = await statuses.until(id, 'main', 'waiting');
  expect(['camera-silent', 'camera-closed-connection']).toContain(error.code);
  expect(lease.stream.gop).toEqual([]);
  await startFar(parameters);
  await untilFrames(lease.stream, 10);
  await statuses.until(id, 'main', 'playing');
});
