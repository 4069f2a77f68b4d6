import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { openStore, type Store } from '../../main/store/store.ts';
import { PlayingNeighbour, untilFrames, virtualCamera } from '../support/camera-scene.ts';
import { addVirtual, startRegistry } from '../support/registry-scene.ts';
import {
  type Answer,
  h264Description,
  interleaved,
  reply,
  rtpPacket,
  ScriptedRtspServer,
} from '../support/scripted-rtsp-server.ts';

let owned: AsyncDisposableStack;
let store: Store;
beforeEach(async () => {
  owned = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-dials-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  store = owned.use(openStore({ folder, log: createLog('silent') }));
});
afterEach(async () => {
  await owned.disposeAsync();
});

test('the transport that works is remembered over a restart, until somebody chooses another', async () => {
  const camera = await virtualCamera(owned, { quirk: 'refuses-tcp' });
  const playOnce = async (
    work: (id: string, registry: ReturnType<typeof startRegistry>['registry']) => void,
  ) => {
    await using scene = new AsyncDisposableStack();
    const { registry } = startRegistry(scene, store);
    const [known] = registry.list();
    const { id } = known ?? addVirtual(registry, camera);
    using lease = registry.lease(id, 'main');
    await untilFrames(lease.stream, 1);
    work(id, registry);
  };
  const working = () => store.cameras.list()[0]?.workingTransport;
  await playOnce(() => {});
  expect(working()).toBe('udp');
  const before = camera.statistics.connections;
  await playOnce((id, registry) => {
    // A probe may have asked it, too; a dial over TCP would be one more.
    expect(camera.statistics.connections - before).toBeLessThanOrEqual(2);
    registry.edit({ id, name: 'Another name' });
    expect(working()).toBe('udp');
    registry.edit({ id, transport: 'udp' });
    expect(working()).toBeNull();
  });
});

test('main and sub-stream of one camera are dialled one after the other', async () => {
  const waiting: (() => void)[] = [];
  const late: Answer = (request, socket) => {
    waiting.push(() => socket.write(reply(request, '200 OK', {}, h264Description)));
    return undefined;
  };
  const yard = owned.use(await ScriptedRtspServer.start({ DESCRIBE: late }));
  const { registry } = startRegistry(owned, store);
  const { id } = registry.add({ name: 'Yard', group: '', mainUrl: yard.url, subUrl: `${yard.url}2` });
  using _main = registry.lease(id, 'main');
  using _sub = registry.lease(id, 'sub');
  await yard.untilAsked('DESCRIBE');
  // Time enough for the other one to come, were it not kept back.
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  expect(yard.methods.filter((method) => method === 'OPTIONS')).toHaveLength(1);
  waiting.shift()?.();
  await yard.untilAsked('DESCRIBE', 2);
  waiting.shift()?.();
  await yard.untilAsked('PLAY', 2);
});

/** What a hostile camera sends after PLAY, for as long as it is listened to. */
const floods: readonly (readonly [string, () => Buffer])[] = [
  ['pictures that never end', () => interleaved(0, rtpPacket(96, next(), Buffer.alloc(60_000, 0x41)))],
  ['parts of a NAL unit that never ends', () => interleaved(0, rtpPacket(96, next(), fragment(60_000)))],
  ['channels that were never set up', () => interleaved(9, Buffer.alloc(60_000, 0x80))],
  ['noise', () => Buffer.alloc(60_000, 0x11)],
  ['heads that do not end', () => Buffer.from(`OPTIONS * RTSP/1.0\r\n${'X: y\r\n'.repeat(10_000)}`)],
  [
    'a source of its own for each packet',
    () => interleaved(0, rtpPacket(96, next(), Buffer.alloc(60_000, 0x41), next())),
  ],
];
let sequenceNumber = 0;
const next = () => (sequenceNumber = (sequenceNumber + 1) & 0xffff);
const fragment = (bytes: number) => Buffer.concat([Buffer.from([0x7c, 0x05]), Buffer.alloc(bytes, 0x55)]);

test.each(floods)('a camera that sends %s without end disturbs no other camera', async (_name, flood) => {
  const enoughBytes = 64 * 1024 * 1024;
  const { promise: sent, resolve } = Promise.withResolvers<void>();
  const hostile = owned.use(
    await ScriptedRtspServer.start({
      PLAY: (request, socket) => {
        socket.write(reply(request));
        let bytes = 0;
        const pour = () => {
          while (socket.writable && bytes < enoughBytes) {
            const chunk = flood();
            bytes += chunk.length;
            if (!socket.write(chunk)) return void socket.once('drain', pour);
          }
          resolve();
        };
        socket.once('close', () => resolve());
        pour();
        return undefined;
      },
    }),
  );
  const { registry } = startRegistry(owned, store);
  const neighbour = await PlayingNeighbour.start(owned, registry);
  const { id } = registry.add({ name: 'Hostile', group: '', mainUrl: hostile.url, subUrl: null });
  using _lease = registry.lease(id, 'main');
  await sent;
  await neighbour.playsOn();
});
