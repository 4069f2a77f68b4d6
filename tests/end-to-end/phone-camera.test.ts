import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { readTiles, untilPicturesChange, untilTiles } from '../support/console-page.ts';
import { consoleUrl, openPage, startConsole } from '../support/console-window.ts';

let browser: Browser;
beforeAll(async () => {
  const camera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  browser = await launchChromium({ args: [...loopbackWebRtc, ...camera] });
});
afterAll(async () => {
  await browser.close();
});

test('a phone that opens the link from the console is a camera on the wall, until it ends or its link does', async () => {
  await using owned = new AsyncDisposableStack();
  const engine = await startConsole(owned);
  const { page } = await openPage(owned, browser, consoleUrl(engine));
  await page.locator('[data-notice="no-cameras"]').waitFor();
  await page.keyboard.press('a');
  await page.getByRole('button', { name: 'A phone…' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Patrol');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('textbox', { name: 'For' }).fill('Phone of the patrol');
  await page.getByRole('button', { name: 'Make a link' }).click();
  const link = await page.getByRole('textbox', { name: 'Link, shown only now' }).inputValue();
  await page.keyboard.press('Escape');
  await page.getByText('Nobody sends').first().waitFor();

  const { page: phone, errors } = await openPage(owned, browser, link);
  await phone.setViewportSize({ width: 390, height: 844 });
  await phone.getByRole('button', { name: 'Start' }).click();
  await phone.locator('body[data-state="live"]').waitFor();
  await untilTiles(page, 'live', 1);
  await untilPicturesChange(page);
  const [tile] = await readTiles(page);
  expect((tile?.width ?? 0) / (tile?.height ?? 1)).toBeCloseTo(16 / 9, 1);

  // The page was loaded again: it takes the place of itself.
  await phone.reload();
  await phone.getByRole('button', { name: 'Start' }).click();
  await phone.locator('body[data-state="live"]').waitFor();
  await untilTiles(page, 'live', 1);
  await phone.getByRole('button', { name: 'End' }).click();
  await phone.locator('body[data-state="stopped"]').waitFor();
  await page.getByText('Nobody sends').first().waitFor();

  await phone.getByRole('button', { name: 'Start' }).click();
  await untilTiles(page, 'live', 1);
  await page.locator('[data-tile]').first().click();
  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'Links for phones…' }).click();
  await page.getByRole('button', { name: 'End: Phone of the patrol' }).click();
  await phone.locator('body[data-state="link-ended"]').waitFor();
  expect(await phone.getByRole('button').count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.getByText('Nobody sends').first().waitFor();
  // What the browser logs of the refusal itself.
  expect(errors.filter((error) => !/401|404/.test(error))).toEqual([]);
});
