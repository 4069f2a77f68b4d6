import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { type Summary, summarize } from './statistics.ts';

/** Shorter than the time in which the next stop is loaded: it is, all the time. */
export const stopSeconds = 5;
/** The first one compiles what the others run, and its stop had begun before the tour. */
const warmUpChanges = 1;
const measuredChanges = 3;
/** One more is filmed, which costs the computer something: from so long before its time on. */
const filmedMilliseconds = 500;
/** A tour waits ten seconds at most for its pictures, at each change. */
const patienceMilliseconds = 90_000;
/** Brightness of the brightest colour on average, 0 … 255, of a tile that shows nothing; the scenes have five times as much. */
const blackBrightness = 12;

/** A tour of two walls of 64 cameras each, all connected: 128 streams while the next wall is loaded. */
export interface TourFigures {
  /** From the end of a stop's time to the next wall: the tour waits for its pictures. */
  readonly tourDelay: Summary;
  /** The page's longest task from one wall to the next, 50 where none was longer. */
  readonly tourTask: Summary;
  /** From the change to the first frame in which all tiles have pictures of the new wall. */
  readonly tourChange: Summary;
  readonly tourFrames: {
    /** Frames of the page, and in how many of them a tile had no picture. */
    readonly drawn: number;
    readonly empty: number;
    /** The same of what was composited around one change, by the colours of its tiles. */
    readonly composited: number;
    readonly black: number;
  };
}

/** What the page keeps. Times are milliseconds of its own clock. */
interface TourRecord {
  readonly changes: number[];
  readonly tasks: [startedAt: number, milliseconds: number][];
  /** Since when all tiles had a picture, by change. */
  readonly wholeAt: number[];
  frames: number;
  empty: number;
}

declare global {
  interface Window {
    gatehouseTourRecord: TourRecord;
  }
}

/** @param page shows one of the walls; see `measureLargeWalls` */
export async function measureTour(page: Page): Promise<TourFigures> {
  await page.evaluate(watchTour);
  await page.keyboard.press('Shift+T');
  const changes = warmUpChanges + measuredChanges;
  await untilChanged(page, changes);
  const record = await page.evaluate(() => window.gatehouseTourRecord);
  await delay(stopSeconds * 1_000 - filmedMilliseconds);
  const film = await filmChange(page, changes + 1);
  const { frames, empty } = await page.evaluate(() => window.gatehouseTourRecord);
  const measured = record.changes.map((at, index) => ({ at, index })).slice(warmUpChanges, changes);
  const beforeOf = (index: number) => record.changes[index - 1] ?? Number.NaN;
  return {
    tourDelay: summarize(measured.map(({ at, index }) => at - beforeOf(index) - stopSeconds * 1_000)),
    tourTask: summarize(
      measured.map(({ at, index }) =>
        Math.max(
          50,
          ...record.tasks.flatMap(([startedAt, time]) =>
            startedAt > beforeOf(index) && startedAt <= at ? time : [],
          ),
        ),
      ),
    ),
    tourChange: summarize(measured.map(({ at, index }) => (record.wholeAt[index] ?? Number.NaN) - at)),
    tourFrames: { drawn: frames, empty, ...film },
  };
}

async function untilChanged(page: Page, changes: number): Promise<void> {
  await page.waitForFunction((wanted) => window.gatehouseTourRecord.changes.length >= wanted, changes, {
    timeout: patienceMilliseconds,
    polling: 100,
  });
}

/** Runs in the page: keeps what becomes of the wall, frame by frame. Self-contained, as it is serialised. */
function watchTour(): void {
  const record: TourRecord = { changes: [], tasks: [], wholeAt: [], frames: 0, empty: 0 };
  window.gatehouseTourRecord = record;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) record.tasks.push([startTime, duration]);
  }).observe({ type: 'longtask' });
  const wall = document.querySelector('[data-layout-id]');
  if (wall === null) throw new Error('no wall');
  new MutationObserver(() => record.changes.push(performance.now())).observe(wall, {
    attributeFilter: ['data-layout-id'],
  });
  const hasPicture = (tile: HTMLElement) => {
    const shown = tile.querySelector<HTMLVideoElement>('video[data-shown="true"]');
    return shown !== null && shown.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && shown.videoWidth > 0;
  };
  const look = () => {
    record.frames++;
    if (![...document.querySelectorAll<HTMLElement>('[data-tile]')].every(hasPicture)) record.empty++;
    else if (record.wholeAt.length < record.changes.length) record.wholeAt.push(performance.now());
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** What Chromium composited until after a change, and in how many of these frames a tile was black. */
async function filmChange(page: Page, change: number): Promise<{ composited: number; black: number }> {
  const devtools = await page.context().newCDPSession(page);
  const film: string[] = [];
  devtools.on('Page.screencastFrame', ({ data, sessionId }) => {
    film.push(data);
    void devtools.send('Page.screencastFrameAck', { sessionId }).catch(() => {});
  });
  await devtools.send('Page.startScreencast', { format: 'jpeg', quality: 70, maxWidth: 640, maxHeight: 360 });
  await untilChanged(page, change);
  await delay(filmedMilliseconds);
  await devtools.detach();
  let black = 0;
  for (const frame of film) {
    if ((await page.evaluate(countBlackTiles, { frame, blackBrightness })) > 0) black++;
  }
  return { composited: film.length, black };
}

/** Runs in the page: how many tiles of this screenshot show nothing. */
async function countBlackTiles({
  frame,
  blackBrightness,
}: {
  frame: string;
  blackBrightness: number;
}): Promise<number> {
  const bytes = Uint8Array.from(atob(frame), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', {
    willReadFrequently: true,
  });
  if (context === null) throw new Error('no canvas');
  context.drawImage(bitmap, 0, 0);
  const scale = bitmap.width / innerWidth;
  return [...document.querySelectorAll('[data-tile]')].filter((tile) => {
    const { left, top, width, height } = tile.getBoundingClientRect();
    // Below the strip with its name.
    const area = [left, top + height / 2, width, height / 2].map((value) => Math.round(value * scale));
    const { data } = context.getImageData(area[0] ?? 0, area[1] ?? 0, area[2] ?? 1, area[3] ?? 1);
    let sum = 0;
    for (let at = 0; at < data.length; at += 4)
      sum += Math.max(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
    return sum / (data.length / 4) < blackBrightness;
  }).length;
}
