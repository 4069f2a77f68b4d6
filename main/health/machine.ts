import os from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readDisk } from '../base/disk.ts';
import type { MachineHealth } from '../contract/health.ts';

const loopResolutionMilliseconds = 20;

/** Times of all cores since the computer started, milliseconds. */
interface CoreTimes {
  readonly busy: number;
  readonly all: number;
}

/** What the computer has to do, from one look to the next. */
export class Machine implements Disposable {
  readonly #folder: string;
  readonly #loop: ReturnType<typeof monitorEventLoopDelay> = monitorEventLoopDelay({
    resolution: loopResolutionMilliseconds,
  });
  #times = coreTimes();
  #usage = process.cpuUsage();
  #lookedAt = performance.now();
  #figures = { cpu: 0, engineCpu: 0, loopDelay: 0 };

  /** @param folder whose disk counts */
  constructor(folder: string) {
    this.#folder = folder;
    this.#loop.enable();
  }

  /** To be called every few seconds: shares are those since the last call. */
  look(): void {
    const now = performance.now();
    const times = coreTimes();
    const { user, system } = process.cpuUsage(this.#usage);
    const all = times.all - this.#times.all;
    this.#figures = {
      cpu: all > 0 ? (times.busy - this.#times.busy) / all : this.#figures.cpu,
      engineCpu: (user + system) / 1_000 / Math.max(1, now - this.#lookedAt),
      loopDelay: Math.max(0, this.#loop.percentile(99) / 1e6 - loopResolutionMilliseconds),
    };
    this.#loop.reset();
    this.#times = times;
    this.#usage = process.cpuUsage();
    this.#lookedAt = now;
  }

  async read(): Promise<MachineHealth> {
    return {
      cores: os.availableParallelism(),
      ...this.#figures,
      memory: { size: os.totalmem(), free: os.freemem() },
      engineMemory: process.memoryUsage.rss(),
      disk: await readDisk(this.#folder).catch(() => null),
    };
  }

  [Symbol.dispose](): void {
    this.#loop.disable();
  }
}

function coreTimes(): CoreTimes {
  let busy = 0;
  let all = 0;
  for (const { times } of os.cpus()) {
    const { user, nice, sys, irq, idle } = times;
    busy += user + nice + sys + irq;
    all += user + nice + sys + irq + idle;
  }
  return { busy, all };
}
