import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { themes } from '../../renderer/looks/appearance.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

/** Rules that the page breaks, with the elements that do. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

/** The same in every theme, in turn; for contrast alone in all but the usual one, since nothing else differs. */
export async function findingsInThemes(page: Page): Promise<string[]> {
  const found = await findings(page);
  const usual = await page.evaluate(() => document.documentElement.dataset.theme);
  for (const theme of themes) {
    if (theme === usual) continue;
    await page.evaluate((shown) => {
      document.documentElement.dataset.theme = shown;
    }, theme);
    const { violations } = await page.evaluate<AxeResults>("axe.run({ runOnly: ['color-contrast'] })");
    for (const { nodes } of violations)
      found.push(...nodes.map((node) => `${theme}: ${node.target.join(' ')}`));
  }
  await page.evaluate((shown) => {
    document.documentElement.dataset.theme = shown;
  }, usual);
  return found;
}
