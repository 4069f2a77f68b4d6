import type { Page } from 'playwright-core';

declare global {
  interface Window {
    gatehouseLoad: number;
  }
}

/** How much of its processors decoding takes, 0 … 1 and more, as the page is told from now on. */
export async function feignDecodeLoad(page: Page, busy: number): Promise<void> {
  await page.evaluate((load) => {
    window.gatehouseLoad = load;
  }, busy);
}

/**
 * Must run before the page does, where its decode load is hidden (`hideDecodeLoad`): it is told of a computer that does nothing but
 * decode, as much as is feigned, and on which the decode budget's time goes eight times as fast.
 */
export async function prepareFeignedLoad(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.gatehouseLoad = 0.1;
    let seconds = 0;
    let at = performance.now();
    RTCPeerConnection.prototype.getStats = async function () {
      const report = (await window.gatehouseStatistics?.(this)) ?? new Map();
      const now = performance.now();
      seconds += ((now - at) / 1_000) * navigator.hardwareConcurrency * window.gatehouseLoad;
      at = now;
      const decodes = (entry: { framesDecoded?: number }) => (entry.framesDecoded ?? 0) > 0;
      const entries = [...report];
      const tracks = entries.filter(([, entry]) => decodes(entry)).length;
      const told = { framesDropped: 0, framesReceived: 0, totalDecodeTime: seconds / tracks };
      return new Map(entries.map(([id, entry]) => [id, decodes(entry) ? { ...entry, ...told } : entry]));
    };
    // What else this machine does makes pages slow and pictures late.
    Object.defineProperty(PerformanceObserver, 'supportedEntryTypes', { value: [] });
    const request = HTMLVideoElement.prototype.requestVideoFrameCallback;
    HTMLVideoElement.prototype.requestVideoFrameCallback = function (told) {
      return request.call(this, (at, metadata) =>
        told(at, { ...metadata, expectedDisplayTime: metadata.receiveTime ?? at }),
      );
    };
    const wait = window.setTimeout;
    const sampleMilliseconds = 2_000;
    window.setTimeout = ((run: TimerHandler, milliseconds?: number, ...parameters: unknown[]) =>
      wait(
        run,
        milliseconds === sampleMilliseconds ? sampleMilliseconds / 8 : milliseconds,
        ...parameters,
      )) as typeof setTimeout;
  });
}
