import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { framesDecoded, keepPeerConnections, untilTiles } from './console-page.ts';
import { Serve } from './serve.ts';

/*
 * Runs inside a network namespace of a test's own: a console with four demo cameras and a Chromium that reaches it over `lan`
 * alone, whose address is replaced by another one while pictures come. Prints what became of them as one line of JSON.
 */

declare global {
  interface Window {
    gatehouseMove: { shows: number; blackFrames: number; gaps: number[] };
  }
}

const frames = 30;

/** Replaces the one address of the interface, as another lease of a DHCP server does. */
function move(): void {
  for (const command of [
    'address del 10.77.0.2/24 dev lan',
    'address add 10.77.0.3/24 dev lan',
    'route replace default via 10.77.0.1',
  ]) {
    execFileSync('ip', command.split(' '));
  }
}

/** Must run before the page does: takes loopback out of what is offered, and looks along with what is shown. */
async function watchAlong(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = { shows: 0, blackFrames: 0, gaps: [] as number[] };
    window.gatehouseMove = seen;
    const setRemote = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function (description) {
      const sdp = description.sdp?.replace(/^a=candidate:.* 127\.0\.0\.1 .*\r\n/gm, '') ?? '';
      return Reflect.apply(setRemote, this, [{ type: description.type, sdp }]);
    };
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
      const text = typeof data === 'string' ? data : '';
      if (text.includes('viewer/show')) seen.shows++;
      return send.call(this, data);
    };
  });
}

/** Measures from now on how long each tile stands still at most, and whether one of them is ever without a picture. */
async function watchTiles(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = window.gatehouseMove;
    const videos = [...document.querySelectorAll<HTMLVideoElement>('[data-tile] video[data-shown="true"]')];
    videos.forEach((video, index) => {
      let last = performance.now();
      seen.gaps[index] = 0;
      const onFrame = () => {
        const now = performance.now();
        seen.gaps[index] = Math.max(seen.gaps[index] ?? 0, now - last);
        last = now;
        video.requestVideoFrameCallback(onFrame);
      };
      video.requestVideoFrameCallback(onFrame);
    });
    const look = () => {
      for (const video of videos) {
        if (!video.isConnected || video.videoWidth === 0 || video.readyState < 2) seen.blackFrames++;
      }
      requestAnimationFrame(look);
    };
    look();
  });
}

/** Where the window's own packets go: Chromium takes the new way a moment after the pictures came over it. */
async function untilReached(page: Page, address: string): Promise<void> {
  while (!(await remoteAddresses(page)).every((found) => found === address)) {
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

const remoteAddresses = (page: Page) =>
  page.evaluate(async () => {
    const found: string[] = [];
    for (const peer of window.gatehousePeers) {
      const report = await peer.getStats();
      for (const transport of report.values()) {
        if (transport.type !== 'transport') continue;
        const pair = report.get(transport.selectedCandidatePairId);
        found.push(report.get(pair?.remoteCandidateId)?.address);
      }
    }
    return found;
  });

async function untilDecoded(page: Page, more: number): Promise<void> {
  const before = await framesDecoded(page);
  for (;;) {
    const now = await framesDecoded(page);
    if (now.length >= 4 && now.every((count, index) => count >= (before[index] ?? 0) + more)) return;
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-namespace-'));
try {
  await using serve = await Serve.start(['--data', folder, '--port', '0', '--demo', '4']);
  const browser = await launchChromium({});
  try {
    const page = await browser.newPage();
    await keepPeerConnections(page);
    await watchAlong(page);
    await page.goto(serve.ready.url);
    await untilTiles(page, 'live', 4);
    await untilDecoded(page, frames);
    await watchTiles(page);
    const before = await page.evaluate(() => window.gatehouseMove.shows);
    await untilReached(page, '10.77.0.2');
    move();
    await untilReached(page, '10.77.0.3');
    await untilTiles(page, 'live', 4);
    await untilDecoded(page, frames);
    const { shows, blackFrames, gaps } = await page.evaluate(() => window.gatehouseMove);
    const peers = await page.evaluate(() => window.gatehousePeers.length);
    const seen = { peers, bindings: shows - before, blackFrames, gaps: gaps.map(Math.round) };
    process.stdout.write(`${JSON.stringify(seen)}\n`);
  } finally {
    await browser.close();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
