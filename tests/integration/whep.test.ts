import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
import { until, untilFrames, virtualCamera } from '../support/camera-scene.ts';
import { refused } from '../support/refused.ts';
import { openWhep, type WhepAnswer, WhepPlayer, whepRequest } from '../support/whep-player.ts';

let owned: AsyncDisposableStack;
let harness: ApiHarness;
let client: ApiClient;
let host: HttpHost;
let gateId: string;
let yardId: string;
let offer: string;

beforeAll(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  client = memoryClient(harness);
  host = owned.use(await startHost(harness));
  const { mainUrl } = await virtualCamera(owned, { sounds: ['PCMU'] });
  ({ id: gateId } = await client.cameras.add({ name: 'Gate', mainUrl }));
  ({ id: yardId } = await client.cameras.add({ name: 'Yard', mainUrl: 'rtsp://127.0.0.1:1/yard' }));
  await using player = new WhepPlayer();
  offer = await player.offer();
});
afterAll(async () => {
  await owned.disposeAsync();
});

function endpoint(cameraId = gateId): string {
  return `${originOf(host)}/whep/${cameraId}`;
}

async function share(options: { cameraId?: string; sound?: boolean } = {}) {
  const { share: made, token } = await client.shares.add({
    cameraId: gateId,
    name: 'Porter',
    hours: 1,
    ...options,
  });
  return { ...made, token };
}

test('a player with a token sees the camera, and hears it where the share says so', async () => {
  const { token, id } = await share({ sound: true });
  await using player = new WhepPlayer({ sound: true });
  const { url } = await player.play(endpoint(), token);
  await player.until(() => player.packets.length > 20 && player.sound.length > 5);
  expect((await client.shares.list({ cameraId: gateId })).shares).toContainEqual(
    expect.objectContaining({ id, name: 'Porter', sessions: 1 }),
  );
  expect((await whepRequest('DELETE', url, { token })).status).toBe(200);
  expect((await whepRequest('DELETE', url, { token })).status).toBe(404);
  expect((await client.shares.list({ cameraId: gateId })).shares).toContainEqual(
    expect.objectContaining({ id, sessions: 0 }),
  );
  // Who watches without an account is in the audit by the name of the share.
  const who = { kind: 'share', id, name: 'Porter' };
  for (const did of ['picture.opened', 'sound.opened']) {
    const { entries } = await client.audit.list({ did, who: id, limit: 10 });
    expect(entries).toMatchObject([{ who, from: '127.0.0.1', about: [{ id: gateId, name: 'Gate' }] }]);
  }
});

test('without the right to the sound none is sent, although the player asks for it', async () => {
  const { token } = await share();
  await using player = new WhepPlayer({ sound: true });
  await player.play(endpoint(), token);
  await player.until(() => player.packets.length > 40);
  expect(player.sound).toEqual([]);
});

const sdpType = { 'content-type': 'application/sdp' };
const fragmentType = { 'content-type': 'application/trickle-ice-sdpfrag' };

/** What a stranger can tell two answers by. */
function look({ status, headers, body }: WhepAnswer): unknown {
  const { date: _, 'x-ratelimit-remaining': __, 'x-ratelimit-reset': ___, ...rest } = headers;
  return { status, headers: rest, body };
}

test.each([
  ['no token', undefined],
  ['a guess', 'x'.repeat(43)],
  ['a token without end', 'x'.repeat(5_000)],
])('%s opens nothing, whatever is asked for, and nothing of the body is read', async (_what, token) => {
  const bearer = token === undefined ? {} : { token };
  const everything = [
    ['POST', endpoint()],
    ['GET', endpoint()],
    ['GET', `${endpoint()}/${unknownId}`],
    ['PATCH', `${endpoint()}/${unknownId}`],
    ['DELETE', `${endpoint()}/${unknownId}`],
    ['POST', endpoint(unknownId)],
  ] as const;
  for (const [method, url] of everything) {
    const headers = { 'content-type': 'application/nonsense' };
    const answer = await whepRequest(method, url, { ...bearer, headers, body: 'x' });
    expect(answer.status, `${method} ${url}`).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('Bearer');
  }
});

test('a camera of somebody else looks like one that is not there, and so does its session', async () => {
  const { token } = await share();
  const { token: other } = await share({ cameraId: yardId });
  await using player = new WhepPlayer();
  const { url, etag } = await player.play(endpoint(), token);
  const foreign = look(await openWhep(endpoint(), other, offer));
  expect(foreign).toMatchObject({ status: 404 });
  expect(look(await openWhep(endpoint(unknownId), other, offer))).toEqual(foreign);
  expect(look(await openWhep(`${originOf(host)}/whep/..%2f`, other, offer))).toEqual(foreign);
  const { token: second } = await share();
  for (const stranger of [other, second]) {
    for (const method of ['PATCH', 'DELETE']) {
      const headers = { ...fragmentType, 'if-match': etag };
      const seen = look(await whepRequest(method, url, { token: stranger, headers, body: 'a=mid:0' }));
      const absent = `${endpoint()}/${unknownId}`;
      expect(seen, method).toMatchObject({ status: 404 });
      expect(look(await whepRequest(method, absent, { token, headers, body: 'a=mid:0' }))).toEqual(seen);
    }
  }
  expect((await whepRequest('GET', url, { token })).status).toBe(204);
  expect((await whepRequest('GET', url, { token: second })).status).toBe(404);
});

test('other methods are told which there are, and nothing is said to pages of other origins', async () => {
  for (const [url, allowed, accepts] of [
    [endpoint(), 'OPTIONS, GET, HEAD, POST', 'accept-post'],
    [`${endpoint()}/${unknownId}`, 'OPTIONS, GET, HEAD, PATCH, DELETE', 'accept-patch'],
  ] as const) {
    const options = await whepRequest('OPTIONS', url);
    expect(options).toMatchObject({ status: 200, headers: { allow: allowed } });
    expect(options.headers[accepts]).toMatch(/^application\//);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'].filter((name) => !allowed.includes(name))) {
      expect(await whepRequest(method, url)).toMatchObject({ status: 405, headers: { allow: allowed } });
    }
    for (const method of ['OPTIONS', 'GET', 'POST', 'PATCH', 'DELETE', 'PUT']) {
      const headers = { origin: 'http://elsewhere.invalid', ...sdpType };
      const { token } = await share();
      const answer = await whepRequest(method, url, { token, headers, body: offer });
      expect(answer.status, method).toBe(403);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    expect((await whepRequest('OPTIONS', url, { headers: { host: 'evil.invalid' } })).status).toBe(403);
  }
});

test('candidates come later by PATCH, for the negotiation that they name', async () => {
  const { token } = await share();
  await using player = new WhepPlayer();
  const whole = await player.offer();
  const opened = await openWhep(endpoint(), token, whole.replaceAll(/a=(candidate|end-of).*\r\n/g, ''));
  const url = new URL(opened.headers.location ?? '', endpoint()).href;
  const etag = opened.headers.etag ?? '';
  const patch = (headers: Record<string, string>, body: string) =>
    whepRequest('PATCH', url, { token, headers: { ...fragmentType, ...headers }, body });
  const ufrag = /a=ice-ufrag:\S+/.exec(whole)?.[0] ?? '';
  const fragment = [ufrag, 'a=mid:0', ...(whole.match(/a=candidate:.*/g) ?? [])].join('\r\n');
  expect((await patch({}, fragment)).status).toBe(428);
  expect((await patch({ 'if-match': '"another"' }, fragment)).status).toBe(412);
  expect((await patch({ 'if-match': '*' }, fragment)).status).toBe(422);
  expect((await patch({ 'if-match': etag }, fragment.replace(ufrag, 'a=ice-ufrag:anew'))).status).toBe(422);
  expect((await patch({ 'if-match': etag, ...sdpType }, fragment)).status).toBe(415);
  expect((await patch({ 'if-match': etag, 'content-type': 'text/plain' }, fragment)).status).toBe(415);
  expect((await patch({ 'if-match': etag }, 'no fragment')).status).toBe(400);
  expect(player.packets).toEqual([]);
  const added = await patch({ 'if-match': etag }, fragment);
  expect(added).toMatchObject({ status: 204, body: '' });
  expect(added.headers.etag).toBeUndefined();
  await player.connection.setRemoteDescription({ type: 'answer', sdp: opened.body });
  await player.until(() => player.packets.length > 0);
});

test.each([
  ['no SDP', 'hello'],
  ['nothing', ''],
  ['no video', 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n'],
  ['no key', 'v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 H264/90000\r\n'],
])('an offer with %s is refused', async (_what, body) => {
  const { token, id } = await share();
  expect((await openWhep(endpoint(), token, body)).status).toBe(400);
  expect(harness.whep.countOf(id)).toBe(0);
});

test('an offer that werift cannot answer, one that is too long and one in JSON are refused, and leave nothing behind', async () => {
  const { token, id } = await share();
  expect((await openWhep(endpoint(), token, offer.replace(/a=mid:.*\r\n/, ''))).status).toBe(400);
  expect((await openWhep(endpoint(), token, offer.replaceAll('recvonly', 'sendonly'))).status).toBe(400);
  expect((await openWhep(endpoint(), token, offer + 'a=x\r\n'.repeat(20_000))).status).toBe(413);
  const headers = { 'content-type': 'application/json' };
  expect((await whepRequest('POST', endpoint(), { token, headers, body: '{}' })).status).toBe(415);
  expect(harness.whep.countOf(id)).toBe(0);
});

test('when its share is ended a player gets no more pictures, and its token opens nothing', async () => {
  const { token, id } = await share();
  await using player = new WhepPlayer();
  const { url } = await player.play(endpoint(), token);
  await player.until(() => player.packets.length > 0);
  await client.shares.remove({ id });
  using lease = harness.cameras.lease(gateId, 'main');
  // What was on its way.
  await untilFrames(lease.stream, 5);
  const received = player.packets.length;
  await untilFrames(lease.stream, 20);
  expect(player.packets.length).toBe(received);
  expect(harness.whep.countOf(id)).toBe(0);
  expect((await whepRequest('GET', url, { token })).status).toBe(401);
  expect(await refused(client.shares.remove({ id }))).toMatchObject({ code: 'not-found' });
});

test('a session ends at the time when its share does', async () => {
  const token = 'a-token-that-ends-soon';
  const soon = {
    id: unknownId,
    cameraId: yardId,
    kind: 'watch',
    name: 'Soon',
    profile: 'sub',
    sound: false,
  } as const;
  const now = Date.now();
  const tokenHash = createHash('sha256').update(token).digest();
  harness.store.shares.insert({ ...soon, createdAt: now, expiresAt: now + 4_000 }, tokenHash);
  expect((await openWhep(endpoint(yardId), token, offer)).status).toBe(201);
  await until(() => harness.whep.countOf(unknownId) === 0);
  expect(Date.now()).toBeGreaterThanOrEqual(now + 4_000);
  expect((await openWhep(endpoint(yardId), token, offer)).status).toBe(401);
  expect((await client.shares.list({ cameraId: yardId })).shares.map(({ id }) => id)).not.toContain(
    unknownId,
  );
});

test('a session ends when its camera is removed, and the share counts again when the camera is back', async () => {
  const { token, id } = await share({ cameraId: yardId });
  expect((await openWhep(endpoint(yardId), token, offer)).status).toBe(201);
  expect(harness.whep.countOf(id)).toBe(1);
  await client.cameras.remove({ ids: [yardId] });
  expect((await openWhep(endpoint(yardId), token, offer)).status).toBe(404);
  await until(() => harness.whep.countOf(id) === 0);
  await client.cameras.restore({ ids: [yardId] });
  expect((await openWhep(endpoint(yardId), token, offer)).status).toBe(201);
  await client.shares.remove({ id });
});

test('one token lets in eight players, and no more', async () => {
  const { token, id } = await share({ cameraId: yardId });
  for (let player = 0; player < 8; player++) {
    expect((await openWhep(endpoint(yardId), token, offer)).status).toBe(201);
  }
  const ninth = await openWhep(endpoint(yardId), token, offer);
  expect(ninth.status).toBe(503);
  expect(Number(ninth.headers['retry-after'])).toBeGreaterThan(0);
  await client.shares.remove({ id });
  expect(harness.whep.countOf(id)).toBe(0);
});

test('a player hears of the STUN and TURN servers once its token is checked, with credentials that end', async () => {
  const secret = 'between-two';
  const servers = [
    { url: 'stun:127.0.0.1:1', login: 'none', username: '', secret: null },
    { url: 'turn:127.0.0.1:1', login: 'password', username: 'gate "9"', secret: 'back\\slash' },
    { url: 'turn:127.0.0.1:2?transport=tcp', login: 'shared-secret', username: '', secret },
  ] as const;
  await client.site.changeIceServers({ servers: [...servers] });
  try {
    const { token, id } = await share();
    const stranger = await whepRequest('POST', endpoint(), { headers: sdpType, body: offer });
    expect(stranger.headers.link).toBeUndefined();
    const opened = await whepRequest('POST', endpoint(), { token, headers: sdpType, body: offer });
    const links = String(opened.headers.link).split(', ');
    expect(links).toEqual([
      '<stun:127.0.0.1:1>; rel="ice-server"',
      '<turn:127.0.0.1:1>; rel="ice-server"; username="gate \\"9\\""; credential="back\\\\slash"; credential-type="password"',
      expect.stringMatching(
        new RegExp(
          `^<turn:127\\.0\\.0\\.1:2\\?transport=tcp>; rel="ice-server"; username="\\d{10}:${id}"; credential="[\\w+/]{27}="; credential-type="password"$`,
        ),
      ),
    ]);
    expect(links.join()).not.toContain(secret);
  } finally {
    await client.site.changeIceServers({ servers: [] });
  }
});
