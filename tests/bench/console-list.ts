import type { Page } from 'playwright-core';
import { installResponseProbe, nextResponse } from './response-probe.ts';
import { type Summary, summarize } from './statistics.ts';

const wheelStep = 120;
const keyRounds = 12;
/** Every one of these keystrokes changes what is found: each number has other cameras first than its beginning. */
const queries = ['512', '738', '964', '205'];

export interface ListFigures {
  readonly scrollFramesPerSecond: number;
  /** From frame to frame while the wheel turns over the whole list. */
  readonly scrollFrame: Summary;
  /** From a keystroke in the search field to the frame that shows what was found. */
  readonly search: Summary;
  /** From a key to the frame that shows what it did: arrows. */
  readonly keyToSelection: Summary;
  /** Enter and Esc: one tile large, and the wall again. */
  readonly keyToLarge: Summary;
  /** Page up and down: the next cameras. */
  readonly keyToPage: Summary;
  /** 1 and 2: another wall. */
  readonly keyToWall: Summary;
  /** C: the list of all cameras, there or gone. */
  readonly keyToList: Summary;
}

/** @param page on a console with 1,000 cameras; real wheel and key events are sent to it */
export async function measureList(page: Page): Promise<ListFigures> {
  await page.keyboard.press('c');
  await page.locator('[data-row]').first().waitFor();
  const frames = await measureScrolling(page);
  await page.evaluate(installResponseProbe);
  const search = await measureSearch(page);
  await page.getByRole('button', { name: 'New wall' }).click();
  await page.locator('[data-layout-tab]').nth(1).waitFor();
  // The list was opened for the new wall; the keys belong to the tiles.
  await page.locator('[data-tile]').first().click();
  const keyToWall = await measureKeys(page, ['Shift+Digit1', 'Shift+Digit2']);
  await page.keyboard.press('Shift+Digit1');
  const keyToList = await measureKeys(page, ['c', 'c']);
  await page.keyboard.press('c');
  await page.locator('[data-row]').first().waitFor({ state: 'detached' });
  await page.locator('[data-tile]').first().click();
  return {
    scrollFramesPerSecond: Math.round(1_000 / (frames.reduce((sum, gap) => sum + gap, 0) / frames.length)),
    scrollFrame: summarize(frames),
    search: summarize(search),
    keyToSelection: await measureKeys(page, ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp']),
    keyToLarge: await measureKeys(page, ['Enter', 'Escape']),
    keyToPage: await measureKeys(page, ['PageDown', 'PageUp']),
    keyToWall,
    keyToList,
  };
}

async function measureScrolling(page: Page): Promise<number[]> {
  await page.locator('[data-row]').first().hover();
  const recording = page.evaluate(async () => {
    const scroller = document.querySelector('.rows');
    if (scroller === null) throw new Error('no list');
    const gaps: number[] = [];
    let last = await new Promise(requestAnimationFrame);
    while (scroller.scrollTop + scroller.clientHeight < scroller.scrollHeight - 1) {
      const now = await new Promise(requestAnimationFrame);
      if (scroller.scrollTop > 0) gaps.push(now - last);
      last = now;
    }
    return gaps;
  });
  let isOver = false;
  const frames = recording.finally(() => {
    isOver = true;
  });
  while (!isOver) await page.mouse.wheel(0, wheelStep);
  return await frames;
}

async function measureSearch(page: Page): Promise<number[]> {
  await page.locator('[data-camera-search]').focus();
  const times: number[] = [];
  for (const query of queries) {
    for (const key of [...query, ...Array.from(query, () => 'Backspace')]) {
      times.push(await pressAndWait(page, key, 'search'));
    }
  }
  return times;
}

async function measureKeys(page: Page, keys: readonly string[]): Promise<Summary> {
  const times: number[] = [];
  for (let round = 0; round < keyRounds; round++) {
    for (const key of keys) times.push(await pressAndWait(page, key, 'wall'));
  }
  return summarize(times);
}

async function pressAndWait(page: Page, key: string, what: 'wall' | 'search'): Promise<number> {
  const response = await page.evaluateHandle(nextResponse, what);
  await page.keyboard.press(key);
  const time = await response.evaluate((pending) => pending.time);
  await response.dispose();
  return time;
}
