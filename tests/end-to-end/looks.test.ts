import { expect, test } from 'vitest';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();
const camera = { name: 'Gate', group: '', mainUrl: 'rtsp://127.0.0.1:9/main', subUrl: null };

test('a theme and a size that were chosen are there before the first picture of the page, and pictures stay in black', async () => {
  const { page, errors } = await suite.openWith([camera]);
  const size = await page.evaluate(() =>
    Number.parseFloat(getComputedStyle(document.documentElement).fontSize),
  );
  await page.keyboard.press('s');
  await page.getByRole('radiogroup', { name: 'Theme' }).getByText('Light').click();
  await page.getByRole('combobox', { name: 'Size' }).selectOption('150%');
  await page.locator('html[data-theme="light"]').waitFor();

  // Nothing is drawn before a browser's first frame.
  await page.addInitScript(() => {
    requestAnimationFrame(() => {
      const { theme } = document.documentElement.dataset;
      const { fontSize } = getComputedStyle(document.documentElement);
      Object.assign(window, { firstFrame: { theme, size: Number.parseFloat(fontSize) } });
    });
  });
  await page.reload();
  await page.locator('[data-tile]').first().waitFor();
  expect(await page.evaluate('firstFrame')).toEqual({ theme: 'light', size: size * 1.5 });
  const backgrounds = await page.evaluate(() =>
    ['body', '[data-tile]'].map((part) => {
      const element = document.querySelector(part);
      return element === null ? null : getComputedStyle(element).backgroundColor;
    }),
  );
  expect(backgrounds).toEqual(['rgb(243, 245, 247)', 'rgb(5, 6, 7)']);
  expect(await page.locator('meta[name="theme-color"]').getAttribute('content')).toBe('#f3f5f7');

  // Where the system draws in its own colours, words on what is filled can be read, and what is chosen is told by a line.
  await page.emulateMedia({ forcedColors: 'active' });
  await page.locator('nav [aria-current="true"]').waitFor();
  expect(
    await page.locator('nav [aria-current="true"]').evaluate((tab) => getComputedStyle(tab).outlineStyle),
  ).toBe('solid');
  await page.keyboard.press('a');
  const filled = page.getByRole('dialog').locator('.button.primary');
  expect(
    await filled.evaluate((button) => {
      const { color, backgroundColor, forcedColorAdjust } = getComputedStyle(button);
      return { isReadable: color !== backgroundColor, forcedColorAdjust };
    }),
  ).toEqual({ isReadable: true, forcedColorAdjust: 'none' });
  expect(errors).toEqual([]);
});

test('who sits here for the first time is shown around by keys alone, once, and again when they ask', async () => {
  const engine = await suite.start([camera, { ...camera, name: 'Yard', mainUrl: 'rtsp://127.0.0.1:9/yard' }]);
  const { page, errors } = await suite.open(engine, async (opened) => {
    // A person is to be there: nobody shows a program around.
    await opened.addInitScript(() => Object.defineProperty(navigator, 'webdriver', { value: false }));
  });
  const card = page.locator('[data-welcome]');
  await page.locator('[data-welcome="1"] button:focus').waitFor();
  // The real thing works meanwhile, and F6 comes back.
  await page.keyboard.press('ArrowRight');
  await page.locator('[data-tile][aria-current="true"]').waitFor();
  await page.keyboard.press('F6');
  for (let step = 2; step <= 6; step++) {
    await page.keyboard.press('Enter');
    await page.locator(`[data-welcome="${step}"] button.primary:focus`).waitFor();
  }
  await page.keyboard.press('Enter');
  await card.waitFor({ state: 'detached' });

  await page.reload();
  await page.locator('[data-tile]').first().waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('short tour');
  expect(await card.count()).toBe(0);
  await page.keyboard.press('Enter');
  await page.locator('[data-welcome="1"] button:focus').waitFor();
  await page.keyboard.press('Escape');
  await card.waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('button', { name: 'Short tour' }).press('Enter');
  await page.locator('[data-welcome="1"] button:focus').waitFor();
  expect(errors).toEqual([]);
});
