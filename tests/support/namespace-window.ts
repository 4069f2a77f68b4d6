import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { launchChromium } from './chromium.ts';
import { framesDecoded, keepPeerConnections, untilTiles } from './console-page.ts';
import { Serve } from './serve.ts';

/*
 * Runs inside a network namespace of a test's own: a console with four demo cameras and a Chromium as users have it, with
 * local addresses hidden behind mDNS names and no candidates on loopback. Prints what it saw as one line of JSON.
 */
const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-namespace-'));
try {
  await using serve = await Serve.start(['--data', folder, '--port', '0', '--demo', '4']);
  const browser = await launchChromium({});
  try {
    const page = await browser.newPage();
    await keepPeerConnections(page);
    await page.goto(serve.ready.url);
    await untilTiles(page, 'live', 4);
    const pairs = await page.evaluate(async () => {
      const found: { local: string; remote: string }[] = [];
      for (const peer of window.gatehousePeers) {
        const report = await peer.getStats();
        for (const pair of report.values()) {
          if (pair.type !== 'candidate-pair' || !pair.nominated) continue;
          found.push({
            local: report.get(pair.localCandidateId)?.candidateType,
            remote: report.get(pair.remoteCandidateId)?.candidateType,
          });
        }
      }
      return found;
    });
    process.stdout.write(`${JSON.stringify({ decoded: await framesDecoded(page), pairs })}\n`);
  } finally {
    await browser.close();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
