import { afterAll, beforeAll, expect, test } from 'vitest';
import { localOwner } from '../../main/access/principal.ts';
import type { HttpHost } from '../../main/hosts/http-host.ts';
import { type ApiClient, type ApiHarness, createHarness, memoryClient, originOf, startHost } from '../support/api-harness.ts';
import { unknownId } from '../support/api-samples.ts';
import { until, virtualCamera } from '../support/camera-scene.ts';
import { refused } from '../support/refused.ts';
import { openWhep, WhepPlayer, whepRequest } from '../support/whep-player.ts';

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
  client = memoryClient(harness, localOwner);
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
  const { share: made, token } = await client.shares.add({ cameraId: gateId, name: 'Porter', hours: 1, ...options });
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
});

test('without the right to the sound none is sent, although the player asks for it', async () => {
  const { token } = await share();
  await using player = new WhepPlayer({ sound: true });
  await player.play(endpoint(), token);
  await player.until(() => player.packets.length > 40);
  expect(player.sound).toEqual([]);
});
