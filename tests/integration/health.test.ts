import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StreamHealth } from '../../main/contract/health.ts';
import { type ApiClient, type ApiHarness, createHarness, memoryClient } from '../support/api-harness.ts';
import { virtualCamera } from '../support/camera-scene.ts';

let owned: AsyncDisposableStack;
let harness: ApiHarness;
let client: ApiClient;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  client = memoryClient(harness);
});
afterEach(async () => {
  await owned.disposeAsync();
});

async function streamOf(
  cameraId: string,
  profile: StreamHealth['profile'],
): Promise<StreamHealth | undefined> {
  const { streams } = await client.health.read();
  return streams.find((stream) => stream.cameraId === cameraId && stream.profile === profile);
}

test('a stream that plays has its figures, one that nobody watches has none, a camera that is away says what to do', async () => {
  const { name, mainUrl, subUrl } = await virtualCamera(owned);
  const { id } = await client.cameras.add({ name, mainUrl, subUrl });
  const { id: away } = await client.cameras.add({ name: 'Gate', mainUrl: 'rtsp://127.0.0.1:1/x' });
  using _lease = harness.cameras.lease(id, 'main');
  // Nobody waits until it is asked by itself. The losses of a day are counted with the first answer, and then for half a minute not.
  using _away = harness.cameras.lease(away, 'main');
  const stateOfAway = () =>
    harness.cameras.statuses().find(({ cameraId, profile }) => cameraId === away && profile === 'main')
      ?.status.state;
  await expect.poll(stateOfAway).toBe('waiting');
  // From one key frame to the next.
  await expect
    .poll(async () => (await streamOf(id, 'main'))?.keyFrameSeconds, { timeout: 20_000 })
    .toBeCloseTo(2, 0);
  harness.health.look();
  await delay(500);
  harness.health.look();
  const main = await streamOf(id, 'main');
  expect(main).toMatchObject({ state: 'playing', codec: 'H264', width: 1280, height: 720, loss: 0 });
  expect(main?.kilobitsPerSecond).toBeGreaterThan(50);
  expect(main?.picturesPerSecond).toBeGreaterThan(5);
  expect(main?.jitter).not.toBeNull();
  await expect
    .poll(() => streamOf(away, 'main'))
    .toMatchObject({
      state: 'waiting',
      kilobitsPerSecond: null,
      reconnects: 1,
      advice: [{ verdict: 'problem', measured: '', meaning: expect.stringMatching(/./), advice: null }],
    });
  const sub = await streamOf(id, 'sub');
  expect(sub?.picturesPerSecond ?? null).toBeNull();
});

test('of the computer there is what it has and what is left of it', async () => {
  harness.health.look();
  const { machine } = await client.health.read();
  expect(machine.cores).toBeGreaterThan(0);
  expect(machine.memory.free).toBeLessThan(machine.memory.size);
  expect(machine.disk?.free).toBeLessThanOrEqual(machine.disk?.size ?? 0);
  for (const share of [machine.cpu, machine.engineCpu, machine.loopDelay])
    expect(share).toBeGreaterThanOrEqual(0);
  expect(machine.cpu).toBeLessThanOrEqual(1);
});
