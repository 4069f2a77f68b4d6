import type { Locator, Page } from 'playwright-core';

declare global {
  interface Window {
    gatehousePeers: RTCPeerConnection[];
    /** What the browser itself says, also where the page is told less. */
    gatehouseStatistics?: (peer: RTCPeerConnection) => Promise<RTCStatsReport>;
  }
}

/** What a tile shows, read from the page. */
export interface TileReading {
  state: string | undefined;
  cameraId: string | undefined;
  profile: string | undefined;
  /** A checksum over the picture's pixels; 0 when there is none. */
  pixels: number;
  width: number;
  height: number;
}

/** Must run before the page does: keeps its peer connections, so that their statistics can be read. */
export async function keepPeerConnections(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.gatehousePeers = [];
    window.RTCPeerConnection = new Proxy(RTCPeerConnection, {
      construct(target, parameters) {
        const connection: RTCPeerConnection = Reflect.construct(target, parameters);
        window.gatehousePeers.push(connection);
        return connection;
      },
    });
  });
}

/**
 * Must run before the page does, and not where the decode budget is tested: the page is not told what decoding costs, so that what it
 * shows does not depend on what else this machine does.
 */
export async function hideDecodeLoad(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const getStats = RTCPeerConnection.prototype.getStats;
    window.gatehouseStatistics = (peer) => getStats.call(peer);
    RTCPeerConnection.prototype.getStats = async function (...parameters) {
      const report = await getStats.apply(this, parameters);
      const told = [...report].filter(([, { type, kind }]) => type !== 'inbound-rtp' || kind !== 'video');
      return new Map(told);
    };
  });
}

/** Frames that each incoming video has decoded so far, the busy ones first. */
export async function framesDecoded(page: Page): Promise<number[]> {
  return await page.evaluate(async () => {
    const counts: number[] = [];
    for (const peer of window.gatehousePeers) {
      if (peer.connectionState === 'closed') continue;
      const statistics = await (window.gatehouseStatistics?.(peer) ?? peer.getStats());
      for (const report of statistics.values()) {
        if (report.type === 'inbound-rtp' && report.framesDecoded > 0) counts.push(report.framesDecoded);
      }
    }
    return counts.sort((a, b) => b - a);
  });
}

/** How many pictures the element has shown so far in which the tile shows its track. */
export async function framesShown(tile: Locator): Promise<number> {
  return await tile
    .locator('video[data-shown="true"]')
    .evaluate((video) => (video as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames);
}

export async function readTiles(page: Page): Promise<TileReading[]> {
  return await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 64;
    canvas.height = 36;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    return [...document.querySelectorAll<HTMLElement>('[data-tile]')].map((tile) => {
      const video =
        tile.querySelector<HTMLVideoElement>('video[data-shown="true"]') ?? tile.querySelector('video');
      // MJPEG comes over the data channel and is painted.
      const painted = tile.querySelector<HTMLCanvasElement>('canvas[data-picture][data-shown="true"]');
      const picture = painted ?? (video !== null && video.videoWidth > 0 ? video : null);
      let pixels = 0;
      if (context !== null && picture !== null) {
        context.drawImage(picture, 0, 0, canvas.width, canvas.height);
        for (const value of context.getImageData(0, 0, canvas.width, canvas.height).data) {
          pixels = (Math.imul(pixels, 31) + value) | 0;
        }
      }
      return {
        state: tile.dataset.state,
        cameraId: tile.dataset.cameraId,
        profile: tile.dataset.profile,
        pixels,
        width: painted?.width ?? video?.videoWidth ?? 0,
        height: painted?.height ?? video?.videoHeight ?? 0,
      };
    });
  });
}

/** How many different colours each last picture has that stands in place of a live one. */
export async function coloursOfStills(page: Page): Promise<number[]> {
  return await page.evaluate(() =>
    [...document.querySelectorAll<HTMLCanvasElement>('[data-tile] canvas:not([data-picture])')].map(
      (still) => {
        const data = still.getContext('2d')?.getImageData(0, 0, still.width, still.height).data;
        return new Set(new Uint32Array(data?.buffer ?? new ArrayBuffer())).size;
      },
    ),
  );
}

/** Resolves when the page has shown these words, however short; they are looked for from the call on. */
export async function untilShown(page: Page, words: string): Promise<void> {
  await page.evaluate(
    (wanted) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!document.body.textContent.includes(wanted)) return;
          observer.disconnect();
          resolve();
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
        look();
      }),
    words,
  );
}

/** Resolves when exactly the wanted number of tiles is in that state. */
export async function untilTiles(page: Page, state: string, count: number): Promise<void> {
  await page.waitForFunction(
    ([wantedState, wanted]) =>
      document.querySelectorAll(`[data-tile][data-state="${wantedState}"]`).length === wanted,
    [state, count] as const,
    { timeout: 60_000 },
  );
}

/** Resolves when every tile's picture differs from the one it shows now. */
export async function untilPicturesChange(page: Page): Promise<void> {
  const before = await readTiles(page);
  const changed = before.map(() => false);
  while (changed.includes(false)) {
    await page.evaluate(() => new Promise(requestAnimationFrame));
    const now = await readTiles(page);
    now.forEach((tile, index) => {
      if (tile.pixels !== 0 && tile.pixels !== before[index]?.pixels) changed[index] = true;
    });
  }
}

/** Waits for the camera that has the whole wall. */
export async function largeCamera(page: Page): Promise<string> {
  const tile = page.locator('[data-maximised][data-state="live"]');
  await tile.waitFor();
  return (await tile.getAttribute('data-camera-id')) ?? '';
}
