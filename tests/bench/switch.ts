import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { startFleetProcess } from '../../main/demo/fleet-process.ts';
import { hideDecodeLoad } from '../support/console-page.ts';
import { EngineProcess } from './engine-child.ts';
import { openProbedPage } from './probed-page.ts';
import { type Summary, summarize } from './statistics.ts';

const wallSize = 4;
/** Just large enough for a main stream, and just too small: drawing the page anew in another size is no part of a change. */
const large = { width: 1_960, height: 1_180 };
const small = { width: 1_580, height: 920 };
/** Longer than the streams of a wall need to begin, and than a main stream's decoder to catch up. */
const settleMilliseconds = 4_000;
/** Longer than an upstream stays after its last viewer. */
const lingerMilliseconds = 12_000;

/** How long a tile shows no new picture when it changes between main stream and sub-stream: milliseconds, 67 without a change. */
export interface SwitchFigures {
  readonly toMain: Summary;
  readonly toSub: Summary;
  /** The same where the camera does not send that stream yet. */
  readonly toMainCold: Summary;
}

/** A change of what a tile shows. */
interface Switch {
  readonly profile: string;
  /** From the last picture of the one stream to the first of the other, or from that to the next one: the longer one. */
  readonly gap: number;
}

export async function measureSwitches(browser: Browser, rounds: number): Promise<SwitchFigures> {
  await using owned = new AsyncDisposableStack();
  const fleet = owned.use(await startFleetProcess({ count: wallSize }));
  const engine = await EngineProcess.startWith(owned, fleet.cameras);
  const { page } = await openProbedPage(browser, engine, hideDecodeLoad);
  owned.defer(() => page.context().close());
  await page.setViewportSize(small);
  await page.waitForSelector(`[data-wall-size="${wallSize}"]`);
  await until(page, 'sub');
  await page.evaluate(watchTiles);
  const gaps = { toMain: [] as number[], toSub: [] as number[], toMainCold: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const isCold = round % 3 === 0;
    if (isCold) await delay(lingerMilliseconds);
    (isCold ? gaps.toMainCold : gaps.toMain).push(...(await change(page, 'main')));
    gaps.toSub.push(...(await change(page, 'sub')));
  }
  return {
    toMain: summarize(gaps.toMain),
    toSub: summarize(gaps.toSub),
    toMainCold: summarize(gaps.toMainCold),
  };
}

/** All tiles change at once. */
async function change(page: Page, profile: 'main' | 'sub'): Promise<number[]> {
  await page.evaluate(takeSwitches);
  await page.setViewportSize(profile === 'main' ? large : small);
  await until(page, profile);
  await delay(settleMilliseconds);
  const switches: Switch[] = await page.evaluate(takeSwitches);
  return switches.filter((entry) => entry.profile === profile).map(({ gap }) => gap);
}

async function until(page: Page, profile: string): Promise<void> {
  await page.waitForFunction(
    ([wanted, count]) =>
      document.querySelectorAll(`[data-tile][data-state="live"][data-profile="${wanted}"]`).length === count,
    [profile, wallSize] as const,
    { timeout: 60_000, polling: 50 },
  );
}

declare global {
  interface Window {
    gatehouseShown: Map<Element, [at: number, profile: string][]>;
  }
}

/** Runs in the page: keeps when each tile showed another picture. Self-contained, as it is serialised. */
function watchTiles(): void {
  window.gatehouseShown = new Map();
  const seen = new Map<Element, string>();
  const look = (now: number) => {
    for (const tile of document.querySelectorAll<HTMLElement>('[data-tile]')) {
      const video = tile.querySelector<HTMLVideoElement>('video[data-shown="true"]');
      const frames = video === null ? undefined : window.gatehouseProbe.tiles.get(video);
      const picture = `${tile.dataset.profile} ${frames?.length}`;
      if (frames === undefined || seen.get(tile) === picture) continue;
      seen.set(tile, picture);
      const shown = window.gatehouseShown.get(tile) ?? [];
      window.gatehouseShown.set(tile, shown);
      shown.push([now, tile.dataset.profile ?? '']);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** Runs in the page: the changes of stream since the last call. */
function takeSwitches(): Switch[] {
  return [...window.gatehouseShown.values()].flatMap((kept) => {
    const shown = kept.splice(0);
    return shown.flatMap(([at, profile], index) => {
      const [before, after] = [shown[index - 1], shown[index + 1]];
      if (before === undefined || before[1] === profile) return [];
      return { profile, gap: Math.max(at - before[0], (after?.[0] ?? at) - at) };
    });
  });
}
