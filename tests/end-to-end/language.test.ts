import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();
const cameras = ['Gate', 'Yard'].map((name, index) => ({
  name,
  group: '',
  mainUrl: `rtsp://127.0.0.1:9/${index}`,
  subUrl: null,
}));

/** A browser of somebody who reads Arabic first. */
async function readArabic(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const userAgent = await page.evaluate(() => navigator.userAgent);
  await session.send('Emulation.setUserAgentOverride', { userAgent, acceptLanguage: 'ar-EG,ar,en' });
}

test('a browser that speaks Arabic shows the console from right to left, and one in which German was chosen in German, also after a reload', async () => {
  const engine = await suite.start(cameras);
  const { page, errors } = await suite.open(engine, readArabic);
  await page.locator('[data-tile]').first().waitFor();
  await page.locator('html[lang="ar"][dir="rtl"]').waitFor();
  await page.getByRole('button', { name: 'الإعدادات' }).waitFor();
  // What a guard reads first is on the right.
  const places = await page.evaluate(() =>
    ['الكاميرات', 'الإعدادات'].map(
      (name) => document.querySelector(`[aria-label="${name}"]`)?.getBoundingClientRect().left ?? 0,
    ),
  );
  expect(places[0]).toBeGreaterThan(places[1] ?? Number.NaN);
  // Numbers are as they stand on the keyboard.
  await page.keyboard.press('2');
  await page.locator('[data-number-entry="2"]').getByText('Yard').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('[data-tile][data-camera-number="2"][aria-current="true"]').waitFor();
  expect(await page.locator('time').first().textContent()).toMatch(/\d\d:\d\d:\d\d/);

  await page.keyboard.press('s');
  await page.getByRole('combobox', { name: 'اللغة' }).selectOption('Deutsch');
  await page.locator('html[lang="de"][dir="ltr"]').waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Einstellungen' }).click();
  await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();

  await page.getByRole('combobox', { name: 'Sprache' }).selectOption('Wie der Browser: العربية');
  await page.locator('html[lang="ar"]').waitFor();
  expect(errors).toEqual([]);
});
