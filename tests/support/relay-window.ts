import net from 'node:net';
import { createInterface } from 'node:readline';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { framesDecoded, keepPeerConnections, untilTiles } from './console-page.ts';

/*
 * A Chromium in a network of its own (relay-networks.ts), which reaches the page of the console through a socket in the file
 * system:
 *
 *     relay-window.ts SOCKET PORT
 *
 * In: lines of JSON with the `url` of the console, and `test` where its test of the connection is wanted, too. Out: a line for each
 * with the ways by which pictures came, and what the test said. Ends when its input does.
 */

const frames = 30;
const [socketPath = '', port = ''] = process.argv.slice(2);
const door = net.createServer((inside) => {
  const outside = net.connect(socketPath);
  inside.pipe(outside).pipe(inside);
  for (const socket of [inside, outside]) socket.on('error', () => inside.destroy() && outside.destroy());
});
door.listen(Number(port), '127.0.0.1');

/** Kinds of the two ends of the way that was taken. */
const waysOf = (page: Page) =>
  page.evaluate(async () => {
    const found: string[] = [];
    for (const peer of window.gatehousePeers) {
      const report = await peer.getStats();
      for (const transport of report.values()) {
        if (transport.type !== 'transport') continue;
        const pair = report.get(transport.selectedCandidatePairId);
        const local = report.get(pair?.localCandidateId);
        const remote = report.get(pair?.remoteCandidateId);
        found.push(`${local?.candidateType} ${local?.relayProtocol ?? '-'} ${remote?.candidateType}`);
      }
    }
    return found;
  });

async function untilDecoded(page: Page): Promise<void> {
  for (;;) {
    const decoded = await framesDecoded(page);
    if (decoded.length >= 2 && decoded.every((count) => count >= frames)) return;
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

/** What the test of the connection says of each way, and of each server without its address. */
async function readTest(page: Page): Promise<string[]> {
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Test the connection…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Test the connection' });
  await dialog.getByText('Finished.').waitFor();
  const lines = await dialog.getByRole('listitem').allInnerTexts();
  return lines.map((line) => line.replaceAll(/\s*\n\s*/g, ': ').replaceAll(/10\.\d+\.\d+\.\d+:\d+/g, '…'));
}

const browser = await launchChromium({});
try {
  for await (const line of createInterface({ input: process.stdin })) {
    const { url, test = false } = JSON.parse(line) as { url: string; test?: boolean };
    const page = await browser.newPage();
    await keepPeerConnections(page);
    await page.goto(url);
    await untilTiles(page, 'live', 2);
    await untilDecoded(page);
    const ways = await waysOf(page);
    const said = test ? { said: await readTest(page) } : {};
    process.stdout.write(`${JSON.stringify({ ways, ...said })}\n`);
    await page.close();
  }
} finally {
  await browser.close();
  door.close();
}
