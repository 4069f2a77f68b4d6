import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { createLog } from '../../main/base/log.ts';
import type { CameraInput } from '../../main/contract/camera.ts';
import { openStore } from '../../main/store/store.ts';
import { Serve } from '../support/serve.ts';
import { type LargeWallFigures, measureLargeWalls } from './console-large-walls.ts';
import { type ListFigures, measureList } from './console-list.ts';
import { measureSoak, measureWalls, type SoakFigures, type WallFigures } from './console-walls.ts';
import { type Summary, summarize } from './statistics.ts';

const log = createLog('silent');
const manyCameras = 1_000;
const startRuns = 5;

/** What a person waits for at the console. Milliseconds, unless a name says otherwise. */
export interface ConsoleFigures extends ListFigures, WallFigures, LargeWallFigures {
  /** From starting the headless process to the line that says it is ready. */
  readonly startEmpty: Summary;
  readonly startWith1000: Summary;
  /** From the start of the navigation to a wall, or to the page that has no cameras yet. */
  readonly pageEmpty: Summary;
  readonly pageWith1000: Summary;
}

/** @param cameras at least 128 virtual ones, in another process */
export async function measureConsole(
  browser: Browser,
  cameras: readonly CameraInput[],
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
  const empty = await measureStarts(browser, emptyFolder);
  const full = await measureStarts(browser, fullFolder);
  await using serve = await start(fullFolder);
  const page = await openPage(browser, serve.ready.url);
  const list = await measureList(page);
  await page.context().close();
  const walls = await measureWalls(browser, { dataFolder: await dataFolder(owned, []), cameras, openPage });
  const large = await measureLargeWalls(browser, {
    dataFolder: await dataFolder(owned, []),
    cameras,
    openPage,
  });
  return {
    startEmpty: empty.start,
    startWith1000: full.start,
    pageEmpty: empty.page,
    pageWith1000: full.page,
    ...list,
    ...walls,
    ...large,
  };
}

/** @param cameras at least 50 virtual ones, in another process */
export async function measureLayoutSoak(
  browser: Browser,
  cameras: readonly CameraInput[],
): Promise<SoakFigures> {
  await using owned = new AsyncDisposableStack();
  return await measureSoak(browser, { dataFolder: await dataFolder(owned, []), cameras, openPage });
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

async function start(folder: string): Promise<Serve> {
  return await Serve.start(['--data', folder, '--port', '0']);
}

/** A window of its own on the console; resolves when there is something to see. */
async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  await page.goto(url);
  await page.locator('[data-tile], [data-notice="no-cameras"]').first().waitFor();
  return page;
}

async function measureStarts(browser: Browser, folder: string): Promise<{ start: Summary; page: Summary }> {
  const starts: number[] = [];
  const pages: number[] = [];
  for (let run = 0; run < startRuns; run++) {
    const startedAt = performance.now();
    await using serve = await start(folder);
    starts.push(performance.now() - startedAt);
    const openedAt = performance.now();
    const page = await openPage(browser, serve.ready.url);
    pages.push(performance.now() - openedAt);
    await page.context().close();
  }
  return { start: summarize(starts), page: summarize(pages) };
}
