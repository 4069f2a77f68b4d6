import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { CameraInput } from '../../main/contract/camera.ts';
import type { Engine } from '../../main/engine/engine.ts';
import type { EngineDiscoveryOptions } from '../../main/engine/start-discovery.ts';
import { launchChromium, loopbackWebRtc } from './chromium.ts';
import { consoleUrl, openPage, startConsole } from './console-window.ts';

/** A window, and what its page has logged as an error so far. */
export interface OpenPage {
  readonly page: Page;
  readonly errors: string[];
}

/** What a suite of tests on consoles in a Chromium stands on. */
export interface ConsoleSuite {
  /** Disposed after each test. */
  readonly owned: AsyncDisposableStack;
  /** An engine in this process, with a host for browsers. */
  start(cameras?: readonly CameraInput[], discovery?: EngineDiscoveryOptions): Promise<Engine>;
  /** A window on a console, signed in. @param prepare runs before the page does */
  open(engine: Engine, prepare?: (page: Page) => Promise<unknown>): Promise<OpenPage>;
  openUrl(url: string): Promise<OpenPage>;
  /** Both; resolves when the window shows its wall, or that there are no cameras. */
  openWith(
    cameras: readonly CameraInput[],
    discovery?: EngineDiscoveryOptions,
  ): Promise<OpenPage & { readonly engine: Engine }>;
}

/** One Chromium for all tests of the file, and for each a stack of its own. Called once, at the top of the file. */
export function consoleSuite(): ConsoleSuite {
  let browser: Browser;
  let owned: AsyncDisposableStack;
  beforeAll(async () => {
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
  const openUrl = (url: string, prepare?: (page: Page) => Promise<unknown>) =>
    openPage(owned, browser, url, prepare);
  return {
    get owned() {
      return owned;
    },
    start: (cameras, discovery) => startConsole(owned, cameras, discovery),
    open: (engine, prepare) => openUrl(consoleUrl(engine), prepare),
    openUrl: (url) => openUrl(url),
    async openWith(cameras, discovery) {
      const engine = await startConsole(owned, cameras, discovery);
      const opened = await openUrl(consoleUrl(engine));
      await opened.page.locator('[data-tile], [data-notice="no-cameras"]').first().waitFor();
      return { engine, ...opened };
    },
  };
}
