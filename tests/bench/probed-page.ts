import type { Browser, Page } from 'playwright-core';
import { keepPeerConnections } from '../support/console-page.ts';
import type { EngineProcess } from './engine-child.ts';
import type { Arrivals, Bind } from './engine-process.ts';
import { installProbe, type TileFrames } from './page-probe.ts';

const monotonic = () => Number(process.hrtime.bigint()) / 1e6;

/** A page on the console with its probe, and the offset from its clock to the machine's. */
export interface ProbedPage {
  readonly page: Page;
  /** Milliseconds to add to the page's `performance.now()`. */
  readonly clockOffset: number;
}

/** @param prepare runs before the page does */
export async function openProbedPage(
  browser: Browser,
  engine: EngineProcess,
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<ProbedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  await prepare(page);
  await openConsole(page, await signInAddress(engine));
  return { page, clockOffset: await calibrate(page) };
}

/** A link to the console that signs in once. */
export async function signInAddress(engine: EngineProcess): Promise<string> {
  const { token, port } = await engine.ask<{ token: string; port: number }>({ type: 'token' });
  return `http://127.0.0.1:${port}/#token=${token}`;
}

/** Opens the console with its probe; resolves when there is a wall, since keys mean nothing before. */
async function openConsole(page: Page, address: string): Promise<void> {
  await keepPeerConnections(page);
  await page.addInitScript(installProbe);
  await page.goto(address);
  await page.waitForSelector('[data-tile]');
}

/** From the quickest of many round trips. */
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

/** Resolves when these cameras, by their numbers, are live on the wall. @throws Error after a minute */
export async function untilLive(page: Page, numbers: readonly number[], timeout = 60_000): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      wanted.every((number) =>
        document.querySelector(`[data-tile][data-state="live"][data-camera-number="${number}"]`),
      ),
    numbers,
    { timeout, polling: 50 },
  );
}

/** The numbers of the first cameras. */
export const firstCameras = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** From each binding to the first frame of it that was presented: milliseconds. */
export function firstFrames(
  binds: readonly Bind[],
  tiles: readonly TileFrames[],
  clockOffset: number,
): number[] {
  return binds.flatMap((bind) => {
    const frames = tiles.find((tile) => tile.slot === bind.slot)?.frames ?? [];
    const found = frames.find(
      ([presentedAt, rtpTimestamp]) =>
        presentedAt + clockOffset > bind.boundAt && difference(rtpTimestamp, bind.firstTimestamp) >= 0,
    );
    return found === undefined ? [] : [found[0] + clockOffset - bind.boundAt];
  });
}

/** When a frame was received from the camera, and presented: milliseconds of the machine's clock. */
export interface Presented {
  readonly receivedAt: number;
  readonly presentedAt: number;
}

/** Last packet of each access unit read from the camera's socket, and the frame's `presentationTime`, in order. */
export function presentedFrames(
  tile: TileFrames,
  arrivals: readonly Arrivals[],
  clockOffset: number,
): Presented[] {
  const arrival = arrivals.find((entry) => entry.slot === tile.slot);
  if (arrival === undefined) return [];
  const receivedAt = new Map(arrival.receivedAt.map(([timestamp, at]) => [timestamp | 0, at]));
  return tile.frames.flatMap(([presentedAt, rtpTimestamp]) => {
    const received = receivedAt.get(difference(rtpTimestamp, arrival.timestampOffset));
    return received === undefined ? [] : [{ receivedAt: received, presentedAt: presentedAt + clockOffset }];
  });
}

/** Signed difference of 32-bit RTP timestamps. */
function difference(a: number, b: number): number {
  return (a - b) | 0;
}
