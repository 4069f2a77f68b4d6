import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { type FleetProcess, startFleetProcess } from '../../main/demo/fleet-process.ts';
import projectPackage from '../../package.json' with { type: 'json' };
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { measureAdding } from './adding-figures.ts';
import { measureConsole, printConsole } from './console-figures.ts';
import { measureDiscovery } from './discovery-figures.ts';
import { EngineProcess } from './engine-child.ts';
import type { Arrivals, Bind, Usage } from './engine-process.ts';
import type { LossFigures } from './loss.ts';
import { installProbe, type TileFrames, takeFrames } from './page-probe.ts';
import type { SendFigures } from './send.ts';
import { quantile, type Summary, summarize } from './statistics.ts';

/*
 * `npm run bench`: starts virtual cameras, engine and Chromium, each in its own process, measures, prints a table and
 * keeps it in bench/latest.json. Everything stays on loopback.
 */

const root = path.resolve(import.meta.dirname, '../..');
const cameraCount = 25;
const coldWindowRuns = 10;
const steadySeconds = 10;
/** Longer than an upstream stays after its last viewer. */
const lingerMilliseconds = 13_000;

const monotonic = () => Number(process.hrtime.bigint()) / 1e6;
const progress = (text: string) => process.stderr.write(`bench: ${text}\n`);

/** A page on the console with its probe, and the offset from its clock to the machine's. */
interface ProbedPage {
  page: Page;
  clockOffset: number;
}

async function openPage(browser: Browser, engine: EngineProcess): Promise<ProbedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  await page.addInitScript(installProbe);
  const { token, port } = await engine.ask<{ token: string; port: number }>({ type: 'token' });
  await page.goto(`http://127.0.0.1:${port}/#token=${token}`);
  // Keys mean nothing before there is a wall.
  await page.waitForSelector('[data-tile]');
  return { page, clockOffset: await calibrate(page) };
}

/** Milliseconds to add to the page's `performance.now()`: from the quickest of many round trips. */
async function calibrate(page: Page): Promise<number> {
  let best = { roundTrip: Number.POSITIVE_INFINITY, offset: 0 };
  for (let i = 0; i < 40; i++) {
    const before = monotonic();
    const there = await page.evaluate(() => performance.now());
    const roundTrip = monotonic() - before;
    if (roundTrip < best.roundTrip) best = { roundTrip, offset: before + roundTrip / 2 - there };
  }
  return best.offset;
}

/** Resolves when these cameras, by their numbers, are live on the wall. */
async function untilLive(page: Page, numbers: readonly number[]): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      wanted.every((number) =>
        document.querySelector(`[data-tile][data-state="live"][data-camera-number="${number}"]`),
      ),
    numbers,
    { timeout: 60_000, polling: 50 },
  );
}

/** The numbers of the first cameras. */
const first = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

type MeasuredWall = 9 | 16 | 25;

async function showWall(page: Page, size: MeasuredWall): Promise<void> {
  await page.getByRole('button', { name: /Shape of the wall/ }).click();
  await page.getByRole('menuitem', { name: `${size} cameras`, exact: true }).click();
  for (let pages = 0; pages < 3; pages++) await page.keyboard.press('PageUp');
  await page.waitForSelector(`[data-wall-size="${size}"]`);
  await untilLive(page, first(size));
}

/** Signed difference of 32-bit RTP timestamps. */
const difference = (a: number, b: number) => (a - b) | 0;

/** From each binding to the first frame of it that was presented. */
function firstFrames(binds: readonly Bind[], tiles: readonly TileFrames[], clockOffset: number): number[] {
  return binds.flatMap((bind) => {
    const frames = tiles.find((tile) => tile.slot === bind.slot)?.frames ?? [];
    const found = frames.find(
      ([presentedAt, rtpTimestamp]) =>
        presentedAt + clockOffset > bind.boundAt && difference(rtpTimestamp, bind.firstTimestamp) >= 0,
    );
    return found === undefined ? [] : [found[0] + clockOffset - bind.boundAt];
  });
}

async function measureCold(probed: ProbedPage, engine: EngineProcess, fleet: FleetProcess) {
  progress('cold cameras: binding to first frame');
  const { page, clockOffset } = probed;
  const times: number[] = [];
  const waits: number[] = [];
  for (const pageOfWall of [1, 2]) {
    const cameras = Array.from({ length: cameraCount }, (_, index) => index).slice(
      pageOfWall * 9,
      pageOfWall * 9 + 9,
    );
    await engine.ask({ type: 'binds' });
    await page.evaluate(takeFrames);
    const next = await Promise.all(cameras.map((index) => fleet.millisecondsToNextKeyFrame(index, 'sub')));
    await page.keyboard.press('PageDown');
    await untilLive(
      page,
      cameras.map((index) => index + 1),
    );
    await delay(500);
    times.push(
      ...firstFrames(await engine.ask({ type: 'binds' }), await page.evaluate(takeFrames), clockOffset),
    );
    waits.push(...next);
  }
  return { coldFirstFrame: summarize(times), nextKeyFrame: summarize(waits) };
}

async function measureWarm(probed: ProbedPage, engine: EngineProcess): Promise<Summary> {
  progress('warm cameras: binding to first frame');
  const { page, clockOffset } = probed;
  const times: number[] = [];
  for (let round = 0; round < 4; round++) {
    for (const key of ['PageUp', 'PageDown']) {
      await engine.ask({ type: 'binds' });
      await page.evaluate(takeFrames);
      await page.keyboard.press(key);
      await delay(1_500);
      times.push(
        ...firstFrames(await engine.ask({ type: 'binds' }), await page.evaluate(takeFrames), clockOffset),
      );
    }
  }
  return summarize(times);
}

/** From the start of the navigation to the first frame of the slowest of nine tiles; upstreams are warm. */
async function measureColdWindow(browser: Browser, engine: EngineProcess): Promise<Summary> {
  progress('cold window: navigation to all nine pictures');
  const times: number[] = [];
  for (let run = 0; run < coldWindowRuns; run++) {
    const { page } = await openPage(browser, engine);
    await untilLive(page, first(9));
    const tiles = await page.evaluate(takeFrames);
    times.push(Math.max(...tiles.map((tile) => tile.frames[0]?.[0] ?? Number.NaN)));
    await page.context().close();
  }
  return summarize(times);
}

interface Steady {
  framesPerSecond: { minimum: number; median: number };
  receivedToPresented: Summary;
  cpuMicrosecondsPerPacket: number;
  engineCpuPercent: number;
  rssMegabytes: number;
}

async function measureSteady(probed: ProbedPage, engine: EngineProcess, size: MeasuredWall): Promise<Steady> {
  progress(`${size} tiles for ${steadySeconds} s`);
  const { page, clockOffset } = probed;
  await showWall(page, size);
  await delay(3_000);
  await page.evaluate(takeFrames);
  const before = await engine.ask<Usage>({ type: 'usage' });
  const startedAt = monotonic();
  await delay(steadySeconds * 1_000);
  const tiles = await page.evaluate(takeFrames);
  const seconds = (monotonic() - startedAt) / 1_000;
  const after = await engine.ask<Usage>({ type: 'usage' });
  const arrivals = await engine.ask<Arrivals[]>({ type: 'arrivals' });
  const rates = tiles.map((tile) => tile.frames.length / seconds);
  const cpu = after.cpuMicroseconds - before.cpuMicroseconds;
  return {
    framesPerSecond: { minimum: round(quantile(rates, 0)), median: round(quantile(rates, 0.5)) },
    receivedToPresented: summarize(tiles.flatMap((tile) => delays(tile, arrivals, clockOffset))),
    cpuMicrosecondsPerPacket: round(cpu / (after.packetsSent - before.packetsSent)),
    engineCpuPercent: round(cpu / seconds / 1e4),
    rssMegabytes: round(after.rssBytes / 1e6),
  };
}

/** Last packet of each access unit read from the camera's socket, to the frame's `presentationTime`. */
function delays(tile: TileFrames, arrivals: readonly Arrivals[], clockOffset: number): number[] {
  const arrival = arrivals.find((entry) => entry.slot === tile.slot);
  if (arrival === undefined) return [];
  const receivedAt = new Map(arrival.receivedAt.map(([timestamp, at]) => [timestamp | 0, at]));
  return tile.frames.flatMap(([presentedAt, rtpTimestamp]) => {
    const received = receivedAt.get(difference(rtpTimestamp, arrival.timestampOffset));
    return received === undefined ? [] : [presentedAt + clockOffset - received];
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

async function main(): Promise<void> {
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-bench-'));
  await using owned = new AsyncDisposableStack();
  owned.defer(() => rm(dataFolder, { recursive: true, force: true }));
  const stop = new AbortController();
  owned.defer(() => stop.abort());
  progress(`${cameraCount} virtual cameras, engine, Chromium`);
  const fleet = owned.use(await startFleetProcess({ count: cameraCount, signal: stop.signal }));
  const cameras = demoCameraInputs(fleet.cameras);
  const engine = await EngineProcess.start({
    dataFolder,
    rendererFolder: path.join(root, 'dist/renderer'),
    cameras,
  });
  owned.defer(() => engine.stop());
  const browser = await launchChromium({ args: loopbackWebRtc });
  owned.defer(() => browser.close());

  const probed = await openPage(browser, engine);
  await showWall(probed.page, 9);
  // The page opened on a wall of all cameras: their connections must have closed before they can be dialled anew.
  await delay(lingerMilliseconds);
  const cold = await measureCold(probed, engine, fleet);
  await engine.ask({ type: 'hold', count: cameraCount });
  await delay(3_000);
  const warmFirstFrame = await measureWarm(probed, engine);
  const steady = {
    9: await measureSteady(probed, engine, 9),
    16: await measureSteady(probed, engine, 16),
    25: await measureSteady(probed, engine, 25),
  };
  await showWall(probed.page, 9);
  await probed.page.context().close();
  const coldWindow = await measureColdWindow(browser, engine);
  await engine.ask({ type: 'release' });
  const rss16 = await measureMemory();
  progress('sending: the floor, our slot sender, werift');
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(import.meta.dirname, 'send.ts')]);
  const sending = JSON.parse(stdout) as SendFigures;
  const loss: LossFigures[] = [];
  for (const share of [0.01, 0.05]) {
    progress(`a wall of nine for a minute, ${share * 100} % of all packets lost`);
    const lossy = await promisify(execFile)(process.execPath, [
      path.join(import.meta.dirname, 'loss.ts'),
      String(share),
    ]);
    loss.push(JSON.parse(lossy.stdout) as LossFigures);
  }

  const fifty = owned.use(await startFleetProcess({ count: 50, signal: stop.signal }));
  const console = await measureConsole(browser, demoCameraInputs(fifty.cameras), progress);

  const discovery = await measureDiscovery(progress);
  const adding = await measureAdding(browser, progress);

  const result = {
    when: new Date().toISOString(),
    machine: {
      cpu: os.cpus()[0]?.model,
      cores: os.cpus().length,
      memoryGigabytes: round(os.totalmem() / 1e9),
    },
    versions: {
      node: process.version,
      chromium: browser.version(),
      werift: projectPackage.dependencies.werift,
      os: `${os.type()} ${os.release()}`,
    },
    // Virtual cameras are paced by one clock and nothing here is random but the moment of a binding.
    seed: null,
    milliseconds: { warmFirstFrame, coldWindowAllNine: coldWindow, ...cold },
    tiles: steady,
    engineRssMegabytesAt16Cameras: rss16,
    sendingMicrosecondsPerPacket: {
      floor: round(sending.floor),
      slotSender: round(sending.slotSender),
      werift: round(sending.werift),
    },
    loss,
    console,
    discoveryMilliseconds: discovery,
    adding64Cameras: adding,
  };
  await mkdir(path.join(root, 'bench'), { recursive: true });
  await writeFile(path.join(root, 'bench/latest.json'), `${JSON.stringify(result, null, 2)}\n`);
  print(result);
  printConsole(console);
  globalThis.console.table({ ...discovery, found64: adding.found, added64: adding.added });
  const { keys, clicks, personSeconds } = adding;
  globalThis.console.log(`64 cameras: ${keys} keys, ${clicks} clicks, ${personSeconds} s of a person`);

  /** A fresh engine with sixteen cameras on a wall of sixteen, as a site has it. */
  async function measureMemory(): Promise<number> {
    progress('memory with 16 cameras');
    const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-bench-'));
    owned.defer(() => rm(folder, { recursive: true, force: true }));
    const fresh = await EngineProcess.start({
      dataFolder: folder,
      rendererFolder: path.join(root, 'dist/renderer'),
      cameras: cameras.slice(0, 16),
    });
    const opened = await openPage(browser, fresh);
    await untilLive(opened.page, first(16));
    await delay(20_000);
    const usage = await fresh.ask<Usage>({ type: 'usage' });
    await opened.page.context().close();
    await fresh.stop();
    return round(usage.rssBytes / 1e6);
  }
}

type Result = {
  milliseconds: Record<string, Summary>;
  tiles: Record<MeasuredWall, Steady>;
  engineRssMegabytesAt16Cameras: number;
  sendingMicrosecondsPerPacket: SendFigures;
  loss: readonly LossFigures[];
};

function print(result: Result): void {
  const { milliseconds, tiles } = result;
  console.table(milliseconds);
  console.table(
    Object.fromEntries(
      Object.entries(tiles).map(([size, steady]) => [
        `${size} tiles`,
        {
          'fps min': steady.framesPerSecond.minimum,
          'fps median': steady.framesPerSecond.median,
          'received → presented p50 ms': steady.receivedToPresented.median,
          'p95 ms': steady.receivedToPresented.p95,
          'engine µs/packet': steady.cpuMicrosecondsPerPacket,
          'floor µs/packet': result.sendingMicrosecondsPerPacket.floor,
          'engine % of a core': steady.engineCpuPercent,
        },
      ]),
    ),
  );
  console.table({ 'sending, µs/packet': result.sendingMicrosecondsPerPacket });
  console.table(result.loss);
  console.log(`engine RSS with 16 cameras: ${result.engineRssMegabytesAt16Cameras} MB`);
}

await main();
