import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startFleetProcess } from '../../main/demo/fleet-process.ts';
import { MediaTransport } from '../../main/viewers/media-transport.ts';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleUrl, openPage, startConsole } from '../support/console-window.ts';

/*
 * What a window sees of a network that loses packets: a wall of nine in Chromium, while the given share of all RTP packets, and
 * of their repetitions, is dropped before it is sent. Prints JSON.
 *   loss.ts SHARE SECONDS
 */

const [share = 0.05, seconds = 60] = process.argv.slice(2).map(Number);
const tiles = 9;
/** Packets are dropped by a sequence that is the same in each run. */
let seed = 1;

export interface LossFigures {
  readonly share: number;
  readonly dropped: number;
  /** Of all tiles together, a minute. */
  readonly freezes: number;
  /** Of the tile that stood for longest, in a minute. */
  readonly frozenMilliseconds: number;
  readonly framesPerSecond: number;
}

interface Received {
  readonly freezes: number;
  readonly frozenSeconds: number;
  readonly frames: number;
}

function isLost(): boolean {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
  return (seed >>> 8) % 10_000 < share * 10_000;
}

async function receivedBy(page: Page): Promise<Received[]> {
  return await page.evaluate(async () => {
    const found: Received[] = [];
    for (const peer of window.gatehousePeers) {
      for (const entry of (await peer.getStats()).values()) {
        if (entry.type !== 'inbound-rtp' || entry.kind !== 'video' || entry.framesDecoded === undefined)
          continue;
        if (entry.framesDecoded === 0) continue;
        found.push({
          freezes: entry.freezeCount,
          frozenSeconds: entry.totalFreezesDuration,
          frames: entry.framesDecoded,
        });
      }
    }
    return found;
  });
}

async function measureLoss(): Promise<LossFigures> {
  await using owned = new AsyncDisposableStack();
  const fleet = owned.use(await startFleetProcess({ count: tiles }));
  const engine = await startConsole(owned, demoCameraInputs(fleet.cameras));
  const browser = await launchChromium({ args: loopbackWebRtc });
  owned.defer(() => browser.close());
  const { page } = await openPage(owned, browser, consoleUrl(engine));
  await untilTiles(page, 'live', tiles);
  await delay(2_000);
  const send = MediaTransport.prototype.send;
  let dropped = 0;
  MediaTransport.prototype.send = function lossy(parts) {
    if (isLost()) dropped++;
    else send.call(this, parts);
  };
  const before = await receivedBy(page);
  await delay(seconds * 1_000);
  const after = await receivedBy(page);
  const gains = after.map((tile, index) => ({
    freezes: tile.freezes - (before[index]?.freezes ?? 0),
    frozen: tile.frozenSeconds - (before[index]?.frozenSeconds ?? 0),
    frames: tile.frames - (before[index]?.frames ?? 0),
  }));
  const minutes = seconds / 60;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    share,
    dropped,
    freezes: Math.round(sum(gains.map(({ freezes }) => freezes)) / minutes),
    frozenMilliseconds: Math.round((Math.max(...gains.map(({ frozen }) => frozen)) * 1_000) / minutes),
    framesPerSecond: Math.round((sum(gains.map(({ frames }) => frames)) / gains.length / seconds) * 10) / 10,
  };
}

process.stdout.write(`${JSON.stringify(await measureLoss())}\n`);
