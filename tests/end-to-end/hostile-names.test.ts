import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { DiscoveryResponder } from '../../main/demo/discovery-responder.ts';
import type { ApiClient } from '../support/api-harness.ts';
import { consoleSuite } from '../support/console-suite.ts';
import { devices } from '../support/discovery-scene.ts';
import { freePorts } from '../support/free-ports.ts';

const suite = consoleSuite();

/** What pages of others have run from names; each would set `pwned`, or ask a foreign host. */
const call = 'window.pwned=1';
const payloads = [
  `<script>${call}</script>`,
  `<img src=x onerror="${call}">`,
  `<svg onload="${call}">`,
  `<svg><animate onbegin=${call} attributeName=x dur=1s>`,
  `"><script>${call}</script>`,
  `'><img src=x onerror=${call}>`,
  `</title><script>${call}</script>`,
  `</textarea><script>${call}</script>`,
  `--><script>${call}</script>`,
  `<iframe srcdoc="<script>parent.${call}</script>">`,
  `<iframe src="javascript:parent.${call}">`,
  `<a href="javascript:${call}" autofocus onfocus="${call}">x</a>`,
  `<input autofocus onfocus="${call}">`,
  `<details open ontoggle="${call}">`,
  `<video><source onerror="${call}">`,
  `<body onload="${call}">`,
  `<math><mtext><mglyph><style><img src=x onerror=${call}>`,
  `<noscript><p title="</noscript><img src=x onerror=${call}>">`,
  `<object data="javascript:${call}">`,
  `<link rel=stylesheet href=//foreign.example/x.css>`,
  `<img src=//foreign.example/x.png>`,
  `<meta http-equiv=refresh content="0;url=//foreign.example/">`,
  `<base href=//foreign.example/>`,
  `<form action=//foreign.example/><button>x`,
  `javascript:${call}`,
  `{${call}}`,
  `{{constructor.constructor('${call}')()}}`,
  `\${${call}}`,
  `{@html "<img src=x onerror=${call}>"}`,
  `#{${call}}`,
  `\\u003cscript\\u003e${call}`,
  `&lt;script&gt;${call}&lt;/script&gt;`,
  `%3Cscript%3E${call}%3C/script%3E`,
  `<ScRiPt>${call}</sCrIpT>`,
  `<scr<script>ipt>${call}</scr</script>ipt>`,
  `<img/src=x/onerror=${call}>`,
  `<img src=x onerror =${call}>`,
  `<style>*{background:url(//foreign.example/)}</style>`,
  `style="position:fixed" onclick=${call}`,
  `" onmouseover="${call}" x="`,
  `' autofocus onfocus='${call}' x='`,
  `__proto__`,
  `constructor`,
  `toString`,
  `../../../etc/passwd`,
  `=cmd|' /C calc'!A0`,
  `gnp.exe<svg/onload=${call}>`,
  `<plaintext>`,
  `<!--`,
  `<![CDATA[<script>${call}</script>]]>`,
];

function ownerOf(engine: Parameters<typeof suite.open>[0]): ApiClient {
  const { port1, port2 } = new MessageChannel();
  engine.servePort(port1);
  const client: ApiClient = createORPCClient(new RPCLink({ port: port2 }));
  port2.start();
  suite.owned.defer(() => port2.close());
  return client;
}

test('nothing that a camera, a device or a person can be called runs in a page, leads away, or disappears', async () => {
  const ports = await freePorts();
  const found = devices(12).map((device, index) => {
    const [name = '', maker = '', model = ''] = payloads.slice(index * 3);
    return { ...device, name, maker, model };
  });
  suite.owned.use(await DiscoveryResponder.start(found, ports));
  const engine = await suite.start([], { scope: 'loopback', ports });
  const owner = ownerOf(engine);
  await owner.cameras.addAll({
    cameras: payloads.map((payload, index) => ({
      name: payload.slice(0, 100),
      group: (payloads[payloads.length - 1 - index] ?? '').slice(0, 100),
      mainUrl: `rtsp://127.0.0.1:9/${encodeURIComponent(payload)}`,
    })),
  });
  const cameras = await owner.cameras.list();
  for (const [index, payload] of payloads.entries()) {
    const name = payload.slice(0, 60);
    if (index < 12)
      await owner.layouts.save({
        id: crypto.randomUUID(),
        name,
        grid: '4',
        tiles: [cameras[index]?.id ?? null],
      });
    if (index < 16) {
      const { id } = await owner.people.saveRole({
        id: crypto.randomUUID(),
        name,
        rights: { console: [], cameras: [] },
        hours: null,
      });
      if (index < 3) await owner.people.add({ name, roleId: id, password: 'a long enough password' });
    }
  }
  await owner.site.changeSettings({ siteName: `<img src=x onerror=${call}>` });
  for (const name of payloads.slice(0, 20))
    await owner.shares.add({ cameraId: cameras[0]?.id ?? '', name: name.slice(0, 60), hours: 1 });
  for (const [index, detail] of payloads.entries()) {
    engine.events.add({
      cameraId: cameras[index]?.id ?? null,
      kind: 'motion',
      state: 'pulse',
      source: detail,
      detail,
      at: Date.now(),
    } as Parameters<typeof engine.events.add>[0]);
  }

  const foreign: string[] = [];
  const { page, errors } = await suite.open(engine);
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(page.url()).origin)) foreign.push(request.url());
  });
  page.on('dialog', (dialog) => void dialog.dismiss());
  await page.locator('[data-tile]').first().waitFor();
  await look(page);
  expect(await page.evaluate(() => (window as { pwned?: number }).pwned)).toBeUndefined();
  expect(foreign).toEqual([]);
  expect(errors).toEqual([]);
  expect(new URL(page.url()).hostname).toBe('127.0.0.1');
});

/** Every main screen, with what it lists in sight. */
async function look(page: Page): Promise<void> {
  const closed = () => page.locator('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('c');
  await page.locator('[data-row]').first().waitFor();
  await page
    .getByText(payloads[0] ?? '')
    .first()
    .waitFor();
  await page.keyboard.press('v');
  await page.locator('[data-event]').first().waitFor();
  // Lists have keys of their own.
  await page.locator('[data-tile]').first().click();
  for (const key of ['i', 's', '?', 'e', 'h']) {
    await page.keyboard.press(key);
    await page.locator('dialog').waitFor();
    await page.keyboard.press('Escape');
    await closed();
  }
  // Who has a share of the first camera, and what devices on the network say that they are.
  await page.locator('[data-tile]').first().click();
  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'Share…' }).click();
  await page.getByRole('list', { name: 'Shares of this camera' }).getByText('onerror').first().waitFor();
  await page.keyboard.press('Escape');
  await closed();
  await page.keyboard.press('a');
  await page.getByRole('button', { name: 'Find cameras…' }).click();
  await page.locator('[data-device]').getByText('onerror').first().waitFor();
  await page.keyboard.press('Escape');
  await closed();
  await page.keyboard.press('s');
  for (const name of ['People and roles…', 'Show the audit…']) {
    await page.getByRole('button', { name }).first().click();
    await page.locator('dialog').getByText('onerror').first().waitFor();
    if (name.startsWith('People')) {
      await page
        .getByRole('radio', { name: 'Roles' })
        .or(page.getByRole('button', { name: 'Roles', exact: true }))
        .first()
        .click();
      await page.locator('dialog').getByText('onerror').first().waitFor();
    }
    await page.keyboard.press('Escape');
    await closed();
    await page.keyboard.press('s');
  }
  await page.keyboard.press('Escape');
  await closed();
}
