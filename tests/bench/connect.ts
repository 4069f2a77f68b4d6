import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { helpIfAsked } from '../support/script-help.ts';
import { Serve } from '../support/serve.ts';
import { type Summary, summarize } from './statistics.ts';

/*
 * `npm run bench:connect`: how long a window in Chromium needs from the engine's offer until ICE has a way, and until DTLS is done,
 * on loopback. With `--hidden` its addresses are hidden behind mDNS names, as a user's browser hides them; that needs a network
 * interface. Prints milliseconds as JSON.
 */

declare global {
  interface Window {
    gatehouseConnect: { offer: number; ice: number; dtls: number };
  }
}

helpIfAsked(`Usage: npm run bench:connect [-- OPTIONS]

  --hidden   the browser hides its addresses behind mDNS names`);
const { values } = parseArgs({ options: { hidden: { type: 'boolean', default: false } } });
const runs = 20;
/** The first ones compile the code that they run. */
const warmUps = 4;

function watchConnection(): void {
  const times = { offer: 0, ice: 0, dtls: 0 };
  window.gatehouseConnect = times;
  const setRemote = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (...parameters: unknown[]) {
    if (times.offer === 0) {
      times.offer = performance.now();
      this.addEventListener('iceconnectionstatechange', () => {
        if (this.iceConnectionState === 'connected') times.ice ||= performance.now();
      });
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') times.dtls ||= performance.now();
      });
    }
    return Reflect.apply(setRemote, this, parameters);
  };
}

async function measure(url: string, parameters: readonly string[]): Promise<{ ice: Summary; dtls: Summary }> {
  const browser = await launchChromium({ args: parameters });
  try {
    // The link counts once; after that the session's cookie does.
    const context = await browser.newContext();
    await context.addInitScript(watchConnection);
    const ice: number[] = [];
    const dtls: number[] = [];
    for (let run = 0; run < runs + warmUps; run++) {
      const page = await context.newPage();
      await page.goto(run === 0 ? url : new URL('/', url).href);
      await page.waitForFunction(() => window.gatehouseConnect.dtls > 0);
      const times = await page.evaluate(() => window.gatehouseConnect);
      await page.close();
      if (run < warmUps) continue;
      ice.push(times.ice - times.offer);
      dtls.push(times.dtls - times.offer);
    }
    return { ice: summarize(ice), dtls: summarize(dtls) };
  } finally {
    await browser.close();
  }
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-connect-'));
try {
  await using serve = await Serve.start(['--data', folder, '--port', '0', '--demo', '4']);
  console.log(JSON.stringify(await measure(serve.ready.url, values.hidden ? [] : loopbackWebRtc)));
} finally {
  await rm(folder, { recursive: true, force: true });
}
