import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { createLog } from '../../main/base/log.ts';
import type { CameraInput } from '../../main/contract/camera.ts';
import { type Engine, startEngine } from '../../main/engine/engine.ts';
import type { EngineDiscoveryOptions } from '../../main/engine/start-discovery.ts';
import { hideDecodeLoad, keepPeerConnections } from './console-page.ts';

const rendererFolder = path.resolve(import.meta.dirname, '../../dist/renderer');

export async function temporaryFolder(owned: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-console-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An engine in this process, with a host for browsers. */
export async function startConsole(
  owned: AsyncDisposableStack,
  cameras: readonly CameraInput[] = [],
  discovery?: EngineDiscoveryOptions,
): Promise<Engine> {
  const engine = owned.use(
    await startEngine({
      dataFolder: await temporaryFolder(owned),
      http: { port: 0, rendererFolder },
      log: createLog('silent'),
      ...(discovery === undefined ? {} : { discovery }),
    }),
  );
  for (const camera of cameras) engine.cameras.add(camera);
  return engine;
}

/** The address of the console, with a token that signs in once. */
export function consoleUrl(engine: Engine): string {
  return `http://127.0.0.1:${engine.http?.port}/#token=${engine.http?.issueToken()}`;
}

/**
 * A window; its peer connections can be looked at, and what the page logs as an error is kept.
 * @param prepare runs before the page does, after what hides the decode load
 */
export async function openPage(
  owned: AsyncDisposableStack,
  browser: Browser,
  url: string,
  prepare: (page: Page) => Promise<unknown> = async () => {},
): Promise<{ readonly page: Page; readonly errors: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  owned.defer(() => context.close());
  // A busy machine needs longer than the usual half a minute.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  await keepPeerConnections(page);
  await hideDecodeLoad(page);
  await prepare(page);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(url);
  return { page, errors };
}
