import path from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import type { CameraInput } from '../../main/contract/camera.ts';
import { EngineProcess } from './engine-child.ts';
import type { EngineStock } from './engine-process.ts';
import { type Summary, summarize } from './statistics.ts';

const tilesOfWall = 25;
const measuredSwitches = 20;
const warmUpSwitches = 100;
/** The heap of a fresh engine falls by some 7 MB once it has been looked at a few times, which would hide a leak. */
const warmUpRounds = 3;
const switches = 2_000;
/** The keys of the two walls; the wall of all cameras has the first one. */
const keys = ['2', '3'] as const;

export interface WallFigures {
  /** From the key to the frame in which the last of 25 other, already watched cameras has its picture. */
  readonly layoutSwitchAll25: Summary;
  /** The page's longest task at each of these; 50 where none was longer, since the browser tells of longer ones only. */
  readonly layoutSwitchTask: Summary;
}

export interface SoakFigures {
  readonly switches: number;
  /** Each as soon as the engine has bound all slots. */
  readonly seconds: number;
  /** What must not grow, after the garbage was collected. */
  readonly stock: Readonly<Record<string, { readonly before: number; readonly after: number }>>;
}

interface WallsOptions {
  readonly dataFolder: string;
  readonly cameras: readonly CameraInput[];
  openPage(browser: Browser, url: string): Promise<Page>;
}

/** Two walls of 25 cameras that are always connected: every picture is there before anybody asks for it. */
export async function measureWalls(browser: Browser, options: WallsOptions): Promise<WallFigures> {
  await using owned = new AsyncDisposableStack();
  const { page } = await openWalls(owned, browser, options);
  const times: number[] = [];
  const tasks: number[] = [];
  const takeTasks = await page.evaluateHandle(() => {
    const tasks: number[] = [];
    const keep = (entries: PerformanceEntryList) => tasks.push(...entries.map(({ duration }) => duration));
    // What it has told of already is in no records any more.
    const observer = new PerformanceObserver((list) => keep(list.getEntries()));
    observer.observe({ type: 'longtask' });
    return () => {
      keep(observer.takeRecords());
      return tasks.splice(0);
    };
  });
  // The first ones compile the code that they run.
  for (let index = -4; index < measuredSwitches; index++) {
    await takeTasks.evaluate((take) => take());
    const time = await switchUntilLive(page, index + 4);
    const longest = Math.max(50, ...(await takeTasks.evaluate((take) => take())));
    if (index < 0) continue;
    times.push(time);
    tasks.push(longest);
  }
  return { layoutSwitchAll25: summarize(times), layoutSwitchTask: summarize(tasks) };
}

/** The same walls, to and fro, until what leaks would show. */
export async function measureSoak(browser: Browser, options: WallsOptions): Promise<SoakFigures> {
  await using owned = new AsyncDisposableStack();
  const { page, engine } = await openWalls(owned, browser, options);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  for (let round = 0; round < warmUpRounds; round++) {
    await switchUntilBound(page, engine, warmUpSwitches);
    await takeStock(engine, devtools);
  }
  for (let index = 0; index < 2; index++) await switchUntilLive(page, index);
  const before = await takeStock(engine, devtools);
  const startedAt = performance.now();
  await switchUntilBound(page, engine, switches);
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  for (let index = 0; index < 2; index++) await switchUntilLive(page, index);
  const after = await takeStock(engine, devtools);
  return {
    switches,
    seconds,
    stock: Object.fromEntries(
      Object.entries(after).map(([name, value]) => [name, { before: before[name] ?? 0, after: value }]),
    ),
  };
}

async function openWalls(
  owned: AsyncDisposableStack,
  browser: Browser,
  { dataFolder, cameras, openPage }: WallsOptions,
): Promise<{ page: Page; engine: EngineProcess }> {
  const rendererFolder = path.resolve(import.meta.dirname, '../../dist/renderer');
  const engine = await EngineProcess.start({ dataFolder, rendererFolder, cameras: [], notes: false });
  owned.defer(() => engine.stop());
  const walls = keys.map((_, index) => ({
    grid: '25' as const,
    cameras: cameras.slice(index * tilesOfWall, (index + 1) * tilesOfWall),
  }));
  await engine.ask({ type: 'walls', walls });
  const { token, port } = await engine.ask<{ token: string; port: number }>({ type: 'token' });
  const page = await openPage(browser, `http://127.0.0.1:${port}/#token=${token}`);
  owned.defer(() => page.context().close());
  await page.keyboard.press(`Shift+Digit${keys[1]}`);
  return { page, engine };
}

/** An even number shows the first wall, an odd one the second. Milliseconds until all pictures are there. */
async function switchUntilLive(page: Page, index: number): Promise<number> {
  const response = await page.evaluateHandle((size) => {
    const shown = () => document.querySelector<HTMLElement>('[data-layout-id]')?.dataset.layoutId;
    const before = shown();
    const time = new Promise<number>((resolve) => {
      window.addEventListener(
        'keydown',
        ({ timeStamp }) => {
          const look = (now: number) => {
            // A tile is live once a frame that was received after the engine had bound its slot was presented.
            const live = document.querySelectorAll('[data-tile][data-state="live"]').length;
            if (shown() !== before && live === size) resolve(now - timeStamp);
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        },
        { capture: true, once: true },
      );
    });
    return { time };
  }, tilesOfWall);
  await page.keyboard.press(`Shift+Digit${keys[index % 2] ?? keys[0]}`);
  const time = await response.evaluate((pending) => pending.time);
  await response.dispose();
  return time;
}

/** Goes to and fro as fast as the engine binds the slots. @param count even */
async function switchUntilBound(page: Page, engine: EngineProcess, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    // Not through the keyboard, which waits for the next frame: the engine sets the pace here.
    await page.evaluate(
      (key) =>
        window.dispatchEvent(
          new KeyboardEvent('keydown', { key, code: `Digit${key}`, shiftKey: true, bubbles: true }),
        ),
      keys[index % 2] ?? keys[0],
    );
    await engine.ask({ type: 'until-shown', wall: index % 2 });
  }
}

async function takeStock(engine: EngineProcess, devtools: CDPSession): Promise<Record<string, number>> {
  const stock = await engine.ask<EngineStock>({ type: 'stock' });
  for (let round = 0; round < 2; round++) await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const metric = (name: string) => metrics.find((entry) => entry.name === name)?.value ?? 0;
  return {
    ...stock,
    pageHeapMegabytes: Math.round(metric('JSHeapUsedSize') / 1e5) / 10,
    pageNodes: metric('Nodes'),
    pageListeners: metric('JSEventListeners'),
  };
}
