import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventChange } from '../../main/contract/event.ts';
import type { OnvifDevice } from '../../main/demo/onvif-device.ts';
import type { OnvifQuirks } from '../../main/demo/onvif-quirks.ts';
import {
  type ApiClient,
  type ApiHarness,
  callerOf,
  createHarness,
  memoryClient,
} from '../support/api-harness.ts';
import { unknownId } from '../support/api-samples.ts';
import { account, startDevice } from '../support/onvif-scene.ts';
import { refused } from '../support/refused.ts';

let owned: AsyncDisposableStack;
let harness: ApiHarness;
let client: ApiClient;
let stop: AbortController;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  stop = new AbortController();
  harness = await createHarness(owned);
  client = memoryClient(harness);
});
afterEach(async () => {
  stop.abort();
  await owned.disposeAsync();
});

async function addCamera(device: OnvifDevice): Promise<string> {
  const { id } = await client.cameras.add({
    name: 'Gate',
    mainUrl: 'rtsp://127.0.0.1:1/main',
    onvifUrl: device.url,
    ...account,
  });
  return id;
}

/** Waits until the engine has subscribed so often. */
async function subscribed(device: OnvifDevice, times = 1): Promise<void> {
  while (device.asked.filter((operation) => operation === 'PullMessages').length < times) await delay(10);
}

/** What the engine tells, one after the other; begins with the snapshot. */
async function watch(): Promise<{ next(): Promise<EventChange> }> {
  const events = await client.events.watch(undefined, { signal: stop.signal });
  return {
    async next() {
      const { done, value } = await events.next();
      if (done === true) throw new Error('the events have ended');
      return value;
    },
  };
}

async function scene(
  quirks: OnvifQuirks = {},
): Promise<{ device: OnvifDevice; cameraId: string; events: { next(): Promise<EventChange> } }> {
  const { device } = await startDevice(owned, { quirks });
  const events = await watch();
  expect(await events.next()).toEqual({ type: 'snapshot', events: [], openAlarms: 0 });
  const cameraId = await addCamera(device);
  await subscribed(device);
  return { device, cameraId, events };
}

describe('events', () => {
  test('what a camera reports is told at once, and kept', async () => {
    const { device, cameraId, events } = await scene();
    const reports = [
      ['motion', true, null],
      ['tamper', true, null],
      ['input', true, null],
      ['line-crossing', true, expect.any(Number)],
      ['motion', false, expect.any(Number)],
    ] as const;
    for (const [kind, isOn, endedAt] of reports) {
      device.report(kind, isOn);
      expect(await events.next()).toMatchObject({ type: 'event', event: { cameraId, kind, endedAt } });
    }
    const { events: listed } = await client.events.list({});
    expect(listed.map(({ kind, alarm, source }) => [kind, alarm, source])).toEqual([
      ['line-crossing', false, 'Rule=Door'],
      ['input', false, 'InputToken=input-1'],
      ['tamper', true, 'Source=source'],
      ['motion', false, 'VideoSourceConfigurationToken=source-configuration'],
    ]);
    expect(Math.abs((listed[0]?.lastAt ?? 0) - Date.now())).toBeLessThan(30_000);
    // A window that comes later knows what goes on.
    const later = await watch();
    const snapshot = await later.next();
    expect(snapshot).toMatchObject({ type: 'snapshot', openAlarms: 1 });
    expect(snapshot.type === 'snapshot' && snapshot.events.map(({ kind }) => kind)).toEqual([
      'tamper',
      'line-crossing',
      'input',
      'motion',
    ]);
  });

  test.each([
    ['does not say that it has them', { pullPoint: 'unadvertised' }],
    ['tells its subscriptions apart by a parameter', { subscriptionsByParameter: true }],
    ['names another host for its subscriptions', { serviceHost: '127.0.0.9' }],
    ['has a clock that is years behind', { clockSkewMilliseconds: -10 * 365 * 24 * 3_600_000 }],
    ['cannot renew', { withoutRenew: true }],
  ] as const)('come from a camera that %s (camera-quirks 39, 42, 44)', async (_, quirks) => {
    const { device, events } = await scene(quirks);
    device.report('motion', true);
    const change = await events.next();
    expect(change).toMatchObject({ type: 'event', event: { kind: 'motion', endedAt: null } });
    expect(change.type === 'event' && Math.abs(change.event.lastAt - Date.now())).toBeLessThan(30_000);
  });

  test('a camera that has none is asked once and then let alone', async () => {
    const { device } = await startDevice(owned, { quirks: { pullPoint: 'absent' } });
    await addCamera(device);
    while (!device.asked.includes('CreatePullPointSubscription')) await delay(10);
    device.quirks = {};
    // By then a camera that only failed would have been asked again.
    await delay(2_500);
    expect(device.pullPoints.created).toBe(0);
  });

  test('a subscription that the camera has lost is made anew, and what went on is over until it says so again', async () => {
    const { device, events } = await scene();
    device.report('motion', true);
    await events.next();
    device.pullPoints.clear();
    expect(await events.next()).toMatchObject({
      event: { kind: 'motion', count: 1, endedAt: expect.any(Number) },
    });
    expect(await events.next()).toMatchObject({ event: { kind: 'motion', count: 2, endedAt: null } });
    expect(device.pullPoints.created).toBe(2);
  });

  test('a camera that is removed or has another password is subscribed to no more, and the subscription is given back', async () => {
    const { device, cameraId } = await scene();
    await client.cameras.edit({ id: cameraId, name: 'North gate' });
    expect(device.pullPoints.open).toBe(1);
    await client.cameras.edit({ id: cameraId, onvifUrl: null });
    while (device.pullPoints.open > 0) await delay(10);
    await client.cameras.edit({ id: cameraId, onvifUrl: device.url });
    while (device.pullPoints.open === 0) await delay(10);
    await client.cameras.remove({ ids: [cameraId] });
    while (device.pullPoints.open > 0) await delay(10);
    expect(device.pullPoints.created).toBe(2);
  });
});

describe('PTZ', () => {
  test('a camera is moved, stopped, sent home and to its presets', async () => {
    const { device } = await startDevice(owned);
    const cameraId = await addCamera(device);
    expect(await client.ptz.capabilities({ cameraId })).toEqual({
      move: true,
      zoom: true,
      home: true,
      presets: 16,
    });
    const position = () => device.motor.position(performance.now());
    await client.ptz.move({ cameraId, pan: 1, tilt: -0.5 });
    while (position().pan < 0.1) await delay(5);
    await client.ptz.stop({ cameraId });
    const stopped = position();
    expect(stopped.tilt).toBeLessThan(0);
    const { token } = await client.ptz.savePreset({ cameraId, name: 'Gate & "yard"' });
    expect(await client.ptz.presets({ cameraId })).toEqual([{ token, name: 'Gate & "yard"' }]);
    await client.ptz.home({ cameraId });
    while (device.motor.isMoving(performance.now())) await delay(5);
    expect(position()).toEqual({ pan: 0, tilt: 0, zoom: 0 });
    await client.ptz.goPreset({ cameraId, token });
    while (device.motor.isMoving(performance.now())) await delay(5);
    expect(position().pan).toBeCloseTo(stopped.pan);
    expect(await client.ptz.savePreset({ cameraId, name: 'Gate', token })).toEqual({ token, name: 'Gate' });
    await client.ptz.removePreset({ cameraId, token });
    expect(await client.ptz.presets({ cameraId })).toEqual([]);
    expect(await refused(client.ptz.goPreset({ cameraId, token }))).toMatchObject({
      code: 'onvif-failed',
      message: expect.stringContaining('There is no such preset'),
    });
  });

  test('a camera that is told to move and then forgotten stops by itself', async () => {
    const { device } = await startDevice(owned);
    const cameraId = await addCamera(device);
    await client.ptz.move({ cameraId, pan: 0.1, seconds: 1 });
    while (device.motor.isMoving(performance.now())) await delay(5);
    expect(device.motor.position(performance.now()).pan).toBeCloseTo(0.05);
  });

  test('a camera without an ONVIF address cannot be moved, and says what to do', async () => {
    const { id: cameraId } = await client.cameras.add({ name: 'Yard', mainUrl: 'rtsp://127.0.0.1:1/main' });
    expect(await client.ptz.capabilities({ cameraId })).toEqual({
      move: false,
      zoom: false,
      home: false,
      presets: 0,
    });
    expect(await refused(client.ptz.move({ cameraId, pan: 1 }))).toMatchObject({
      code: 'onvif-not-supported',
      message: 'Yard has no ONVIF address. Enter it in the settings of the camera.',
    });
  });

  test('who may only look cannot move a camera', async () => {
    const guest = memoryClient(harness, callerOf(harness, { cameras: [{ scope: 'all', rights: ['live'] }] }));
    const { id: cameraId } = await client.cameras.add({ name: 'Yard', mainUrl: 'rtsp://127.0.0.1:1/main' });
    expect((await refused(guest.ptz.move({ cameraId, pan: 1 }))).code).toBe('not-allowed');
    expect((await refused(guest.ptz.move({ cameraId: unknownId, pan: 1 }))).code).toBe('not-found');
    expect((await refused(guest.ptz.capabilities({ cameraId: unknownId }))).code).toBe('not-found');
  });
});
