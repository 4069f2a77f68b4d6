import type { Browser } from 'playwright-core';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startFleetProcess } from '../../main/demo/fleet-process.ts';
import { measureAdding } from './adding-figures.ts';
import { measureBudget, measurePage } from './budget.ts';
import { measureConsole, measureLayoutSoak } from './console-figures.ts';
import { type DelayFigures, measureDelay, networks } from './delay.ts';
import { measureDiscovery } from './discovery-figures.ts';
import { type FirstFrameFigures, measureFirstFrames } from './first-frame.ts';
import type { ForwarderSize } from './forwarders/forwarder.ts';
import type { ForwarderKind } from './forwarders/kinds.ts';
import { measureLink } from './link-figures.ts';
import { measurePaced, PacedCameras, type PacedFigures } from './paced.ts';
import { measureProfile } from './profile.ts';
import type { SectionFigures, SectionName } from './results.ts';
import { measureSend, type SendFigures } from './send.ts';
import { measureSwitches } from './switch.ts';
import { measureTiles } from './tiles.ts';
import { type WallSize, wallSizes } from './wall.ts';

/** What the sections share. */
export interface Bench {
  readonly quick: boolean;
  readonly browser: Browser;
  /** Those that this machine can run. */
  readonly kinds: readonly ForwarderKind[];
  progress(text: string): void;
}

const sizes: readonly ForwarderSize[] = [
  { cameras: 1, viewers: 1 },
  { cameras: 1, viewers: 4 },
  { cameras: 16, viewers: 4 },
  { cameras: 64, viewers: 1 },
  { cameras: 64, viewers: 8 },
];
const quickSizes: readonly ForwarderSize[] = [{ cameras: 16, viewers: 4 }];
/** Of 64 cameras and 8 viewers, of which nothing may be lost. */
const fullSiteSeconds = 60;
/** For two walls of 25, and for two of 64. */
const wallCameras = 50;
const tourCameras = 128;

/** One function for each part of the benchmark. */
export const sections: { readonly [Name in SectionName]: (bench: Bench) => Promise<SectionFigures[Name]> } = {
  send: async ({ quick, kinds, progress }) => {
    const figures: SendFigures[] = [];
    for (const size of quick ? quickSizes : sizes) {
      progress(`${size.cameras} cameras × ${size.viewers} viewers`);
      figures.push(...(await measureSend(kinds, size, quick)));
    }
    return figures;
  },
  paced: async ({ quick, kinds, progress }) => {
    const figures: PacedFigures[] = [];
    for (const { cameras: count, viewers } of quick ? quickSizes : sizes) {
      await using cameras = await PacedCameras.start(count);
      for (const kind of kinds) {
        progress(`${count} cameras × ${viewers} viewers: ${kind}`);
        const isFullSite = kind === 'gatehouse' && count * viewers === 512;
        const seconds = isFullSite ? fullSiteSeconds : quick ? 2 : undefined;
        figures.push(await measurePaced(kind, viewers, cameras, seconds));
      }
    }
    return figures;
  },
  profile: async ({ quick }) => [
    await measureProfile('saturated', quick),
    await measureProfile('paced', quick),
  ],
  'first-frame': async ({ browser, quick, progress }) => {
    const figures: FirstFrameFigures[] = [];
    for (const gopSeconds of quick ? ([2] as const) : ([2, 10] as const)) {
      progress(`a key frame every ${gopSeconds} s`);
      figures.push(await measureFirstFrames(browser, gopSeconds, quick));
    }
    return figures;
  },
  delay: async ({ browser, quick, progress }) => {
    const figures: DelayFigures[] = [];
    for (const { seconds, ...conditions } of networks) {
      if (quick && (conditions.lostShare === 0.01 || conditions.jitterMilliseconds > 0)) continue;
      progress(`${conditions.lostShare * 100} % lost, ${conditions.jitterMilliseconds} ms of jitter`);
      figures.push(await measureDelay(browser, conditions, quick ? 5 : seconds));
    }
    return figures;
  },
  tiles: async ({ browser, quick, progress }) => {
    const walls: readonly WallSize[] = quick ? [9, 25] : wallSizes;
    return await measureTiles(browser, walls, quick ? 4 : 8, progress);
  },
  budget: async ({ browser, quick, progress }) => {
    const walls = await measureBudget(
      quick ? { rest: 20, measured: 10 } : { rest: 45, measured: 30 },
      progress,
    );
    progress('the page’s own work');
    return { walls, page: await measurePage(browser, quick ? 10 : 60) };
  },
  switch: async ({ browser, quick }) => await measureSwitches(browser, quick ? 3 : 6),
  console: async ({ browser }) => {
    await using fleet = await startFleetProcess({ count: tourCameras });
    return await measureConsole(browser, demoCameraInputs(fleet.cameras));
  },
  discovery: async () => await measureDiscovery(),
  adding: async ({ browser }) => await measureAdding(browser),
  link: async ({ progress }) => await measureLink(progress),
  soak: async ({ browser }) => {
    await using fleet = await startFleetProcess({ count: wallCameras });
    return await measureLayoutSoak(browser, demoCameraInputs(fleet.cameras));
  },
};
