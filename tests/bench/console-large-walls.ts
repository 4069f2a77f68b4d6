import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import type { CameraInput } from '../../main/contract/camera.ts';
import { measureTour, stopSeconds, type TourFigures } from './console-tour.ts';
import { EngineProcess } from './engine-child.ts';
import { firstCameras, untilLive } from './probed-page.ts';
import { type Summary, summarize } from './statistics.ts';
import { type TaskCost, traceLongestTask } from './task-trace.ts';

const tilesOfWall = 64;
/** The first round compiles what the others run. */
const warmUpRounds = 1;
const measuredRounds = 2;
/** What a change leaves behind is gone by then. */
const settleMilliseconds = 800;
const patienceMilliseconds = 30_000;

/** In this order, each from what the one before it shows. Walls 2 and 3 have 64 cameras each, the others some of the first ones. */
const changes = [
  { name: 'taskToOther64', key: 'Shift+Digit3', tiles: 64 },
  { name: 'taskTo1', key: 'Shift+Digit4', tiles: 1 },
  { name: 'taskFrom1', key: 'Shift+Digit2', tiles: 64 },
  { name: 'taskTo16', key: 'Shift+Digit5', tiles: 16 },
  { name: 'taskFrom16', key: 'Shift+Digit2', tiles: 64 },
  { name: 'taskToLarge', key: 'Enter', tiles: 64 },
  { name: 'taskFromLarge', key: 'Escape', tiles: 64 },
] as const;

type ChangeName = (typeof changes)[number]['name'];

/** The page's longest task at each change of a large wall; 50 where none was longer, since the browser tells of longer ones only. */
type ChangeFigures = { readonly [Name in ChangeName]: Summary };

export interface LargeWallFigures extends ChangeFigures, TourFigures {
  /** From the key to the first frame that was drawn after it, at all of these changes. */
  readonly keyAtLargeWall: Summary;
  /** Of one more change from 64 tiles to 64 others. */
  readonly taskCost: TaskCost;
}

interface LargeWallOptions {
  readonly dataFolder: string;
  /** At least 128 virtual ones, in another process. */
  readonly cameras: readonly CameraInput[];
  openPage(browser: Browser, url: string): Promise<Page>;
}

/** Walls of 64 cameras that are all connected: every picture is there before anybody asks for it. */
export async function measureLargeWalls(
  browser: Browser,
  { dataFolder, cameras, openPage }: LargeWallOptions,
): Promise<LargeWallFigures> {
  await using owned = new AsyncDisposableStack();
  const rendererFolder = path.resolve(import.meta.dirname, '../../dist/renderer');
  const engine = await EngineProcess.start({ dataFolder, rendererFolder, cameras: [], notes: false });
  owned.defer(() => engine.stop());
  const touring = { grid: '64', tourSeconds: stopSeconds } as const;
  const walls = [
    { ...touring, cameras: cameras.slice(0, tilesOfWall) },
    { ...touring, cameras: cameras.slice(tilesOfWall, 2 * tilesOfWall) },
    { grid: '1' as const, cameras: cameras.slice(0, 1) },
    { grid: '16' as const, cameras: cameras.slice(0, 16) },
  ];
  await engine.ask({ type: 'walls', walls });
  const { token, port } = await engine.ask<{ token: string; port: number }>({ type: 'token' });
  const page = await openPage(browser, `http://127.0.0.1:${port}/#token=${token}`);
  owned.defer(() => page.context().close());
  await page.keyboard.press('Shift+Digit2');
  await page.waitForSelector(`[data-wall-size="${tilesOfWall}"]`);
  await untilLive(page, firstCameras(tilesOfWall));
  const figures = await measureChanges(page);
  const taskCost = await traceLongestTask(page, async () => {
    await page.keyboard.press(changes[0].key);
    await untilPictures(page, tilesOfWall);
  });
  return { ...figures, taskCost, ...(await measureTour(page)) };
}

async function measureChanges(page: Page): Promise<ChangeFigures & Pick<LargeWallFigures, 'keyAtLargeWall'>> {
  await page.evaluate(watchTasks);
  const keys: number[] = [];
  const tasks = new Map<ChangeName, number[]>(changes.map(({ name }) => [name, []]));
  for (let round = -warmUpRounds; round < measuredRounds; round++) {
    for (const { name, key, tiles } of changes) {
      // Keys that make a tile large act on the one that somebody has selected.
      if (name === 'taskToLarge') await page.locator('[data-tile]').first().click();
      await page.evaluate(() => window.gatehouseTasks.take());
      await page.keyboard.press(key);
      await untilPictures(page, tiles);
      await delay(settleMilliseconds);
      const taken = await page.evaluate(() => window.gatehouseTasks.take());
      if (round < 0) continue;
      keys.push(...taken.keys);
      tasks.get(name)?.push(Math.max(50, ...taken.tasks));
    }
  }
  const figures = changes.map(({ name }) => [name, summarize(tasks.get(name) ?? [])]);
  return { ...(Object.fromEntries(figures) as ChangeFigures), keyAtLargeWall: summarize(keys) };
}

async function untilPictures(page: Page, tiles: number): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      document.querySelectorAll('[data-tile]').length === wanted &&
      document.querySelectorAll('[data-tile] video[data-shown="true"]').length === wanted,
    tiles,
    { timeout: patienceMilliseconds, polling: 100 },
  );
}

/** Milliseconds since it was asked last. */
interface Taken {
  readonly tasks: number[];
  readonly keys: number[];
}

declare global {
  interface Window {
    gatehouseTasks: { take(): Taken };
  }
}

/** Runs in the page. Self-contained, as it is serialised. */
function watchTasks(): void {
  const tasks: number[] = [];
  const keep = (entries: PerformanceEntryList) => tasks.push(...entries.map(({ duration }) => duration));
  const observer = new PerformanceObserver((list) => keep(list.getEntries()));
  observer.observe({ type: 'longtask' });
  const keys: number[] = [];
  window.addEventListener(
    'keydown',
    ({ timeStamp }) => {
      requestAnimationFrame(() => {
        // A message comes when the frame is drawn.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => keys.push(performance.now() - timeStamp);
        port2.postMessage(null);
      });
    },
    { capture: true },
  );
  window.gatehouseTasks = {
    take: () => {
      keep(observer.takeRecords());
      return { tasks: tasks.splice(0), keys: keys.splice(0) };
    },
  };
}
