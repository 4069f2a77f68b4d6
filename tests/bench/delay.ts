import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { startFleetProcess } from '../../main/demo/fleet-process.ts';
import { type Conditions, DatagramRelay } from './datagram-relay.ts';
import { EngineProcess } from './engine-child.ts';
import type { Arrivals } from './engine-process.ts';
import { takeFrames } from './page-probe.ts';
import { firstCameras, openProbedPage, presentedFrames, untilLive } from './probed-page.ts';
import { type Summary, summarize } from './statistics.ts';

const tiles = 9;
const settleMilliseconds = 3_000;

/** A wall of nine over a network of our own. */
export interface DelayFigures extends Conditions {
  readonly seconds: number;
  /** From the last packet of a picture, read from the camera, to its presentation: milliseconds. */
  readonly delay: Summary;
  /** Datagrams that the network dropped. */
  readonly dropped: number;
  readonly framesPerSecond: number;
  /** Of all tiles together, a minute. */
  readonly freezes: number;
  /** Of the tile that stood for longest, a minute: milliseconds. */
  readonly frozen: number;
}

/** Networks that are measured, and for how long: what happens seldom needs a minute. */
export const networks: readonly (Conditions & { readonly seconds: number })[] = [
  { lostShare: 0, jitterMilliseconds: 0, seconds: 15 },
  { lostShare: 0.01, jitterMilliseconds: 0, seconds: 30 },
  { lostShare: 0.05, jitterMilliseconds: 0, seconds: 60 },
  { lostShare: 0, jitterMilliseconds: 40, seconds: 15 },
];

export async function measureDelay(
  browser: Browser,
  conditions: Conditions,
  seconds: number,
): Promise<DelayFigures> {
  await using owned = new AsyncDisposableStack();
  const fleet = owned.use(await startFleetProcess({ count: tiles }));
  const engine = await EngineProcess.startWith(owned, fleet.cameras);
  const relay = new DatagramRelay(owned, conditions);
  const { page, clockOffset } = await openProbedPage(browser, engine, (opened) => relay.install(opened));
  owned.defer(() => page.context().close());
  await untilLive(page, firstCameras(tiles));
  await sleep(settleMilliseconds);
  await page.evaluate(takeFrames);
  const [before, droppedBefore] = [await receivedBy(page), relay.dropped];
  await sleep(seconds * 1_000);
  const frames = await page.evaluate(takeFrames);
  const after = await receivedBy(page);
  const arrivals = await engine.ask<Arrivals[]>({ type: 'arrivals' });
  const shown = frames.flatMap((tile) => presentedFrames(tile, arrivals, clockOffset));
  const gains = [...after].map(([id, tile]) => ({
    freezes: tile.freezes - (before.get(id)?.freezes ?? 0),
    frozen: tile.frozenSeconds - (before.get(id)?.frozenSeconds ?? 0),
  }));
  const minutes = seconds / 60;
  return {
    ...conditions,
    seconds,
    delay: summarize(shown.map(({ receivedAt, presentedAt }) => presentedAt - receivedAt)),
    dropped: relay.dropped - droppedBefore,
    framesPerSecond: Math.round((shown.length / tiles / seconds) * 10) / 10,
    freezes: Math.round(gains.reduce((sum, gain) => sum + gain.freezes, 0) / minutes),
    frozen: Math.round((Math.max(...gains.map((gain) => gain.frozen)) * 1_000) / minutes),
  };
}

interface Received {
  readonly freezes: number;
  readonly frozenSeconds: number;
}

/** Of every stream of pictures that came, by its id. */
async function receivedBy(page: Page): Promise<ReadonlyMap<string, Received>> {
  const found = await page.evaluate(async () => {
    const list: [string, Received][] = [];
    for (const peer of window.gatehousePeers) {
      for (const entry of (await peer.getStats()).values()) {
        if (entry.type !== 'inbound-rtp' || entry.kind !== 'video' || !(entry.framesDecoded > 0)) continue;
        list.push([entry.id, { freezes: entry.freezeCount, frozenSeconds: entry.totalFreezesDuration }]);
      }
    }
    return list;
  });
  return new Map(found);
}
