import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CameraEvent } from '../../main/contract/camera.ts';
import { type ViewerEvent, viewerEvent } from '../../main/contract/viewer.ts';
import {
  type ApiClient,
  type ApiHarness,
  type Connection,
  createHarness,
  transports,
} from '../support/api-harness.ts';
import { refused } from '../support/refused.ts';

const gate = { name: 'Gate', mainUrl: 'rtsp://127.0.0.1:1/main', subUrl: 'rtsp://127.0.0.1:1/sub' };

async function nextOffer(events: AsyncIterator<unknown>): Promise<Extract<ViewerEvent, { type: 'offer' }>> {
  const event = viewerEvent.parse((await events.next()).value);
  if (event.type !== 'offer') throw new Error('no offer');
  return event;
}

const isConnecting = ({ status }: Extract<CameraEvent, { type: 'status' }>) =>
  status.status.state === 'connecting';

/** The next event of a kind: cameras are asked for their state meanwhile, and what comes of it is told as well. */
async function nextOf(
  events: AsyncIterator<CameraEvent, unknown>,
  isWanted: (event: CameraEvent) => boolean,
): Promise<CameraEvent> {
  for (;;) {
    const { done, value } = await events.next();
    if (done === true) throw new Error('the subscription has ended');
    if (isWanted(value as CameraEvent)) return value as CameraEvent;
  }
}

describe.each(transports)('%s', (_name, transport) => {
  let owned: AsyncDisposableStack;
  let harness: ApiHarness;
  let connection: Connection;
  let client: ApiClient;

  beforeEach(async () => {
    owned = new AsyncDisposableStack();
    harness = await createHarness(owned);
    connection = await transport(harness, owned);
    client = connection.client;
  });
  afterEach(async () => {
    await owned.disposeAsync();
  });

  test('an added camera is listed, with a number and without its password', async () => {
    const added = await client.cameras.add({ ...gate, username: 'guard', password: 'hunter2' });
    expect(added).toMatchObject({ number: 1, name: 'Gate', username: 'guard', hasPassword: true });
    expect(await client.cameras.list()).toEqual([added]);
    expect(JSON.stringify(added)).not.toContain('hunter2');
  });

  test('user and password inside an address are taken out of it', async () => {
    const added = await client.cameras.add({
      name: 'Yard',
      mainUrl: 'rtsp://guard:p@ss w:rd@127.0.0.1:1/main',
    });
    expect(added).toMatchObject({ mainUrl: 'rtsp://127.0.0.1:1/main', username: 'guard', hasPassword: true });
    expect(harness.store.cameras.list()[0]?.password?.reveal()).toBe('p@ss w:rd');
  });

  test.each([
    ['no name', { ...gate, name: '  ' }, 'name'],
    ['no address of a camera', { ...gate, mainUrl: 'exec:ffmpeg' }, 'mainUrl'],
    ['a number of 0', { ...gate, number: 0 }, 'number'],
    ['a name of 101 letters', { ...gate, name: 'x'.repeat(101) }, 'name'],
  ])('%s is refused with the name of the field, and nothing is stored', async (_what, input, field) => {
    const error = await refused(client.cameras.add(input));
    expect(error).toMatchObject({ code: 'bad-input', data: { issues: [{ path: field }] } });
    expect(await client.cameras.list()).toEqual([]);
  });

  test('a number that is taken is refused in words that say by whom', async () => {
    await client.cameras.add({ ...gate, number: 7 });
    const yard = { name: 'Yard', number: 7, mainUrl: 'rtsp://127.0.0.1:1/yard' };
    const error = await refused(client.cameras.add(yard));
    expect(error).toMatchObject({ code: 'already-there', data: { issues: [{ path: 'number' }] } });
    expect(error.message).toContain('Gate');
    expect(await client.cameras.list()).toHaveLength(1);
  });

  test('a subscription begins with everything and goes on with what changes', async () => {
    const first = await client.cameras.add(gate);
    const events = await client.cameras.watch();
    expect((await events.next()).value).toMatchObject({ type: 'snapshot', cameras: [first] });
    const second = await client.cameras.add({ name: 'Yard', mainUrl: 'rtsp://127.0.0.1:1/yard' });
    expect(await nextOf(events, ({ type }) => type !== 'status')).toEqual({ type: 'camera', camera: second });
    harness.cameras.lease(first.id, 'sub');
    const status = await nextOf(events, (event) => event.type === 'status' && isConnecting(event));
    expect(status).toMatchObject({ status: { cameraId: first.id, profile: 'sub' } });
    await events.return?.(undefined);
  });

  test('a saved layout is listed, and written again under the same id', async () => {
    const layout = { id: randomUUID(), name: 'Night', grid: '4' as const, tiles: [null] };
    expect(await client.layouts.save(layout)).toEqual(layout);
    await client.layouts.save({ ...layout, grid: '1+5' });
    expect((await client.layouts.list())[1]).toEqual({ ...layout, grid: '1+5' });
  });

  test('a layout of a shape that no wall has is refused', async () => {
    const before = await client.layouts.list();
    const layout = { id: randomUUID(), name: 'Odd', grid: '5' as never, tiles: [] };
    expect(await refused(client.layouts.save(layout))).toMatchObject({ code: 'bad-input' });
    expect(await client.layouts.list()).toEqual(before);
  });

  test('a viewer begins with its offer and is gone when nobody listens any more', async () => {
    const events = await client.viewer.open({ slots: 3 });
    const offer = await nextOffer(events);
    expect(offer.slots).toHaveLength(4);
    expect(harness.viewers.get(offer.viewerId)).toBeDefined();
    await events.return?.(undefined);
    while ([...harness.viewers.viewers].length > 0) await new Promise(setImmediate);
    expect(await refused(client.viewer.answer({ viewerId: offer.viewerId, sdp: 'v=0' }))).toMatchObject({
      code: 'not-found',
    });
  });

  test('an unknown camera changes no slot, and the known ones are given back', async () => {
    const camera = await client.cameras.add(gate);
    const events = await client.viewer.open({ slots: 1 });
    const offer = await nextOffer(events);
    const show = client.viewer.show({
      viewerId: offer.viewerId,
      bindings: [
        { slot: 0, cameraId: camera.id, profile: 'sub' },
        { slot: 1, cameraId: randomUUID(), profile: 'sub' },
      ],
    });
    expect(await refused(show)).toMatchObject({ code: 'not-found' });
    expect(harness.viewers.get(offer.viewerId).slots[0]?.mapping.stream).toBeUndefined();
    await events.return?.(undefined);
  });

  test('a viewer that does not exist is not found', async () => {
    const viewerId = randomUUID();
    expect(await refused(client.viewer.show({ viewerId, bindings: [] }))).toMatchObject({
      code: 'not-found',
    });
    const candidate = { candidate: '', sdpMid: null, sdpMLineIndex: null };
    expect(await refused(client.viewer.candidate({ viewerId, candidate }))).toMatchObject({
      code: 'not-found',
    });
  });
});

describe.each(transports.filter(([name]) => name !== 'in memory'))('%s', (_name, transport) => {
  test('a caller that is gone without a word takes its viewer and its subscriptions along', async () => {
    await using owned = new AsyncDisposableStack();
    const harness = await createHarness(owned);
    const { client, hangUp } = await transport(harness, owned);
    const watching = await client.cameras.watch();
    await watching.next();
    const viewer = await client.viewer.open({ slots: 1 });
    await viewer.next();
    expect([...harness.viewers.viewers]).toHaveLength(1);
    await hangUp();
    while ([...harness.viewers.viewers].length > 0) await new Promise(setImmediate);
  });
});

test('a window too many is refused with its reason, not as a subscription that broke', async () => {
  await using owned = new AsyncDisposableStack();
  const harness = await createHarness(owned);
  const [[, overWebSocket]] = transports;
  const { client } = await overWebSocket(harness, owned);
  await harness.viewers.open(1);
  const limits = { windows: 1, windowsOfUser: null, megabits: null, megabitsOfUser: null };
  await client.site.changeViewerLimits(limits);
  expect(await refused(client.viewer.open({ slots: 1 }))).toMatchObject({
    code: 'limit-reached',
    message: expect.stringContaining('Close one'),
    data: { retryAfterSeconds: 10 },
  });
  await client.site.changeViewerLimits({ ...limits, windows: 3, windowsOfUser: 1 });
  const events = await client.viewer.open({ slots: 1 });
  await events.next();
  expect(await refused(client.viewer.open({ slots: 1 }))).toMatchObject({
    code: 'limit-reached',
    message: expect.stringContaining('as one user may'),
  });
  expect(await client.site.readViewerLimits()).toEqual({
    limits: { ...limits, windows: 3, windowsOfUser: 1 },
    used: { windows: 2, megabits: 0 },
    users: [
      { name: 'Somebody', windows: 1, megabits: 0 },
      { name: expect.any(String), windows: 1, megabits: 0 },
    ],
  });
  await events.return();
  await expect.poll(async () => (await client.site.readViewerLimits()).used.windows).toBe(1);
});
