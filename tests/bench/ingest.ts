import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { createLog } from '../../main/base/log.ts';
import { CameraSession } from '../../main/cameras/camera-session.ts';
import { loadClip } from '../../main/demo/clip.ts';
import { type FleetProcess, startFleetProcess } from '../../main/demo/fleet-process.ts';
import { stampFrame } from '../../main/demo/frame-template.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import type { StreamLease } from '../../main/media/stream-lease.ts';
import { parseRtpPacket } from '../../main/rtsp/rtp-packet.ts';
import { RtspFramer } from '../../main/rtsp/rtsp-framer.ts';
import { type Summary, summarize } from './statistics.ts';

/*
 * `npm run bench:ingest`: what it costs to receive cameras that nobody watches, and how soon they are back after a reboot.
 * The virtual cameras are a process of their own, on loopback. Prints a table and keeps it in bench/ingest.json.
 */

const root = path.resolve(import.meta.dirname, '../..');
const cameraCount = 64;
const reboots = 50;
const steadySeconds = 20;
const warmUpRounds = 10;
const countedRounds = 100;
const log = createLog('silent');
const progress = (text: string) => process.stderr.write(`bench: ${text}\n`);

/** A camera that is received, and when its last picture came. */
interface Watched {
  readonly session: CameraSession;
  readonly lease: StreamLease;
  /** Of `performance.now()`. */
  lastFrameAt: number;
}

function watch(url: string): Watched {
  const target = { name: url, url, username: null, password: null };
  const session = new CameraSession({ target, log, onStatus: () => {} });
  const watched: Watched = { session, lease: session.lease(), lastFrameAt: 0 };
  session.stream.read(() => {
    watched.lastFrameAt = performance.now();
  });
  return watched;
}

async function until(condition: () => boolean, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`it did not happen within ${seconds} s`);
    await delay(20);
  }
}

/** Microseconds of CPU time for a packet, from the bytes of a socket to packets that are ready to be sent. */
function measurePacket(): { microseconds: number; packets: number } {
  const framer = new RtspFramer();
  const stream = new LiveStream();
  const clip = loadClip(0, 'main', 2);
  let sequenceNumber = 0;
  let ticks = 0;
  let packets = 0;
  let usage = process.cpuUsage();
  for (let round = 0; round < warmUpRounds + countedRounds; round++) {
    if (round === warmUpRounds) usage = process.cpuUsage();
    for (const { template } of clip.frames) {
      const bytes = stampFrame(template, { channel: 0, sequenceNumber, timestamp: ticks % 2 ** 32, ssrc: 1 });
      sequenceNumber = (sequenceNumber + template.starts.length) & 0xffff;
      ticks += 6_000;
      for (const item of framer.push(bytes)) {
        const packet = item.type === 'frame' ? parseRtpPacket(item.data) : undefined;
        if (packet !== undefined) stream.push(packet, ticks / 90);
      }
      if (round >= warmUpRounds) packets += template.starts.length;
    }
  }
  const { user, system } = process.cpuUsage(usage);
  return { microseconds: (user + system) / packets, packets };
}

async function measureSteady(watched: readonly Watched[]) {
  progress(`${cameraCount} cameras that nobody watches, for ${steadySeconds} s`);
  await until(() => watched.every(({ lastFrameAt }) => lastFrameAt > 0), 60);
  const received = () => watched.reduce((sum, { session }) => sum + session.received.bytes, 0);
  const [bytes, usage, at] = [received(), process.cpuUsage(), performance.now()];
  await delay(steadySeconds * 1_000);
  const { user, system } = process.cpuUsage(usage);
  const milliseconds = performance.now() - at;
  return {
    shareOfCore: (user + system) / 1_000 / milliseconds,
    megabitsEach: ((received() - bytes) * 8) / 1_000 / milliseconds / watched.length,
  };
}

/** Milliseconds from the moment in which a camera is back to its next picture. */
async function measureReboots(fleet: FleetProcess, watched: readonly Watched[]): Promise<Summary> {
  progress(`${reboots} reboots of 2 to 60 s`);
  const times = await Promise.all(
    watched.slice(0, reboots).map(async (camera, index) => {
      await delay(index * 100);
      await fleet.command(index, { do: 'reboot', seconds: 2 + (58 * index) / reboots });
      const backAt = performance.now();
      await until(() => camera.lastFrameAt > backAt, 60);
      return camera.lastFrameAt - backAt;
    }),
  );
  return summarize(times);
}

async function measureStorm(fleet: FleetProcess, watched: readonly Watched[]) {
  progress(`${cameraCount} cameras reboot at once`);
  await Promise.all(watched.map((_, index) => fleet.command(index, { do: 'reboot', seconds: 15 })));
  const backAt = performance.now();
  const loop = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();
  await until(() => watched.every(({ lastFrameAt }) => lastFrameAt > backAt), 60);
  const seconds = (performance.now() - backAt) / 1_000;
  loop.disable();
  return { seconds, loopP99: loop.percentile(99) / 1e6 };
}

const packet = measurePacket();
await using fleet = await startFleetProcess({ count: cameraCount, quirk: 'constant-bit-rate' });
const watched = fleet.cameras.map(({ mainUrl }) => watch(mainUrl));
const steady = await measureSteady(watched);
const back = await measureReboots(fleet, watched);
await until(() => watched.every(({ session }) => session.status.state === 'playing'), 60);
const storm = await measureStorm(fleet, watched);
await Promise.all(watched.map(({ session }) => session[Symbol.asyncDispose]()));

const round = (value: number, digits = 1) => Number(value.toFixed(digits));
const results = {
  measuredAt: new Date().toISOString(),
  machine: `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown'}`,
  node: process.version,
  packet: { microseconds: round(packet.microseconds, 2), packets: packet.packets },
  steady: {
    cameras: cameraCount,
    megabitsEach: round(steady.megabitsEach, 2),
    percentOfCore: round(steady.shareOfCore * 100),
  },
  cameraBackToPicture: back,
  storm: {
    cameras: cameraCount,
    recoveredSeconds: round(storm.seconds),
    loopP99Milliseconds: round(storm.loopP99),
  },
};
const rows: [string, string][] = [
  ['bytes of a socket → packets to send', `${results.packet.microseconds} µs a packet`],
  [
    `${cameraCount} cameras of ${results.steady.megabitsEach} Mbit/s that nobody watches`,
    `${results.steady.percentOfCore} % of a core`,
  ],
  [
    `camera back → picture back (n = ${back.n})`,
    `${back.median} ms median, ${back.p95} ms p95, ${back.maximum} ms worst`,
  ],
  [
    `${cameraCount} cameras that reboot at once, back → all pictures`,
    `${results.storm.recoveredSeconds} s; the loop's p99 ${results.storm.loopP99Milliseconds} ms`,
  ],
];
for (const [what, figure] of rows) console.log(`${what.padEnd(64)} ${figure}`);
await mkdir(path.join(root, 'bench'), { recursive: true });
await writeFile(path.join(root, 'bench', 'ingest.json'), `${JSON.stringify(results, null, 2)}\n`);
