import type { Page } from 'playwright-core';

/** What one tile says of itself. */
export interface TileWords {
  /** `stale`, `live`, … */
  readonly state: string;
  readonly cause: string | null;
  readonly view: string | null;
  /** All that is written on it. */
  readonly text: string;
}

/** What a tile was seen to say and to show, by somebody who has nothing to do with the console's own judgement. */
export interface TileRecord {
  /** When it began to say something else, and what: milliseconds since 1970. */
  readonly said: readonly (TileWords & { readonly at: number })[];
  /** For how long its picture had not changed while it called itself live, at most, milliseconds. */
  readonly longestStandingLive: number;
}

declare global {
  interface Window {
    gatehouseWitness: { said: (TileWords & { at: number })[]; longestStandingLive: number }[];
  }
}

/** Begins to watch the tiles of a page: what they say, and whether the pixels of their pictures change. */
export async function watchTiles(page: Page): Promise<void> {
  await page.evaluate(() => {
    const lookMilliseconds = 200;
    const canvas = document.createElement('canvas');
    canvas.width = 64;
    canvas.height = 36;
    const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false });
    const shown: { pixels: number; changedAt: number }[] = [];
    window.gatehouseWitness = [];
    const pixelsOf = (tile: Element) => {
      const picture = tile.querySelector<HTMLVideoElement | HTMLCanvasElement>('[data-shown="true"]');
      if (context === null || picture === null) return 0;
      context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      let hash = 1;
      for (const value of context.getImageData(0, 0, canvas.width, canvas.height).data)
        hash = (Math.imul(hash, 31) + value) | 0;
      return hash;
    };
    const look = () => {
      const now = Date.now();
      for (const [index, tile] of document.querySelectorAll<HTMLElement>('[data-tile]').entries()) {
        window.gatehouseWitness[index] ??= { said: [], longestStandingLive: 0 };
        shown[index] ??= { pixels: 0, changedAt: now };
        const [record, before] = [window.gatehouseWitness[index], shown[index]];
        const { state = '', cause = null, view = null } = tile.dataset;
        const last = record.said.at(-1);
        if (last === undefined || last.state !== state || last.cause !== cause || last.view !== view)
          record.said.push({ at: now, state, cause, view, text: tile.textContent });
        const pixels = pixelsOf(tile);
        // What was not live before is new: only a live picture can stand.
        if (pixels !== before.pixels || state !== 'live') shown[index] = { pixels, changedAt: now };
        else record.longestStandingLive = Math.max(record.longestStandingLive, now - before.changedAt);
      }
    };
    setInterval(look, lookMilliseconds);
    look();
  });
}

export async function tileRecords(page: Page): Promise<readonly TileRecord[]> {
  return await page.evaluate(() => window.gatehouseWitness);
}

export async function tileWords(page: Page, tile: number): Promise<TileWords> {
  return await page.evaluate((index) => {
    const element = document.querySelectorAll<HTMLElement>('[data-tile]')[index];
    const { state = '', cause = null, view = null } = element?.dataset ?? {};
    return { state, cause, view, text: element?.textContent ?? '' };
  }, tile);
}

/** How colourful a tile is on a screenshot, 0 … 255: under its veil it is grey. */
export async function colourOfTile(page: Page, tile: number): Promise<number> {
  const box = await page.locator('[data-tile]').nth(tile).boundingBox();
  if (box === null) throw new Error(`there is no tile ${tile}`);
  const picture = await page.screenshot({ clip: box });
  return await page.evaluate(
    async (bytes) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d');
      context?.drawImage(bitmap, 0, 0);
      const data = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? [];
      let sum = 0;
      for (let at = 0; at < data.length; at += 4) {
        const [red = 0, green = 0, blue = 0] = [data[at], data[at + 1], data[at + 2]];
        sum += Math.max(red, green, blue) - Math.min(red, green, blue);
      }
      return sum / (data.length / 4);
    },
    [...picture],
  );
}
