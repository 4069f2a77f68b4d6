import { createLog } from '../../main/base/log.ts';
import type { CameraInput } from '../../main/contract/camera.ts';
import { startEngine } from '../../main/engine/engine.ts';
import type { LiveStream } from '../../main/media/live-stream.ts';
import type { StreamLease } from '../../main/media/stream-lease.ts';
import { Slot } from '../../main/viewers/slot.ts';
import { WeriftSlotSender } from '../../main/viewers/slot-sender.ts';

/** What the benchmark may ask of the engine's process. */
export type EngineRequest =
  | { type: 'token' }
  | { type: 'usage' }
  | { type: 'hold'; count: number }
  | { type: 'release' }
  | { type: 'binds' }
  | { type: 'arrivals' };

/** Times are milliseconds of the machine's monotonic clock, so that processes can be compared. */
export interface Bind {
  slot: number;
  cameraNumber: number;
  boundAt: number;
  firstTimestamp: number;
}

/** Per slot that is live: what to take off an RTP timestamp, and when each stream timestamp was received. */
export interface Arrivals {
  slot: number;
  timestampOffset: number;
  receivedAt: [timestamp: number, milliseconds: number][];
}

export interface Usage {
  cpuMicroseconds: number;
  rssBytes: number;
  packetsSent: number;
}

const kept = 4_000;
const monotonic = () => Number(process.hrtime.bigint()) / 1e6;
const clockOffset = monotonic() - performance.now();

let packetsSent = 0;
const send = WeriftSlotSender.prototype.send;
WeriftSlotSender.prototype.send = function counted(...packet) {
  packetsSent++;
  send.apply(this, packet);
};

const arrivals = new Map<LiveStream, Map<number, number>>();
const cameraNumbers = new Map<LiveStream, number>();
const waitingBinds: { slot: Slot; boundAt: number }[] = [];
const bind = Slot.prototype.bind;
Slot.prototype.bind = function timed(lease) {
  if (lease !== null) {
    waitingBinds.push({ slot: this, boundAt: monotonic() });
    observe(lease.stream);
  }
  bind.call(this, lease);
};

function observe(stream: LiveStream): void {
  if (arrivals.has(stream)) return;
  const received = new Map<number, number>();
  arrivals.set(stream, received);
  stream.read((frame) => {
    received.set(frame.timestamp, frame.receivedAt + clockOffset);
    const [oldest] = received.keys();
    if (received.size > kept && oldest !== undefined) received.delete(oldest);
  });
}

const options = JSON.parse(process.argv[2] ?? '{}') as {
  dataFolder: string;
  rendererFolder: string;
  cameras: CameraInput[];
};
const engine = await startEngine({
  dataFolder: options.dataFolder,
  http: { port: 0, rendererFolder: options.rendererFolder },
  log: createLog('warn'),
  demoCameras: options.cameras,
});
const held: StreamLease[] = [];

function slots(): { index: number; slot: Slot }[] {
  return [...engine.viewers.viewers].flatMap((viewer) =>
    viewer.slots.map((slot, index) => ({ index, slot })),
  );
}

function answer(request: EngineRequest): unknown {
  switch (request.type) {
    case 'token':
      return { token: engine.http?.issueToken(), port: engine.http?.port };
    case 'usage': {
      const { user, system } = process.cpuUsage();
      const usage: Usage = {
        cpuMicroseconds: user + system,
        rssBytes: process.memoryUsage.rss(),
        packetsSent,
      };
      return usage;
    }
    case 'hold':
      for (const camera of engine.cameras.list().slice(0, request.count)) {
        const lease = engine.cameras.lease(camera.id, 'sub');
        cameraNumbers.set(lease.stream, camera.number);
        held.push(lease);
      }
      return held.length;
    case 'release':
      for (const lease of held.splice(0)) lease[Symbol.dispose]();
      return 0;
    case 'binds':
      return waitingBinds.splice(0).flatMap(({ slot, boundAt }): Bind[] => {
        const { stream, firstTimestamp } = slot.mapping;
        const index = slots().find((entry) => entry.slot === slot)?.index;
        if (index === undefined || stream === undefined) return [];
        return [{ slot: index, cameraNumber: cameraNumbers.get(stream) ?? 0, boundAt, firstTimestamp }];
      });
    case 'arrivals':
      return slots().flatMap(({ index, slot }): Arrivals[] => {
        const { stream, timestampOffset } = slot.mapping;
        if (stream === undefined) return [];
        return [{ slot: index, timestampOffset, receivedAt: [...(arrivals.get(stream) ?? [])] }];
      });
    default:
      return request satisfies never;
  }
}

process.on('message', ({ id, request }: { id: number; request: EngineRequest }) => {
  process.send?.({ id, answer: answer(request) });
});
process.once('disconnect', () => {
  void Promise.resolve(engine[Symbol.asyncDispose]()).finally(() => process.exit(0));
});
process.send?.({ id: 0, answer: null });
