import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { answerLines } from '../line-process.ts';
import {
  type Forwarder,
  type ForwarderRequest,
  type ForwarderUsage,
  mostToOneViewer,
  packetsPerAccessUnit,
} from './forwarder.ts';
import { Profiler } from './profiler.ts';

/*
 * A forwarder on Node as a process of its own, so that its CPU time is nobody else's.
 *   forwarder-process.ts floor|werift|libdatachannel|gatehouse
 */

/** Between two turns of the loop at saturation, as between the pictures of real cameras. */
const packetsPerTurn = 32;

const kinds: Readonly<Record<string, () => Promise<Forwarder>>> = {
  floor: async () => new (await import('./floor.ts')).FloorForwarder(),
  werift: async () => new (await import('./werift.ts')).WeriftForwarder(),
  libdatachannel: async () => new (await import('./libdatachannel.ts')).LibdatachannelForwarder(),
  gatehouse: async () => new (await import('./gatehouse.ts')).GatehouseForwarder(),
};

const forwarder = await kinds[process.argv[2] ?? '']?.();
if (forwarder === undefined) throw new Error(`There is no forwarder ${process.argv[2]}.`);
const profiler = new Profiler();
let cameras = 0;

async function saturate(accessUnits: number): Promise<ForwarderUsage> {
  const before = usage();
  let millisecond = { began: performance.now(), packets: 0 };
  let turnAt = before.packets + packetsPerTurn;
  for (let unit = 0; unit < accessUnits; unit++) {
    forwarder?.sendAccessUnit(unit % cameras);
    millisecond.packets += packetsPerAccessUnit;
    if (millisecond.packets >= mostToOneViewer) {
      // Idle time is not counted; Gatehouse would skip pictures.
      while (performance.now() - millisecond.began < 1) await delay(1);
      millisecond = { began: performance.now(), packets: 0 };
    }
    if ((forwarder?.packets ?? 0) < turnAt) continue;
    turnAt = (forwarder?.packets ?? 0) + packetsPerTurn;
    await turn();
  }
  await turn();
  const after = usage();
  return {
    cpuMicroseconds: after.cpuMicroseconds - before.cpuMicroseconds,
    packets: after.packets - before.packets,
  };
}

function usage(): ForwarderUsage {
  const { user, system } = process.cpuUsage();
  return { cpuMicroseconds: user + system, packets: forwarder?.packets ?? 0 };
}

/** Resident memory once the garbage is gone, of which finalisers let go in steps. */
async function collected(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await turn();
  }
  return process.memoryUsage.rss();
}

answerLines<ForwarderRequest>(
  async (request) => {
    switch (request.do) {
      case 'open':
        ({ cameras } = request);
        return await forwarder.open(request);
      case 'offer':
        return await forwarder.offer();
      case 'answer':
        return await forwarder.answer(request.viewer, request.sdp);
      case 'saturate':
        return await saturate(request.accessUnits);
      case 'pull':
        return await forwarder.pull(request.urls);
      case 'usage':
        return usage();
      case 'memory':
        return { rssBytes: await collected() };
      case 'start-profile':
        return await profiler.start();
      case 'stop-profile':
        return await profiler.stop();
      default:
        return request satisfies never;
    }
  },
  async () => await forwarder[Symbol.asyncDispose](),
);
