import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Caller } from '../../main/access/callers.ts';
import type { OnvifDevice } from '../../main/demo/onvif-device.ts';
import {
  type ApiClient,
  type ApiHarness,
  callerOf,
  createHarness,
  memoryClient,
} from '../support/api-harness.ts';
import { account, startDevice } from '../support/onvif-scene.ts';
import { refused } from '../support/refused.ts';

let owned: AsyncDisposableStack;
let harness: ApiHarness;
let client: ApiClient;
let device: OnvifDevice;
let cameraId: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  client = memoryClient(harness);
  ({ device } = await startDevice(owned));
  const added = await client.cameras.add({
    ...{ name: 'Gate', mainUrl: 'rtsp://127.0.0.1:1/main', onvifUrl: device.url },
    ...account,
  });
  cameraId = added.id;
});
afterEach(async () => {
  await owned.disposeAsync();
});

function guard(): { readonly caller: Caller; readonly client: ApiClient } {
  const caller = callerOf(harness, { cameras: [{ scope: 'all', rights: ['live', 'ptz'] }] });
  return { caller, client: memoryClient(harness, caller) };
}

const pan = () => device.motor.position(performance.now()).pan;
const isMoving = () => device.motor.isMoving(performance.now());

test('while somebody moves a camera nobody else does, and is told who it is; nor does anybody else stop it', async () => {
  const [first, second] = [guard(), guard()];
  await first.client.ptz.move({ cameraId, pan: 1 });
  const { name } = first.caller.principal;
  for (const attempt of [
    second.client.ptz.move({ cameraId, pan: -1 }),
    second.client.ptz.home({ cameraId }),
    second.client.ptz.goPreset({ cameraId, token: '1' }),
    second.client.ptz.stop({ cameraId }),
  ])
    expect(await refused(attempt)).toMatchObject({
      code: 'camera-in-use',
      message: `${name} is moving Gate. Try again a few seconds after they have stopped.`,
    });
  expect(isMoving()).toBe(true);
  // Another window of the same person is no other driver.
  await memoryClient(harness, first.caller).ptz.stop({ cameraId });
  expect(isMoving()).toBe(false);
});

test('whoever manages a camera takes it over, and keeps it', async () => {
  const { client: guarding } = guard();
  await guarding.ptz.move({ cameraId, pan: 1 });
  await client.ptz.move({ cameraId, pan: -1 });
  expect((await refused(guarding.ptz.move({ cameraId, pan: 1 }))).code).toBe('camera-in-use');
  // What the first one's window says as it lets go does not end the move of the second.
  expect((await refused(guarding.ptz.stop({ cameraId }))).code).toBe('camera-in-use');
  const before = pan();
  await expect.poll(pan).toBeLessThan(before);
});

test('a move that nobody says again is stopped by Gatehouse, whether or not the camera keeps to the time', async () => {
  await client.ptz.move({ cameraId, pan: 0.1, seconds: 1 });
  await expect.poll(() => device.asked, { timeout: 10_000 }).toContain('Stop');
  expect(isMoving()).toBe(false);
  // One that is said again goes on.
  const stops = () => device.asked.filter((operation) => operation === 'Stop').length;
  for (let times = 0; times < 4; times++) {
    await client.ptz.move({ cameraId, pan: 0.1, seconds: 1 });
    await delay(400);
  }
  expect(stops()).toBe(1);
  await client.ptz.stop({ cameraId });
  expect(stops()).toBe(2);
});

test('all windows that see a camera are told who moves it, and the others are not', async () => {
  const stop = new AbortController();
  owned.defer(() => stop.abort());
  const watcher = memoryClient(harness, callerOf(harness, { cameras: [{ scope: 'all', rights: ['live'] }] }));
  const elsewhere = memoryClient(
    harness,
    callerOf(harness, { cameras: [{ scope: 'group', group: 'Yard', rights: ['live'] }] }),
  );
  const told = await watcher.cameras.watch(undefined, { signal: stop.signal });
  const hidden = await elsewhere.cameras.watch(undefined, { signal: stop.signal });
  await told.next();
  await hidden.next();
  const { client: guarding, caller } = guard();
  await guarding.ptz.move({ cameraId, pan: 1 });
  const { userId: id, name } = caller.principal;
  const next = async (events: typeof told) => {
    const { done, value } = await events.next();
    if (done === true) throw new Error('nothing more is told');
    return value;
  };
  let event = await next(told);
  while (event.type !== 'driven') event = await next(told);
  expect(event).toEqual({ type: 'driven', cameraId, driver: { id, name }, seconds: 5 });
  await client.cameras.add({ name: 'Yard', group: 'Yard', mainUrl: 'rtsp://127.0.0.1:1/yard' });
  expect((await next(hidden)).type).toBe('camera');
});

test('the audit has one entry for a drive, however many moves it had, and one for who was refused', async () => {
  const [first, second] = [guard(), guard()];
  for (const speed of [0.2, 0.4, 0.8]) await first.client.ptz.move({ cameraId, pan: speed });
  await refused(second.client.ptz.move({ cameraId, pan: 1 }));
  await first.client.ptz.stop({ cameraId });
  const { entries } = await client.audit.list({ limit: 100 });
  const moves = entries.filter(({ did }) => did === 'ptz.move');
  expect(moves.map(({ who, outcome }) => [who.name, outcome])).toEqual([
    [second.caller.principal.name, 'camera-in-use'],
    [first.caller.principal.name, 'done'],
  ]);
});

test('pictures of presets are kept with the camera, replaced, and forgotten with the preset; the newest 64 at most', async () => {
  const { client: guarding } = guard();
  const jpeg = (text: string) => Buffer.from([0xff, 0xd8, 0xff, ...Buffer.from(text)]).toString('base64');
  const { token } = await client.ptz.savePreset({ cameraId, name: 'Gate' });
  for (const text of ['first', 'second'])
    await guarding.ptz.keepPresetPicture({ cameraId, token, picture: jpeg(text) });
  expect(await guarding.ptz.presetPictures({ cameraId })).toEqual([{ token, picture: jpeg('second') }]);
  await client.ptz.removePreset({ cameraId, token });
  expect(await client.ptz.presetPictures({ cameraId })).toEqual([]);
  for (let index = 0; index < 70; index++)
    await guarding.ptz.keepPresetPicture({ cameraId, token: String(index), picture: jpeg('x') });
  const kept = (await client.ptz.presetPictures({ cameraId })).map((picture) => picture.token);
  expect(kept).toHaveLength(64);
  expect(kept).toContain('69');
  const png = Buffer.from('89504e47', 'hex').toString('base64');
  for (const picture of [png, jpeg('x'.repeat(17_000)), 'no picture'])
    expect((await refused(guarding.ptz.keepPresetPicture({ cameraId, token, picture }))).code).toBe(
      'bad-input',
    );
});
