import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { startFleetProcess } from '../../main/demo/fleet-process.ts';
import { chromiumCpuSeconds } from './chromium-usage.ts';
import { EngineProcess } from './engine-child.ts';
import type { Arrivals, Usage } from './engine-process.ts';
import { takeFrames } from './page-probe.ts';
import { openProbedPage, type ProbedPage, presentedFrames } from './probed-page.ts';
import { quantile, type Summary, summarize } from './statistics.ts';
import { showWall, type WallSize } from './wall.ts';

/** A machine that is too slow for a wall shows it so late; it is measured nevertheless. */
const patienceMilliseconds = 15_000;
const settleMilliseconds = 3_000;

/** A wall of cameras of 640x360 at 15 pictures a second in one window. */
export interface TileFigures {
  readonly tiles: number;
  readonly live: number;
  readonly framesPerSecond: { readonly minimum: number; readonly median: number };
  /** Frames that Chromium decoded and did not show, or did not even decode, of all tiles. */
  readonly dropped: number;
  /** From the last packet of a picture to its presentation: milliseconds. */
  readonly delay: Summary;
  /** How old the oldest picture on the wall ever was: milliseconds from its reception until the next one was presented. */
  readonly worstFrameAge: number;
  /** Of one core. */
  readonly enginePercent: number;
  readonly chromiumPercent: number;
}

const monotonic = () => Number(process.hrtime.bigint()) / 1e6;
const round = (value: number) => Math.round(value * 10) / 10;

/** @param sizes in rising order */
export async function measureTiles(
  browser: Browser,
  sizes: readonly WallSize[],
  seconds: number,
  progress: (text: string) => void,
): Promise<TileFigures[]> {
  await using owned = new AsyncDisposableStack();
  const count = sizes.at(-1) ?? 9;
  const fleet = owned.use(await startFleetProcess({ count }));
  const engine = await EngineProcess.startWith(owned, fleet.cameras);
  const probed = await openProbedPage(browser, engine);
  owned.defer(() => probed.page.context().close());
  await engine.ask({ type: 'hold', count });
  await delay(settleMilliseconds);
  const figures: TileFigures[] = [];
  for (const size of sizes) {
    progress(`${size} tiles`);
    figures.push(await measureWall(browser, probed, engine, size, seconds));
  }
  return figures;
}

async function measureWall(
  browser: Browser,
  { page, clockOffset }: ProbedPage,
  engine: EngineProcess,
  size: WallSize,
  seconds: number,
): Promise<TileFigures> {
  await showWall(page, size, patienceMilliseconds).catch((error: unknown) => {
    if (!String(error).includes('Timeout')) throw error;
  });
  await delay(settleMilliseconds);
  const look = async () => ({
    at: performance.now(),
    engine: (await engine.ask<Usage>({ type: 'usage' })).cpuMicroseconds / 1e6,
    chromium: await chromiumCpuSeconds(browser),
    dropped: await framesDropped(page),
  });
  const before = await look();
  await page.evaluate(takeFrames);
  const begunAt = monotonic();
  await delay(seconds * 1_000);
  const tiles = await page.evaluate(takeFrames);
  const after = await look();
  const arrivals = await engine.ask<Arrivals[]>({ type: 'arrivals' });
  const elapsed = (after.at - before.at) / 1_000;
  // How soon a busy page answers must not count.
  const shown = tiles.map((tile) =>
    presentedFrames(tile, arrivals, clockOffset).filter(
      ({ presentedAt }) => presentedAt >= begunAt && presentedAt < begunAt + seconds * 1_000,
    ),
  );
  const rates = shown.map((frames) => frames.length / seconds);
  return {
    tiles: size,
    live: await page.locator('[data-tile][data-state="live"]').count(),
    framesPerSecond: { minimum: round(quantile(rates, 0)), median: round(quantile(rates, 0.5)) },
    dropped: after.dropped - before.dropped,
    delay: summarize(shown.flat().map(({ receivedAt, presentedAt }) => presentedAt - receivedAt)),
    worstFrameAge: round(
      Math.max(
        ...shown.flatMap((frames) =>
          frames
            .slice(1)
            .map(({ presentedAt }, index) => presentedAt - (frames[index]?.receivedAt ?? Number.NaN)),
        ),
      ),
    ),
    enginePercent: round(((after.engine - before.engine) / elapsed) * 100),
    chromiumPercent: round(((after.chromium - before.chromium) / elapsed) * 100),
  };
}

async function framesDropped(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    let dropped = 0;
    for (const peer of window.gatehousePeers) {
      for (const entry of (await peer.getStats()).values()) {
        if (entry.type === 'inbound-rtp') dropped += entry.framesDropped ?? 0;
      }
    }
    return dropped;
  });
}
