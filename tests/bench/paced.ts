import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ForwarderSize } from './forwarders/forwarder.ts';
import { ForwarderRun } from './forwarders/forwarder-run.ts';
import type { ForwarderKind } from './forwarders/kinds.ts';
import { LineProcess } from './line-process.ts';
import { type Summary, summarize } from './statistics.ts';

const settleMilliseconds = 2_000;
const windows = 3;
const windowMilliseconds = 2_000;

/** One forwarder of cameras that send as cameras do. */
export interface PacedFigures extends ForwarderSize {
  readonly kind: ForwarderKind;
  readonly seconds: number;
  /** CPU time of the forwarder's process, receiving included, for each packet that a viewer received. */
  readonly microsecondsPerPacket: Summary;
  /** Of the forwarder's process, of one core. */
  readonly cpuPercent: number;
  readonly packetsPerSecond: number;
  readonly megabitsPerSecond: number;
  /** Of the viewers' pictures those that came; 1 when the forwarder keeps up. */
  readonly shareOfPictures: number;
  /** Sequence numbers that never left the forwarder: not received, and not dropped by a viewer's socket either. */
  readonly lost: number;
  /** Dropped by the kernel as the viewers' process did not read them in time. */
  readonly droppedBySockets: number;
  /** Resident memory of the forwarder's process after a collection of garbage. */
  readonly rssMegabytes: number;
}

const picturesPerSecond = 15;
const round = (value: number) => Math.round(value * 10) / 10;

/** Cameras that send 640x360, 15 pictures and 500 kbit a second, in a process of their own. */
export class PacedCameras implements AsyncDisposable {
  readonly urls: readonly string[];
  readonly #process: LineProcess;

  private constructor(process: LineProcess, urls: readonly string[]) {
    this.#process = process;
    this.urls = urls;
  }

  static async start(count: number): Promise<PacedCameras> {
    const script = path.join(import.meta.dirname, 'camera-process.ts');
    const cameras = LineProcess.ofScript(script, String(count));
    return new PacedCameras(cameras, await cameras.ask<string[]>({ do: 'urls' }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

/** @param seconds how long it is looked at, in steps of two seconds; six when left out */
export async function measurePaced(
  kind: ForwarderKind,
  viewers: number,
  { urls }: PacedCameras,
  seconds = (windows * windowMilliseconds) / 1_000,
): Promise<PacedFigures> {
  const size = { cameras: urls.length, viewers };
  await using run = await ForwarderRun.start(kind, size);
  await run.ask({ do: 'pull', urls });
  await delay(settleMilliseconds);
  const look = async () => ({
    at: performance.now(),
    usage: await run.usage(),
    received: await run.received(),
  });
  const first = await look();
  let last = first;
  const costs: number[] = [];
  while (last.at - first.at < seconds * 1_000 - windowMilliseconds / 2) {
    await delay(windowMilliseconds);
    const now = await look();
    const packets = now.received.packets - last.received.packets;
    costs.push((now.usage.cpuMicroseconds - last.usage.cpuMicroseconds) / packets);
    last = now;
  }
  const elapsed = (last.at - first.at) / 1_000;
  const gained = (key: 'packets' | 'bytes' | 'pictures' | 'missing') =>
    last.received[key] - first.received[key];
  const dropped = (last.received.droppedBySockets ?? 0) - (first.received.droppedBySockets ?? 0);
  const wanted = elapsed * picturesPerSecond * size.cameras * viewers;
  return {
    kind,
    ...size,
    seconds: Math.round(elapsed),
    microsecondsPerPacket: summarize(costs),
    cpuPercent: round((last.usage.cpuMicroseconds - first.usage.cpuMicroseconds) / elapsed / 1e4),
    packetsPerSecond: Math.round(gained('packets') / elapsed),
    megabitsPerSecond: round((gained('bytes') * 8) / elapsed / 1e6),
    shareOfPictures: Math.round((gained('pictures') / wanted) * 1_000) / 1_000,
    lost: Math.max(0, gained('missing') - dropped),
    droppedBySockets: dropped,
    rssMegabytes: round((await run.ask<{ rssBytes: number }>({ do: 'memory' })).rssBytes / 1e6),
  };
}
