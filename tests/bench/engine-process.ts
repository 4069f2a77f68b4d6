import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createLog } from '../../main/base/log.ts';
import type { CameraInput } from '../../main/contract/camera.ts';
import type { Layout } from '../../main/contract/layout.ts';
import { startEngine } from '../../main/engine/engine.ts';
import type { LiveStream } from '../../main/media/live-stream.ts';
import type { StreamLease } from '../../main/media/stream-lease.ts';
import { Slot } from '../../main/viewers/slot.ts';
import { RtpSlotSender } from '../../main/viewers/slot-sender.ts';

/** The same camera, by its address, may be on several. */
export interface BenchWall extends Pick<Layout, 'grid' | 'tourSeconds'> {
  readonly cameras: readonly CameraInput[];
}

/** What the benchmark may ask of the engine's process. */
export type EngineRequest =
  | { type: 'token' }
  | { type: 'usage' }
  /** Their ids, in their order. */
  | { type: 'cameras' }
  | { type: 'hold'; count: number }
  | { type: 'release' }
  | { type: 'binds' }
  | { type: 'arrivals' }
  /** When the pictures were received that were sent since it was asked last. */
  | { type: 'sent' }
  /** Makes these walls, of cameras that are always connected. */
  | { type: 'walls'; walls: readonly BenchWall[] }
  /** Answered when the slots of the only window show exactly the cameras of that wall. */
  | { type: 'until-shown'; wall: number }
  | { type: 'stock' };

export interface EngineProcessOptions {
  readonly dataFolder: string;
  readonly rendererFolder: string;
  readonly cameras: readonly CameraInput[];
  /** Notes when every picture came and every slot was bound, which costs memory as long as it runs; true when left out. */
  readonly notes?: boolean;
}

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

/** Per slot: by RTP timestamp as it was sent, when the picture came from its camera. */
export interface Sent {
  slot: number;
  receivedAt: [timestamp: number, milliseconds: number][];
}

export interface Usage {
  cpuMicroseconds: number;
  rssBytes: number;
  packetsSent: number;
}

/** What must not grow. */
export interface EngineStock {
  viewers: number;
  tcpSockets: number;
  udpSockets: number;
  timers: number;
  otherResources: number;
  heapMegabytes: number;
}

const options: EngineProcessOptions = JSON.parse(process.argv[2] ?? '');
const kept = 4_000;
const monotonic = () => Number(process.hrtime.bigint()) / 1e6;
const clockOffset = monotonic() - performance.now();

let packetsSent = 0;
/** When the picture came whose last payload this is. */
const receivedAtOf = new WeakMap<Buffer, number>();
const sentBy = new Map<RtpSlotSender, [timestamp: number, milliseconds: number][]>();
const send = RtpSlotSender.prototype.send;
RtpSlotSender.prototype.send = function counted(payloads, timestamp, marker) {
  packetsSent++;
  const last = payloads.at(-1);
  const receivedAt = marker && last !== undefined ? receivedAtOf.get(last) : undefined;
  if (receivedAt !== undefined) {
    const sent = sentBy.get(this) ?? [];
    sentBy.set(this, sent);
    sent.push([timestamp >>> 0, receivedAt]);
    if (sent.length > kept) sent.shift();
  }
  send.call(this, payloads, timestamp, marker);
};

/** The slot of a sender, learnt from its reports. */
const slotOf = new Map<RtpSlotSender, Slot>();
let reporting: Slot | undefined;
const reportSlot = Slot.prototype.report;
Slot.prototype.report = function known() {
  reporting = this;
  reportSlot.call(this);
  reporting = undefined;
};
const reportSender = RtpSlotSender.prototype.report;
RtpSlotSender.prototype.report = function known() {
  if (reporting !== undefined) slotOf.set(this, reporting);
  reportSender.call(this);
};

const arrivals = new Map<LiveStream, Map<number, number>>();
const cameraNumbers = new Map<LiveStream, number>();
const waitingBinds: { slot: Slot; boundAt: number }[] = [];
const bind = Slot.prototype.bind;
Slot.prototype.bind = function timed(lease) {
  if (lease !== null && options.notes !== false) {
    waitingBinds.push({ slot: this, boundAt: monotonic() });
    observe(lease.stream);
  }
  bind.call(this, lease);
  answerShown();
};

function observe(stream: LiveStream): void {
  if (arrivals.has(stream)) return;
  const received = new Map<number, number>();
  arrivals.set(stream, received);
  stream.read((frame) => {
    received.set(frame.timestamp, frame.receivedAt + clockOffset);
    const last = frame.payloads.at(-1);
    if (last !== undefined) receivedAtOf.set(last, frame.receivedAt + clockOffset);
    const [oldest] = received.keys();
    if (received.size > kept && oldest !== undefined) received.delete(oldest);
  });
}

const engine = await startEngine({
  dataFolder: options.dataFolder,
  http: { port: 0, rendererFolder: options.rendererFolder },
  log: createLog('warn'),
  demoCameras: options.cameras,
});
const held: StreamLease[] = [];
const walls: ReadonlySet<LiveStream>[] = [];
let waitingForWall: { wall: number; resolve(): void } | undefined;

function slots(): { index: number; slot: Slot }[] {
  return [...engine.viewers.viewers].flatMap((viewer) =>
    viewer.slots.map((slot, index) => ({ index, slot })),
  );
}

function makeWall({ cameras, ...shape }: BenchWall, index: number): void {
  const ids = cameras.map((camera) => {
    const known = engine.cameras.list().find(({ mainUrl }) => mainUrl === camera.mainUrl);
    return known?.id ?? engine.cameras.add({ ...camera, connection: 'always' }).id;
  });
  engine.layouts.save({ id: randomUUID(), name: `Wall ${index + 1}`, ...shape, tiles: ids });
  const streams = ids.map((id) => {
    using lease = engine.cameras.lease(id, 'sub');
    return lease.stream;
  });
  walls.push(new Set(streams));
}

function answerShown(): void {
  if (waitingForWall === undefined) return;
  const streams = walls[waitingForWall.wall] ?? new Set();
  const bound = slots().flatMap(({ slot }) => slot.mapping.stream ?? []);
  if (bound.length !== streams.size || !bound.every((stream) => streams.has(stream))) return;
  waitingForWall.resolve();
  waitingForWall = undefined;
}

async function takeStock(): Promise<EngineStock> {
  // More than once: what a finaliser lets go of is collected the next time.
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.();
    await delay(200);
  }
  const resources = process.getActiveResourcesInfo();
  const count = (kind: string) => resources.filter((resource) => resource === kind).length;
  const [tcpSockets, udpSockets, timers] = [count('TCPSocketWrap'), count('UDPWrap'), count('Timeout')];
  return {
    viewers: [...engine.viewers.viewers].length,
    tcpSockets,
    udpSockets,
    timers,
    otherResources: resources.length - tcpSockets - udpSockets - timers,
    heapMegabytes: Math.round(process.memoryUsage().heapUsed / 1e5) / 10,
  };
}

async function answer(request: EngineRequest): Promise<unknown> {
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
    case 'cameras':
      return engine.cameras.list().map(({ id }) => id);
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
    case 'sent':
      return slots().flatMap(({ index, slot }): Sent[] => {
        const sender = [...slotOf].find(([, known]) => known === slot)?.[0];
        const sent = sender === undefined ? undefined : sentBy.get(sender)?.splice(0);
        return sent === undefined ? [] : [{ slot: index, receivedAt: sent }];
      });
    case 'walls':
      for (const [index, wall] of request.walls.entries()) makeWall(wall, index);
      return 0;
    case 'until-shown':
      await new Promise<void>((resolve) => {
        waitingForWall = { wall: request.wall, resolve };
        answerShown();
      });
      return 0;
    case 'stock':
      return await takeStock();
    default:
      return request satisfies never;
  }
}

process.on('message', ({ id, request }: { id: number; request: EngineRequest }) => {
  void answer(request).then((value) => process.send?.({ id, answer: value }));
});
process.once('disconnect', () => {
  void Promise.resolve(engine[Symbol.asyncDispose]()).finally(() => process.exit(0));
});
process.send?.({ id: 0, answer: null });
