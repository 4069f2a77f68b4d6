import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { startEngine } from '../../main/engine/engine.ts';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleUrl, openPage, temporaryFolder } from '../support/console-window.ts';
import { freePort } from '../support/free-ports.ts';

const rendererFolder = path.resolve(import.meta.dirname, '../../dist/renderer');
const address = '127.0.0.2';
const password = 'a long enough password';
const phone = { width: 390, height: 844 };

let browser: Browser;
beforeAll(async () => {
  // A name that points to this computer, as whoever owns a domain can make one.
  const rebound = `--host-resolver-rules=MAP rebound.example ${address}, MAP hostile.example 127.0.0.9`;
  browser = await launchChromium({ args: [...loopbackWebRtc, rebound] });
});
afterAll(async () => {
  await browser.close();
});

/** What a page of somebody else tries on a console that its visitor is signed in to; every answer that it could read. */
const attack = `<!doctype html><title>hostile</title><script>
const target = new URLSearchParams(location.search).get('target');
const tries = {
  read: () => fetch(target + '/session', { credentials: 'include' }).then((answer) => answer.status),
  page: () => fetch(target + '/', { credentials: 'include' }).then((answer) => answer.text()),
  signOut: () => fetch(target + '/session', { method: 'DELETE', credentials: 'include' }).then((answer) => answer.status),
  blind: () => fetch(target + '/session', { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}' }).then((answer) => answer.type === 'opaque' ? Promise.reject('opaque') : answer.status),
  socket: () => new Promise((resolve, reject) => {
    const socket = new WebSocket(target.replace('https', 'wss') + '/api');
    socket.onopen = () => resolve('open');
    socket.onerror = () => reject('refused');
  }),
  frame: () => new Promise((resolve, reject) => {
    const frame = document.createElement('iframe');
    frame.src = target + '/';
    frame.onload = () => { try { resolve(frame.contentDocument.title); } catch { reject('foreign'); } };
    document.documentElement.append(frame);
  }),
};
Promise.all(Object.entries(tries).map(async ([name, attempt]) => {
  try { return [[name, await attempt()]]; } catch { return []; }
})).then((done) => { window.won = Object.fromEntries(done.flat()); });
</script>`;

/** @returns the port */
async function serveAttack(owned: AsyncDisposableStack, at: string): Promise<number> {
  const server = http.createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(attack);
  });
  server.listen(0, at);
  await once(server, 'listening');
  owned.defer(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

test('the console is opened to the network, a phone signs in and sees the wall, and no other page gets in', async () => {
  await using owned = new AsyncDisposableStack();
  const { cameras } = owned.use(await startVirtualCameras({ count: 4 }));
  const engine = owned.use(
    await startEngine({
      dataFolder: await temporaryFolder(owned),
      http: { port: 0, rendererFolder },
      lanInterfaces: () => [{ name: 'eth0', addresses: [address], isUsual: true }],
      log: createLog('silent'),
    }),
  );
  for (const { name, mainUrl, subUrl } of cameras) engine.cameras.add({ name, group: '', mainUrl, subUrl });
  const { page } = await openPage(owned, browser, consoleUrl(engine));
  await page.locator('[data-tile]').first().waitFor();
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Owner…' }).click();
  await page.getByRole('button', { name: 'Set a password…' }).click();
  await page.getByLabel('New password').fill(password);
  await page.getByLabel('The same again').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Change…' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });

  const port = await freePort();
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Open or close…' }).click();
  await page.getByLabel('Port').fill(String(port));
  await page.getByRole('button', { name: 'Open to the network' }).click();
  await page.getByText('Open on this network.').waitFor();
  const origin = `https://${address}:${port}`;
  expect(await page.getByRole('textbox', { name: 'Address' }).inputValue()).toBe(`${origin}/`);

  const context = await browser.newContext({ viewport: phone, ignoreHTTPSErrors: true, hasTouch: true });
  owned.defer(() => context.close());
  const visitor = await context.newPage();
  await visitor.goto(`${origin}/trust.html`);
  await visitor.getByRole('heading', { name: 'Trust this Gatehouse' }).waitFor();
  const ground = () => visitor.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await visitor.emulateMedia({ colorScheme: 'light' });
  expect(await ground()).toBe('rgb(243, 245, 247)');
  await visitor.emulateMedia({ colorScheme: 'dark' });
  expect(await ground()).toBe('rgb(13, 15, 18)');
  await visitor.goto(`${origin}/`);
  await visitor.getByLabel('Name').fill('Owner');
  await visitor.getByLabel('Password').fill(password);
  await visitor.keyboard.press('Enter');
  await untilTiles(visitor, 'live', 4);
  for (const viewport of [{ width: 820, height: 1180 }, { width: 844, height: 390 }, phone]) {
    await visitor.setViewportSize(viewport);
    const width = await visitor.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(viewport.width);
  }

  const foreign = await serveAttack(owned, '127.0.0.9');
  const neighbour = await serveAttack(owned, '127.0.0.1');
  const local = new URL(consoleUrl(engine)).origin;
  // The last one is of the same site for a browser, which sends the session along: the server alone refuses.
  for (const [from, target, visitorOf] of [
    [`hostile.example:${foreign}`, origin, context],
    [`hostile.example:${foreign}`, local, page.context()],
    [`127.0.0.1:${neighbour}`, local, page.context()],
  ] as const) {
    const other = await visitorOf.newPage();
    await other.goto(`http://${from}/?target=${encodeURIComponent(target)}`);
    const won = await other.waitForFunction(() => (window as { won?: object }).won);
    expect(await won.jsonValue(), `${from} at ${target}`).toEqual({});
  }
  const rebound = await context.newPage();
  const answer = await rebound.goto(`https://rebound.example:${port}/`);
  expect(answer?.status()).toBe(403);
  // Nothing of all that has signed the visitor out.
  expect(await visitor.evaluate(() => fetch('./session').then(({ status }) => status))).toBe(204);
  await untilTiles(visitor, 'live', 4);

  await page.getByRole('button', { name: 'Close it' }).click();
  await page.getByText('Closed: only this computer shows the console.').waitFor();
  await expect(visitor.goto(`${origin}/trust.html`)).rejects.toThrow('ERR_CONNECTION_REFUSED');
});
