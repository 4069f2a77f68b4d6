import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CameraEvent, StreamStatus } from '../../main/contract/camera.ts';
import { LossWatch } from '../../main/events/loss-watch.ts';
import type { HttpHost } from '../../main/hosts/http-host.ts';
import {
  type ApiClient,
  type ApiHarness,
  createHarness,
  memoryClient,
  originOf,
  startHost,
} from '../support/api-harness.ts';
import { unknownId } from '../support/api-samples.ts';
import { StatusWatch, untilFrames } from '../support/camera-scene.ts';
import { refused } from '../support/refused.ts';
import { openWhep, whepRequest } from '../support/whep-player.ts';
import { WhipPublisher } from '../support/whip-publisher.ts';

let owned: AsyncDisposableStack;
let harness: ApiHarness;
let client: ApiClient;
let host: HttpHost;

beforeAll(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  client = memoryClient(harness);
  host = owned.use(await startHost(harness));
});
afterAll(async () => {
  await owned.disposeAsync();
});

function endpoint(cameraId: string): string {
  return `${originOf(host)}/whip/${cameraId}`;
}

async function link(cameraId: string, { sound = false } = {}) {
  const input = { cameraId, kind: 'publish', name: 'Patrol', hours: 1, sound } as const;
  const { share, token } = await client.shares.add(input);
  return { ...share, token };
}

test('a camera that nobody sends to says so, and plays as soon as somebody does', async () => {
  const { id, mainUrl } = await client.cameras.addPublished({ name: 'Patrol', connection: 'always' });
  expect(mainUrl).toBe(`whip://${id}`);
  await using statuses = new StatusWatch(harness.cameras);
  using lease = harness.cameras.lease(id, 'main');
  expect((await statuses.until(id, 'main', 'waiting')).error).toMatchObject({
    code: 'camera-not-published',
    message: 'Nobody sends to Patrol now. Open its link on the phone.',
  });
  expect(harness.cameras.counts.inTrouble).toBe(0);
  const { token, id: shareId } = await link(id, { sound: true });
  await using publisher = new WhipPublisher({ sound: true });
  await publisher.publish(endpoint(id), token);
  await untilFrames(lease.stream, 20);
  const playing = await statuses.until(id, 'main', 'playing');
  await expect
    .poll(() => statuses.of(id, 'main').at(-1))
    .toMatchObject({ audio: { kind: 'playable', codec: 'OPUS' } });
  expect(playing.missing).toBeUndefined();
  // Browsers send key frames only when they are asked.
  expect(publisher.asked).toBeGreaterThan(0);
  expect((await client.shares.list({ cameraId: id })).shares).toMatchObject([
    { id: shareId, kind: 'publish', sessions: 1 },
  ]);
  const { entries } = await client.audit.list({ did: 'publishing.opened', limit: 10 });
  expect(entries).toMatchObject([{ who: { kind: 'share', id: shareId }, about: [{ id, name: 'Patrol' }] }]);
  expect(await publisher.unpublish()).toBe(200);
  expect((await statuses.until(id, 'main', 'waiting')).error.code).toBe('camera-not-published');
  expect(lease.stream.gop).toEqual([]);
});

test('a picture goes on after its page was loaded again, and no other link takes it away', async () => {
  const { id } = await client.cameras.addPublished({ name: 'Twice' });
  const { token } = await link(id);
  const { token: other } = await link(id);
  await using first = new WhipPublisher();
  await first.publish(endpoint(id), token);
  await using statuses = new StatusWatch(harness.cameras);
  using lease = harness.cameras.lease(id, 'main');
  await untilFrames(lease.stream, 5);
  await using second = new WhipPublisher();
  const sdp = await second.offer();
  expect((await openWhep(endpoint(id), other, sdp)).status).toBe(409);
  await using third = new WhipPublisher();
  await third.publish(endpoint(id), token);
  await untilFrames(lease.stream, 20);
  const { url = '' } = first.session ?? {};
  expect((await whepRequest('GET', url, { token })).status).toBe(404);
  expect((await whepRequest('GET', third.session?.url ?? '', { token })).status).toBe(204);
  const codes = statuses
    .of(id, 'main')
    .flatMap((status) => (status.state === 'waiting' ? status.error.code : []));
  expect(codes).not.toContain('camera-closed-connection');
});

test('without the right to send sound none is taken', async () => {
  const { id } = await client.cameras.addPublished({ name: 'Quiet' });
  const { token } = await link(id);
  await using publisher = new WhipPublisher({ sound: true });
  await publisher.publish(endpoint(id), token);
  await using statuses = new StatusWatch(harness.cameras);
  using lease = harness.cameras.lease(id, 'main');
  await untilFrames(lease.stream, 5);
  expect((await statuses.until(id, 'main', 'playing')).audio).toBeUndefined();
  expect(publisher.connection.remoteDescription?.sdp).toMatch(/m=audio(?:.|\s)*a=inactive/);
});

test('a link that is ended ends the picture, and its token opens nothing', async () => {
  const { id } = await client.cameras.addPublished({ name: 'Ended' });
  const { token, id: shareId } = await link(id);
  await using publisher = new WhipPublisher();
  await publisher.publish(endpoint(id), token);
  await using statuses = new StatusWatch(harness.cameras);
  using lease = harness.cameras.lease(id, 'main');
  await untilFrames(lease.stream, 5);
  await client.shares.remove({ id: shareId });
  expect((await statuses.until(id, 'main', 'waiting')).error.code).toBe('camera-not-published');
  expect((await openWhep(endpoint(id), token, await publisher.offer())).status).toBe(401);
});

test('a session ends when its camera is removed', async () => {
  const { id } = await client.cameras.addPublished({ name: 'Gone' });
  const { token, id: shareId } = await link(id);
  await using publisher = new WhipPublisher();
  await publisher.publish(endpoint(id), token);
  await client.cameras.remove({ ids: [id] });
  await expect.poll(() => harness.whip.countOf(shareId)).toBe(0);
  await client.cameras.restore({ ids: [id] });
  await using again = new WhipPublisher();
  await again.publish(endpoint(id), token);
  using lease = harness.cameras.lease(id, 'main');
  await untilFrames(lease.stream, 5);
});

test('a token to watch does not publish, a token to publish does not watch, and neither is about another camera', async () => {
  const { id } = await client.cameras.addPublished({ name: 'Scope' });
  const { id: otherId } = await client.cameras.addPublished({ name: 'Other' });
  const { token } = await link(id);
  const { token: watching } = await client.shares.add({ cameraId: id, name: 'Porter', hours: 1 });
  await using publisher = new WhipPublisher();
  const sdp = await publisher.offer();
  expect((await openWhep(endpoint(id), watching, sdp)).status).toBe(401);
  expect((await openWhep(`${originOf(host)}/whep/${id}`, token, sdp)).status).toBe(401);
  expect((await openWhep(endpoint(otherId), token, sdp)).status).toBe(404);
  expect((await openWhep(endpoint(unknownId), token, sdp)).status).toBe(404);
  expect((await openWhep(endpoint(id), token, sdp.replaceAll('sendonly', 'recvonly'))).status).toBe(400);
});

test('a camera with an address is published by nobody, and no address makes a published one', async () => {
  const { id } = await client.cameras.add({ name: 'Gate', mainUrl: 'rtsp://127.0.0.1:1/gate' });
  const input = { cameraId: id, kind: 'publish', name: 'Patrol', hours: 1 } as const;
  expect(await refused(client.shares.add(input))).toMatchObject({ code: 'bad-input' });
  const published = await client.cameras.addPublished({ name: 'Phone' });
  for (const mainUrl of [published.mainUrl, `whip://${unknownId}`]) {
    expect(await refused(client.cameras.add({ name: 'Typed', mainUrl }))).toMatchObject({
      code: 'bad-input',
    });
    expect(await refused(client.cameras.edit({ id, mainUrl }))).toMatchObject({ code: 'bad-input' });
    expect(await refused(client.cameras.test({ mainUrl }))).toMatchObject({ code: 'bad-input' });
  }
  // Everything else of it can be changed.
  expect(await client.cameras.edit({ id: published.id, name: 'Night patrol', group: 'Yard' })).toMatchObject({
    name: 'Night patrol',
    mainUrl: published.mainUrl,
  });
});

test('a list of cameras and a site file leave published cameras out, so that they can be read again', async () => {
  const { id } = await client.cameras.addPublished({ name: 'Not in files' });
  const { text } = await client.cameras.export({ format: 'json' });
  expect(text).not.toContain(id);
  expect((await client.site.export({})).text).not.toContain(id);
});

test('whoever ends to send has not lost a camera; one that falls silent has, until it is back', async () => {
  const { id } = await client.cameras.addPublished({ name: 'Lost' });
  const waiting = (code: 'camera-not-published' | 'camera-silent'): StreamStatus => ({
    ...{ state: 'waiting', since: 0, until: 0 },
    error: { code, message: code },
  });
  const playing: StreamStatus = { state: 'playing', since: 0 };
  const lost: (boolean | undefined)[] = [];
  async function* told(): AsyncGenerator<CameraEvent> {
    for (const status of [
      waiting('camera-not-published'),
      playing,
      waiting('camera-not-published'),
      waiting('camera-silent'),
      waiting('camera-not-published'),
      playing,
    ]) {
      yield { type: 'status', status: { cameraId: id, profile: 'main', status } };
      lost.push(harness.events.goingOn('camera-lost').some(({ cameraId }) => cameraId === id));
    }
  }
  await using _watch = new LossWatch({
    cameras: { watch: told },
    feed: harness.events,
    lostSeconds: () => 30,
  });
  await expect.poll(() => lost).toEqual([false, false, false, true, true, false]);
});
