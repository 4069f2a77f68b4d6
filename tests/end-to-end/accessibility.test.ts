import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { untilTiles } from '../support/console-page.ts';
import { Serve } from '../support/serve.ts';

let axe: string;
let browser: Browser;
let owned: AsyncDisposableStack;

beforeAll(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
  browser = await launchChromium({ args: loopbackWebRtc });
});
afterAll(async () => {
  await browser.close();
});
beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  await owned.disposeAsync();
});

async function open(demoCameras: number): Promise<Page> {
  const data = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-accessibility-'));
  owned.defer(() => rm(data, { recursive: true, force: true }));
  const serve = owned.use(await Serve.start(['--data', data, '--port', '0', '--demo', String(demoCameras)]));
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  owned.defer(() => context.close());
  const page = await context.newPage();
  await page.goto(serve.ready.url);
  return page;
}

/** Rules that the page breaks, with the elements that do. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

test('nothing on a wall and in its dialogs stands in the way of a screen reader', async () => {
  const page = await open(4);
  await untilTiles(page, 'live', 4);
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('a');
  await page.getByRole('dialog').waitFor();
  expect(await findings(page)).toEqual([]);
});

test('nor in a console without cameras', async () => {
  const page = await open(0);
  await page.getByText('No cameras yet').waitFor();
  expect(await findings(page)).toEqual([]);
});

test('a camera is added by keyboard alone, and a wrong address is said beside its field', async () => {
  const page = await open(0);
  await page.getByText('No cameras yet').waitFor();
  await page.keyboard.press('a');
  await page.getByLabel('Name').fill('Gate');
  await page.getByLabel('Address', { exact: true }).fill('http://192.0.2.1/');
  await page.keyboard.press('Enter');
  await page
    .getByText(/rtsp:\/\//)
    .filter({ hasText: /must/ })
    .waitFor();
  await page.getByLabel('Address', { exact: true }).fill('rtsp://127.0.0.1:9/main');
  await page.keyboard.press('Enter');
  await page.locator('[data-tile][data-camera-number="1"]').waitFor();
  // Nobody listens there: the tile says so in words.
  await page.locator('[data-tile][data-state="waiting"]').waitFor();
});
