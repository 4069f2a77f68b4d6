import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { createLog } from '../../main/base/log.ts';
import type { CameraInput } from '../../main/contract/camera.ts';
import { type Engine, startEngine } from '../../main/engine/engine.ts';

const rendererFolder = path.resolve(import.meta.dirname, '../../dist/renderer');

async function temporaryFolder(owned: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-console-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An engine in this process, with a host for browsers. */
export async function startConsole(
  owned: AsyncDisposableStack,
  cameras: readonly CameraInput[] = [],
): Promise<Engine> {
  const engine = owned.use(
    await startEngine({
      dataFolder: await temporaryFolder(owned),
      http: { port: 0, rendererFolder },
      log: createLog('silent'),
    }),
  );
  for (const camera of cameras) engine.cameras.add(camera);
  return engine;
}

/** A window on it, signed in. What the page logs as an error is kept: a test may look at it. */
export async function openConsole(
  owned: AsyncDisposableStack,
  browser: Browser,
  engine: Engine,
): Promise<{ readonly page: Page; readonly errors: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  owned.defer(() => context.close());
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(`http://127.0.0.1:${engine.http?.port}/#token=${engine.http?.issueToken()}`);
  return { page, errors };
}
