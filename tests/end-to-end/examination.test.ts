import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { startVirtualCameras, type VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import { parseTrace } from '../../main/trace/trace-file.ts';
import { until } from '../support/camera-scene.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';

const account = { username: 'guard', password: 'C4nary-word' } as const;

const suite = consoleSuite();

async function camera(options: Partial<Parameters<typeof startVirtualCameras>[0]>): Promise<VirtualCamera> {
  const [only] = suite.owned.use(await startVirtualCameras({ count: 1, ...options })).cameras;
  if (only === undefined) throw new Error('no camera');
  return only;
}

/** Where each step stands, to see that nothing moves. */
async function places(page: Page): Promise<string[]> {
  return await page.locator('[data-step]').evaluateAll((rows) =>
    rows.map((row) => {
      const { left, top, height } = row.getBoundingClientRect();
      return `${row.getAttribute('data-step')} ${left} ${top} ${height}`;
    }),
  );
}

test('a camera is examined from its menu: steps fill in where they stand, and its trace holds no password', async () => {
  const { name, mainUrl } = await camera({ quirk: 'b-frames', credentials: { scheme: 'basic', ...account } });
  const { page } = await suite.openWith([{ name, group: '', mainUrl, subUrl: null, ...account }]);
  await untilTiles(page, 'live', 1);
  await page.keyboard.press('c');
  await page.getByRole('button', { name: 'What to do with camera 1' }).click();
  await page.getByRole('menuitem', { name: 'Examine camera…' }).click();
  const dialog = page.getByRole('dialog', { name: /: examination$/ });
  await dialog.locator('[data-step="main key-frames"][data-verdict="running"]').waitFor();
  const before = await places(page);
  expect(before).toHaveLength(16);
  expect(await dialog.getByRole('button', { name: 'Save trace' }).isDisabled()).toBe(true);
  await dialog.getByText(/^Done\. \d to look after\.$/).waitFor();
  expect(await places(page)).toEqual(before);
  expect(await dialog.locator('[data-step="main b-frames"]').getAttribute('data-verdict')).toBe('problem');
  await dialog.getByText('Set the number of B-frames to 0').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Save trace' }).click(),
  ]);
  const text = await readFile(await download.path(), 'utf8');
  expect(parseTrace(text).head.findings).toHaveLength(16);
  for (const secret of [account.password, Buffer.from(`guard:${account.password}`).toString('base64')])
    expect(text).not.toContain(secret);
});

test('a tile with a problem leads to the examination, by keys alone; closing it ends it', async () => {
  const silent = await camera({});
  silent.silence(true);
  const cellar = { name: 'Cellar', group: '', mainUrl: silent.mainUrl, subUrl: null };
  const { page, engine } = await suite.openWith([cellar]);
  await untilTiles(page, 'waiting', 1);
  await page.locator('[data-tile]').first().focus();
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Examine camera 1' }).waitFor();
  await page.keyboard.press('x');
  const dialog = page.getByRole('dialog', { name: 'Camera 1, Cellar: examination' });
  await dialog.locator('[data-step="main first-packet"][data-verdict="problem"]').waitFor();
  await dialog.getByText(/^Done\./).waitFor();
  await page.keyboard.press('Tab');
  await dialog.getByRole('button', { name: 'Examine again' }).press('Enter');
  await dialog.locator('[data-verdict="running"]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await engine.cameras[Symbol.asyncDispose]();
  await until(() => silent.statistics.openConnections === 0);
});

test('an address that does not show a picture is examined before it is saved', async () => {
  const { page } = await suite.openWith([]);
  await page.getByText('No cameras yet').waitFor();
  await page.keyboard.press('a');
  await page.getByLabel('Address', { exact: true }).fill('rtsp://127.0.0.1:9/main');
  await page.getByRole('button', { name: 'Show the picture' }).click();
  await page.getByRole('button', { name: 'Examine camera' }).click();
  const dialog = page.getByRole('dialog', { name: 'Examination of 127.0.0.1:9/main' });
  await dialog.locator('[data-step="camera ports"][data-verdict="problem"]').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  // What was typed is still there.
  expect(await page.getByLabel('Address', { exact: true }).inputValue()).toBe('rtsp://127.0.0.1:9/main');
});
