import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { createLog } from '../../main/base/log.ts';
import type { VirtualCameraOptions } from '../../main/demo/virtual-camera.ts';
import { startVirtualCameras, type VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import { openStore } from '../../main/store/store.ts';
import { openPage, temporaryFolder } from './console-window.ts';
import { DatagramRelay } from './datagram-relay.ts';
import { LossyRelay } from './lossy-relay.ts';
import { Serve } from './serve.ts';
import type { FaultyCamera } from './wall-faults.ts';
import { watchTiles } from './wall-witness.ts';

/** A view is known by then. */
const learningMilliseconds = 18_000;
const patienceMilliseconds = 60_000;

/** A headless console as a process of its own, virtual cameras behind relays, and a window that shows them. */
export class FaultWall {
  #page: Page;
  #serve: Serve;
  readonly targets: readonly FaultyCamera[];
  readonly relays: readonly DatagramRelay[];
  /** How many tiles there are. */
  readonly tiles: number;
  readonly #dataFolder: string;

  private constructor(options: {
    serve: Serve;
    page: Page;
    targets: readonly FaultyCamera[];
    relays: readonly DatagramRelay[];
    dataFolder: string;
  }) {
    this.#page = options.page;
    this.#serve = options.serve;
    this.targets = options.targets;
    this.relays = options.relays;
    this.tiles = options.targets.length + options.relays.length;
    this.#dataFolder = options.dataFolder;
  }

  /**
   * @param options.cameras that send over TCP, each behind a relay that can lose everything
   * @param options.datagrams cameras that send over UDP, each behind a relay that can be rough
   * @param options.prepare is told the cameras before anybody watches them
   */
  static async open(
    owned: AsyncDisposableStack,
    browser: Browser,
    options: {
      cameras: number;
      datagrams?: number;
      seed: number;
      /** By camera; H.264 where left out. */
      codecs?: readonly VirtualCameraOptions['codecs'][];
      prepare?: (cameras: readonly VirtualCamera[]) => void;
    },
  ): Promise<FaultWall> {
    const { cameras: count, datagrams = 0, seed } = options;
    const { cameras } = owned.use(
      await startVirtualCameras({ count: count + datagrams, codecs: options.codecs ?? [] }),
    );
    options.prepare?.(cameras);
    const dataFolder = await temporaryFolder(owned);
    const targets: FaultyCamera[] = [];
    const relays: DatagramRelay[] = [];
    {
      using store = openStore({ folder: dataFolder, log: createLog('silent') });
      for (const [index, camera] of cameras.entries()) {
        const port = Number(new URL(camera.subUrl).port);
        const isDatagrams = index >= count;
        const relay = isDatagrams
          ? await DatagramRelay.start(owned, port, seed + index)
          : await LossyRelay.start(owned, port);
        if (relay instanceof DatagramRelay) relays.push(relay);
        else targets.push({ camera, relay });
        store.cameras.insert({
          ...{ name: camera.name, group: '', mainUrl: `rtsp://${relay.address}/sub`, subUrl: null },
          ...{ username: null, password: null, connection: 'on-demand' },
          transport: isDatagrams ? 'udp' : 'automatic',
        });
      }
    }
    const serve = await Serve.start(['--data', dataFolder, '--port', '0']);
    const { page } = await openPage(owned, browser, serve.ready.url);
    const wall = new FaultWall({ serve, page, targets, relays, dataFolder });
    owned.defer(() => wall.#serve[Symbol.asyncDispose]());
    await wall.untilWell();
    await watchTiles(page);
    return wall;
  }

  get page(): Page {
    return this.#page;
  }

  /** The views of all cameras are known when it resolves. */
  async learn(): Promise<void> {
    await delay(learningMilliseconds);
  }

  /** Resolves when all tiles are live, and nothing is odd about them. */
  async untilWell(): Promise<void> {
    await this.#page.waitForFunction(
      (wanted) =>
        document.querySelectorAll('[data-tile][data-state="live"]:not([data-view])').length === wanted,
      this.tiles,
      { timeout: patienceMilliseconds, polling: 50 },
    );
  }

  /** Resolves when no tile says that it is live. */
  async untilNoneLive(): Promise<void> {
    await this.#page.waitForFunction(
      () => document.querySelectorAll('[data-tile][data-state="live"]').length === 0,
      undefined,
      { timeout: patienceMilliseconds, polling: 50 },
    );
  }

  async reload(): Promise<void> {
    await this.#page.reload();
  }

  /** Its process dies, and the same browser opens another window. */
  async killPage(): Promise<void> {
    const page = this.#page;
    const devtools = await page.context().newCDPSession(page);
    const crashed = page.waitForEvent('crash');
    // It cannot answer any more.
    devtools.send('Page.crash').catch(() => {});
    await crashed;
    await page.close();
    this.#page = await page.context().newPage();
    await this.#page.goto(`http://127.0.0.1:${this.#serve.ready.port}/`);
  }

  async killEngine(): Promise<void> {
    await this.#serve.end('SIGKILL');
  }

  async startEngine(): Promise<void> {
    this.#serve = await Serve.start(['--data', this.#dataFolder, '--port', String(this.#serve.ready.port)]);
  }
}
