import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { startFleetProcess } from '../../main/demo/fleet-process.ts';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { chromiumCpuSeconds } from './chromium-usage.ts';
import { EngineProcess } from './engine-child.ts';
import type { Sent, Usage } from './engine-process.ts';
import { takeFrames } from './page-probe.ts';
import { openProbedPage, type ProbedPage, signInAddress } from './probed-page.ts';
import { quantile, type Summary, summarize } from './statistics.ts';
import { showWall, type WallSize } from './wall.ts';

/** A wall that is too much for its processors, after it has come to rest. */
export interface BudgetFigures {
  /** Processors of engine and Chromium together; the cameras have others where there are any. */
  readonly cores: number;
  readonly tiles: number;
  readonly live: number;
  /** Tiles that say how seldom their pictures come, and do not call themselves live. */
  readonly seldom: number;
  /** Tiles that say that they show only some pictures, those included. */
  readonly reduced: number;
  readonly selected: { readonly framesPerSecond: number; readonly delay: Summary };
  /**
   * How old the picture of a tile that calls itself live ever was: milliseconds from its reception until the next one was
   * presented, or until now.
   */
  readonly oldest: number;
  /** Of one core. */
  readonly enginePercent: number;
  readonly chromiumPercent: number;
}

/** CPU time of the page's thread on a steady wall: percent of one core. */
export interface PageFigures {
  readonly tiles: number;
  readonly seconds: number;
  readonly script: number;
  readonly layout: number;
  readonly style: number;
  readonly together: number;
}

const patienceMilliseconds = 15_000;
const walls: readonly { readonly cores: number; readonly tiles: WallSize }[] = [
  { cores: 2, tiles: 100 },
  { cores: 1, tiles: 100 },
];
const pageTiles: WallSize = 64;

const monotonic = () => Number(process.hrtime.bigint()) / 1e6;
const round = (value: number) => Math.round(value * 10) / 10;

/** What processes this one starts may run on; Linux's `taskset`. */
async function pin(cores: string): Promise<void> {
  await promisify(execFile)('taskset', ['-a', '-c', '-p', cores, String(process.pid)]);
}

interface Console extends ProbedPage {
  readonly engine: EngineProcess;
  readonly browser: Browser;
}

async function startConsole(owned: AsyncDisposableStack, cores: number, tiles: number): Promise<Console> {
  const fleet = owned.use(await startFleetProcess({ count: tiles }));
  await pin(`0-${cores - 1}`);
  try {
    const browser = await launchChromium({ args: loopbackWebRtc });
    owned.defer(() => browser.close());
    const engine = await EngineProcess.startWith(owned, fleet.cameras);
    return { engine, browser, ...(await openProbedPage(browser, engine)) };
  } finally {
    await pin(`0-${navigator.hardwareConcurrency - 1}`);
  }
}

export async function measureBudget(
  seconds: { readonly rest: number; readonly measured: number },
  progress: (text: string) => void,
): Promise<BudgetFigures[]> {
  const figures: BudgetFigures[] = [];
  for (const { cores, tiles } of walls) {
    progress(`${tiles} tiles on ${cores} cores`);
    await using owned = new AsyncDisposableStack();
    const console = await startConsole(owned, cores, tiles);
    await showWall(console.page, tiles, patienceMilliseconds).catch((error: unknown) => {
      if (!String(error).includes('Timeout')) throw error;
    });
    await console.page.locator('[data-tile]').first().click();
    await delay(seconds.rest * 1_000);
    figures.push({ cores, ...(await measureRest(console, tiles, seconds.measured)) });
  }
  return figures;
}

async function measureRest(
  { page, engine, browser, clockOffset }: Console,
  tiles: number,
  seconds: number,
): Promise<Omit<BudgetFigures, 'cores'>> {
  const look = async () => ({
    at: performance.now(),
    engine: (await engine.ask<Usage>({ type: 'usage' })).cpuMicroseconds / 1e6,
    chromium: await chromiumCpuSeconds(browser),
  });
  const before = await look();
  // Pictures of before are the first ones whose age is known.
  const earlier = await page.evaluate(takeFrames);
  const begunAt = monotonic();
  await delay(seconds * 1_000);
  const shown = await page.evaluate(takeFrames);
  const endedAt = monotonic();
  const after = await look();
  const sent = await engine.ask<Sent[]>({ type: 'sent' });
  const elapsed = (after.at - before.at) / 1_000;
  const said = await tilesSay(page);
  const pictures = shown.map((tile) => {
    const receivedAt = new Map(sent.find(({ slot }) => slot === tile.slot)?.receivedAt ?? []);
    const frames = [...(earlier.find(({ slot }) => slot === tile.slot)?.frames ?? []), ...tile.frames];
    const known = frames.flatMap(([presentedAt, timestamp]) => {
      const received = receivedAt.get(timestamp >>> 0);
      return received === undefined ? [] : [{ received, presented: presentedAt + clockOffset }];
    });
    return { slot: tile.slot, known };
  });
  const selected = (pictures.find(({ slot }) => slot === said.selected)?.known ?? []).filter(
    ({ presented }) => presented >= begunAt && presented < begunAt + seconds * 1_000,
  );
  const ages = pictures
    .filter(({ slot }) => said.live.includes(slot))
    .flatMap(({ known }) =>
      known.flatMap(({ received }, index) => {
        const until = known[index + 1]?.presented ?? endedAt;
        return until < begunAt ? [] : [until - received];
      }),
    );
  return {
    tiles,
    live: said.live.length,
    seldom: said.seldom,
    reduced: said.reduced,
    selected: {
      framesPerSecond: round(selected.length / seconds),
      delay: summarize(selected.map(({ received, presented }) => presented - received)),
    },
    oldest: round(quantile(ages, 1)),
    enginePercent: round(((after.engine - before.engine) / elapsed) * 100),
    chromiumPercent: round(((after.chromium - before.chromium) / elapsed) * 100),
  };
}

async function tilesSay(page: Page) {
  return await page.evaluate(() => {
    const tiles = [...document.querySelectorAll<HTMLElement>('[data-tile]')];
    const slotOf = (tile: HTMLElement | undefined) => Number(tile?.dataset.slot ?? Number.NaN);
    const of = (state: string) => tiles.filter(({ dataset }) => dataset.state === state);
    return {
      live: of('live').map(slotOf),
      seldom: of('seldom').length,
      reduced: document.querySelectorAll('[data-reduced]').length,
      selected: slotOf(tiles.find(({ ariaCurrent }) => ariaCurrent === 'true')),
    };
  });
}

/** What the page's own work costs while nothing but its pictures changes, without anything of the benchmark in it. */
export async function measurePage(browser: Browser, seconds: number): Promise<PageFigures> {
  await using owned = new AsyncDisposableStack();
  const fleet = owned.use(await startFleetProcess({ count: pageTiles }));
  const engine = await EngineProcess.startWith(owned, fleet.cameras);
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  owned.defer(() => context.close());
  const page = await context.newPage();
  await page.goto(await signInAddress(engine));
  await page.waitForSelector('[data-tile]');
  await showWall(page, pageTiles, patienceMilliseconds).catch((error: unknown) => {
    if (!String(error).includes('Timeout')) throw error;
  });
  await delay(patienceMilliseconds);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const look = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    const values = new Map(metrics.map(({ name, value }) => [name, value]));
    return (name: string) => values.get(name) ?? Number.NaN;
  };
  const startedAt = performance.now();
  const before = await look();
  await delay(seconds * 1_000);
  const after = await look();
  const elapsed = (performance.now() - startedAt) / 1_000;
  const percent = (name: string) => ((after(name) - before(name)) / elapsed) * 100;
  const [script, layout, style] = [
    percent('ScriptDuration'),
    percent('LayoutDuration'),
    percent('RecalcStyleDuration'),
  ];
  return {
    ...{ tiles: pageTiles, seconds },
    ...{ script: round(script), layout: round(layout), style: round(style) },
    together: round(script + layout + style),
  };
}
