import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { type FleetProcess, startFleetProcess } from '../../main/demo/fleet-process.ts';
import { BareChromium } from './bare-chromium.ts';
import { EngineProcess } from './engine-child.ts';
import { makeLeastPage } from './least-page.ts';
import { takeFrames } from './page-probe.ts';
import {
  firstCameras,
  firstFrames,
  openProbedPage,
  type ProbedPage,
  signInAddress,
  untilLive,
} from './probed-page.ts';
import { type Summary, summarize } from './statistics.ts';
import { showWall } from './wall.ts';

const tilesOfWall = 9;
/** Two pages beside the first one, whose cameras the wall shows from the start. */
const cameraCount = 3 * tilesOfWall;
/** Longer than an upstream stays after its last viewer. */
const lingerMilliseconds = 13_000;
/** V8 keeps compiled code of what it has seen twice. */
const visitsBefore = 3;

/** Until a picture is there, in Chromium: milliseconds. */
export interface FirstFrameFigures {
  readonly gopSeconds: 2 | 10;
  /** From binding a camera that nobody watched to its first frame that is presented: dialling included. Null in a quick run. */
  readonly cold: Summary | null;
  /** How far away the next key frame was for those, which a camera that cannot be asked for one makes everybody wait for. */
  readonly nextKeyFrame: Summary | null;
  /** The same for a camera that is received already. */
  readonly warm: Summary;
  /**
   * From the start of the navigation to the first picture, and to all nine, in a browser that has seen the page before and keeps
   * its compiled code; cameras are received already.
   */
  readonly windowFirst: Summary;
  readonly windowAll: Summary;
  /** As `windowFirst`, of the least page that shows the same nine cameras, opened in turns with the console. */
  readonly leastFirst: Summary;
  /** The same in a browser that has never seen the page, and signs in by a link. */
  readonly firstVisit: Summary;
}

export async function measureFirstFrames(
  browser: Browser,
  gopSeconds: 2 | 10,
  quick: boolean,
): Promise<FirstFrameFigures> {
  await using owned = new AsyncDisposableStack();
  const fleet = owned.use(await startFleetProcess({ count: cameraCount, gopSeconds }));
  const rendererFolder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-bench-'));
  owned.defer(() => rm(rendererFolder, { recursive: true, force: true }));
  await makeLeastPage(rendererFolder);
  const engine = await EngineProcess.startWith(owned, fleet.cameras, rendererFolder);
  const probed = await openProbedPage(browser, engine);
  owned.defer(() => probed.page.context().close());
  await showWall(probed.page, tilesOfWall);
  const cold = quick ? { cold: null, nextKeyFrame: null } : await measureCold(probed, engine, fleet);
  await engine.ask({ type: 'hold', count: cameraCount });
  // Until the caches are as full as they get.
  await delay(gopSeconds * 1_000);
  const warm = await measureWarm(probed, engine, quick ? 1 : 4);
  await showWall(probed.page, tilesOfWall);
  // A window that decodes a wall beside them would take their time.
  await probed.page.context().close();
  return { gopSeconds, ...cold, warm, ...(await measureWindows(engine, quick ? 3 : 16)) };
}

async function measureCold({ page, clockOffset }: ProbedPage, engine: EngineProcess, fleet: FleetProcess) {
  // The page opened on a wall of all cameras: their connections must have closed before they can be dialled anew.
  await delay(lingerMilliseconds);
  const times: number[] = [];
  const waits: number[] = [];
  for (const pageOfWall of [1, 2]) {
    const cameras = firstCameras(tilesOfWall).map((number) => number + pageOfWall * tilesOfWall);
    await engine.ask({ type: 'binds' });
    await page.evaluate(takeFrames);
    const next = await Promise.all(
      cameras.map((number) => fleet.millisecondsToNextKeyFrame(number - 1, 'sub')),
    );
    await page.keyboard.press('PageDown');
    await untilLive(page, cameras);
    await delay(500);
    times.push(
      ...firstFrames(await engine.ask({ type: 'binds' }), await page.evaluate(takeFrames), clockOffset),
    );
    waits.push(...next);
  }
  return { cold: summarize(times), nextKeyFrame: summarize(waits) };
}

async function measureWarm({ page, clockOffset }: ProbedPage, engine: EngineProcess, rounds: number) {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
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

async function measureWindows(engine: EngineProcess, runs: number) {
  await using owned = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-bench-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  const browser = owned.use(await BareChromium.start(folder));
  const firstVisit: number[] = [];
  for (let run = 0; run < runs; run++) {
    const times = await firstPictures(browser, await signInAddress(engine), await browser.newContext());
    firstVisit.push(Math.min(...times));
  }
  const link = await signInAddress(engine);
  const cameras = (await engine.ask<string[]>({ type: 'cameras' })).slice(0, tilesOfWall);
  const least = new URL(`/least.html?cameras=${cameras.join()}`, link).href;
  const first: number[] = [];
  const all: number[] = [];
  const leastFirst: number[] = [];
  for (let run = -visitsBefore; run < runs; run++) {
    const times = await firstPictures(browser, run === -visitsBefore ? link : new URL('/', link).href);
    const leastTimes = await firstPictures(browser, least);
    if (run < 0) continue;
    first.push(Math.min(...times));
    all.push(Math.max(...times));
    leastFirst.push(Math.min(...leastTimes));
  }
  return {
    ...{ windowFirst: summarize(first), windowAll: summarize(all) },
    ...{ leastFirst: summarize(leastFirst), firstVisit: summarize(firstVisit) },
  };
}

/**
 * When each tile of the wall showed its first picture: milliseconds from the start of the navigation, by the marks of the page itself.
 * @throws Error when some have none after ten seconds
 */
async function firstPictures(browser: BareChromium, address: string, context?: string): Promise<number[]> {
  const window = await browser.open(address, context);
  try {
    for (let second = 0; second < 10; second++) {
      // Long enough to be asked nothing before its pictures are there.
      await delay(1_500);
      const times = await browser.evaluate<number[]>(
        window,
        `performance.getEntriesByName('first picture').map(({ startTime }) => startTime)`,
      );
      if (times.length >= tilesOfWall) return times;
    }
    throw new Error('A window has no pictures.');
  } finally {
    await browser.close(window);
  }
}
