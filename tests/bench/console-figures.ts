import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { createLog } from '../../main/base/log.ts';
import type { CameraInput } from '../../main/contract/camera.ts';
import { type Engine, startEngine } from '../../main/engine/engine.ts';
import { openStore } from '../../main/store/store.ts';
import { type Summary, summarize } from './statistics.ts';

const rendererFolder = path.resolve(import.meta.dirname, '../../dist/renderer');
const log = createLog('silent');
const manyCameras = 1_000;
const startRuns = 5;
const layoutTiles = 25;
const measuredSwitches = 20;
const warmUpSwitches = 100;
const switches = 2_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What a person waits for at the console. Milliseconds, unless a name says otherwise. */
export interface ConsoleFigures {
  readonly startEmpty: Summary;
  readonly startWith1000: Summary;
  readonly pageEmpty: Summary;
  readonly pageWith1000: Summary;
  readonly scrollFramesPerSecond: number;
  readonly scrollFrame: Summary;
  readonly search: Summary;
  readonly keyToResponse: Summary;
  readonly layoutSwitchAll25: Summary;
  readonly after2000Switches: Readonly<Record<string, { readonly before: number; readonly after: number }>>;
}

/** @param cameras at least 50 virtual ones, in another process */
export async function measureConsole(
  browser: Browser,
  cameras: readonly CameraInput[],
  progress: (text: string) => void,
): Promise<ConsoleFigures> {
  await using owned = new AsyncDisposableStack();
  const emptyFolder = await dataFolder(owned, []);
  const fullFolder = await dataFolder(
    owned,
    Array.from({ length: manyCameras }, (_, index) => ({
      name: `Camera ${index + 1}`,
      group: `Floor ${Math.floor(index / 50)}`,
      // Nobody listens there: a thousand cameras that are away.
      mainUrl: `rtsp://127.0.0.1:9/${index}/main`,
      subUrl: `rtsp://127.0.0.1:9/${index}/sub`,
    })),
  );
  progress('starts with 0 and with 1,000 cameras');
  const starts = {
    empty: await measureStarts(browser, emptyFolder),
    full: await measureStarts(browser, fullFolder),
  };
  progress('list of 1,000 cameras');
  const list = await measureList(browser, fullFolder);
  progress(`layout switches of ${layoutTiles} tiles`);
  const walls = await measureSwitches(owned, browser, cameras, progress);
  return {
    startEmpty: starts.empty.engine,
    startWith1000: starts.full.engine,
    pageEmpty: starts.empty.page,
    pageWith1000: starts.full.page,
    ...list,
    ...walls,
  };
}

async function dataFolder(owned: AsyncDisposableStack, cameras: readonly CameraInput[]): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-bench-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  using store = openStore({ folder, log });
  const stored = { username: null, password: null, connection: 'on-demand' } as const;
  store.cameras.merge(
    [],
    cameras.map(({ name, group = '', mainUrl, subUrl = null }) => ({
      name,
      group,
      mainUrl,
      subUrl,
      ...stored,
    })),
  );
  return folder;
}

async function start(folder: string): Promise<Engine> {
  return await startEngine({ dataFolder: folder, http: { port: 0, rendererFolder }, log });
}

async function openPage(browser: Browser, engine: Engine): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  await page.goto(`http://127.0.0.1:${engine.http?.port}/#token=${engine.http?.issueToken()}`);
  await page.locator('[data-tile], [data-notice="no-cameras"]').first().waitFor();
  return page;
}

async function measureStarts(browser: Browser, folder: string): Promise<{ engine: Summary; page: Summary }> {
  const engines: number[] = [];
  const pages: number[] = [];
  for (let run = 0; run < startRuns; run++) {
    const startedAt = performance.now();
    await using engine = await start(folder);
    engines.push(performance.now() - startedAt);
    const openedAt = performance.now();
    const page = await openPage(browser, engine);
    pages.push(performance.now() - openedAt);
    await page.context().close();
  }
  return { engine: summarize(engines), page: summarize(pages) };
}

async function measureList(
  browser: Browser,
  folder: string,
): Promise<Pick<ConsoleFigures, 'scrollFramesPerSecond' | 'scrollFrame' | 'search' | 'keyToResponse'>> {
  await using engine = await start(folder);
  const page = await openPage(browser, engine);
  await page.keyboard.press('c');
  await page.locator('[data-row]').first().waitFor();
  const frames = await page.evaluate(async () => {
    const scroller = document.querySelector('.rows');
    if (scroller === null) throw new Error('no list');
    const gaps: number[] = [];
    let last = performance.now();
    // From its first to its last camera, as a wheel would.
    while (scroller.scrollTop + scroller.clientHeight < scroller.scrollHeight - 1) {
      scroller.scrollTop += 120;
      const now = await new Promise(requestAnimationFrame);
      gaps.push(now - last);
      last = now;
    }
    return gaps.slice(1);
  });
  const search = await page.evaluate(async () => {
    const input = document.querySelector<HTMLInputElement>('[data-camera-search]');
    if (input === null) throw new Error('no search');
    const times: number[] = [];
    for (const word of ['camera 99', 'floor 7', '512', 'nowhere']) {
      for (let length = 1; length <= word.length; length++) {
        await new Promise(requestAnimationFrame);
        const typedAt = performance.now();
        input.value = word.slice(0, length);
        input.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise(requestAnimationFrame);
        // Behind the frame: it has been laid out and painted.
        await new Promise((resolve) => setTimeout(resolve));
        times.push(performance.now() - typedAt);
      }
    }
    input.value = '';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    return times;
  });
  await page.keyboard.press('c');
  const keys = await page.evaluate(async () => {
    const times: number[] = [];
    for (let round = 0; round < 10; round++) {
      for (const key of ['ArrowRight', 'ArrowDown', 'Enter', 'Escape', 'PageDown', 'PageUp', 'c', 'c']) {
        await new Promise(requestAnimationFrame);
        const pressedAt = performance.now();
        const code = key.length === 1 ? `Key${key.toUpperCase()}` : key;
        window.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true }));
        await new Promise(requestAnimationFrame);
        await new Promise((resolve) => setTimeout(resolve));
        times.push(performance.now() - pressedAt);
      }
    }
    return times;
  });
  await page.context().close();
  return {
    scrollFramesPerSecond: Math.round(1_000 / (frames.reduce((sum, gap) => sum + gap, 0) / frames.length)),
    scrollFrame: summarize(frames),
    search: summarize(search),
    keyToResponse: summarize(keys),
  };
}

async function measureSwitches(
  owned: AsyncDisposableStack,
  browser: Browser,
  cameras: readonly CameraInput[],
  progress: (text: string) => void,
): Promise<Pick<ConsoleFigures, 'layoutSwitchAll25' | 'after2000Switches'>> {
  await using engine = await start(await dataFolder(owned, []));
  // Always connected: every picture is there before anybody asks for it.
  const ids = cameras
    .slice(0, 2 * layoutTiles)
    .map((camera) => engine.cameras.add({ ...camera, connection: 'always' }).id);
  for (const [index, name] of ['first', 'second'].entries()) {
    const tiles = ids.slice(index * layoutTiles, (index + 1) * layoutTiles);
    engine.layouts.save({ id: randomUUID(), name, grid: '25', tiles });
  }
  const page = await openPage(browser, engine);
  await page.keyboard.press('2');
  const devtools = await page.context().newCDPSession(page);
  await switchWalls(page, 4, true);
  const times = await switchWalls(page, measuredSwitches, true);
  await switchWalls(page, warmUpSwitches, false);
  await switchWalls(page, 2, true);
  const before = await takeStock(engine, devtools);
  progress(`${switches} layout switches`);
  await switchWalls(page, switches, false);
  await switchWalls(page, 2, true);
  const after = await takeStock(engine, devtools);
  await page.context().close();
  const names = Object.keys(after);
  return {
    layoutSwitchAll25: summarize(times),
    after2000Switches: Object.fromEntries(
      names.map((name) => [name, { before: before[name] ?? 0, after: after[name] ?? 0 }]),
    ),
  };
}

/** Goes from the one wall to the other; with `live`, waits until every picture has come, and gives the times. */
async function switchWalls(page: Page, count: number, live: boolean): Promise<number[]> {
  return await page.evaluate(
    async ([wanted, isLive, size]) => {
      const times: number[] = [];
      for (let index = 0; index < wanted; index++) {
        const wall = document.querySelector<HTMLElement>('[data-layout-id]');
        const shown = wall?.dataset.layoutId;
        const current =
          document.querySelector<HTMLElement>('[data-layout-tab][aria-current="true"]')?.textContent ?? '';
        const key = current.includes('first') ? '3' : '2';
        const pressedAt = performance.now();
        window.dispatchEvent(new KeyboardEvent('keydown', { key, code: `Digit${key}`, bubbles: true }));
        const isDone = () =>
          document.querySelector<HTMLElement>('[data-layout-id]')?.dataset.layoutId !== shown &&
          (!isLive || document.querySelectorAll('[data-tile][data-state="live"]').length === size);
        do await new Promise(requestAnimationFrame);
        while (!isDone());
        times.push(performance.now() - pressedAt);
      }
      return times;
    },
    [count, live, layoutTiles] as const,
  );
}

/** What must not grow. */
async function takeStock(engine: Engine, devtools: CDPSession): Promise<Record<string, number>> {
  // Twice: what a finaliser lets go of is collected the second time.
  for (let round = 0; round < 2; round++) {
    collectGarbage();
    await devtools.send('HeapProfiler.collectGarbage');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const resources = process.getActiveResourcesInfo();
  const count = (kind: string) => resources.filter((resource) => resource === kind).length;
  await devtools.send('Performance.enable');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const metric = (name: string) => metrics.find((entry) => entry.name === name)?.value ?? 0;
  return {
    viewers: [...engine.viewers.viewers].length,
    tcpSockets: count('TCPSocketWrap'),
    udpSockets: count('UDPWrap'),
    timers: count('Timeout'),
    engineHeapMegabytes: Math.round(process.memoryUsage().heapUsed / 1e5) / 10,
    pageHeapMegabytes: Math.round(metric('JSHeapUsedSize') / 1e5) / 10,
    pageNodes: metric('Nodes'),
    pageListeners: metric('JSEventListeners'),
  };
}

/** For the table that is printed. */
export function printConsole(figures: ConsoleFigures): void {
  const { after2000Switches, scrollFramesPerSecond, ...times } = figures;
  console.table(times);
  console.table(after2000Switches);
  console.log(`list of 1,000 cameras: ${scrollFramesPerSecond} frames/s while it is scrolled`);
}
