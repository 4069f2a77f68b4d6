import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type ApiClient, connectTo } from './api-harness.ts';
import type { ServeReady } from './serve.ts';
import { type Ended, runOnWindows, WindowsProcess, windowsPath } from './windows-node.ts';

const headless = path.resolve(import.meta.dirname, '../../dist/main/headless.js');
const quiet = { GATEHOUSE_LOG: 'error', GATEHOUSE_DISCOVERY: 'none' };

/** As people name folders. */
export async function windowsDataFolder(owned: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-wine-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  return path.join(folder, 'Büro Süd, Überwachung');
}

export async function runHeadlessOnWindows(folder: string, ...parameters: string[]): Promise<Ended> {
  return await runOnWindows(headless, ['--data', windowsPath(folder), ...parameters], quiet);
}

/** The headless console on Windows, from the build. */
export class WindowsHeadless implements AsyncDisposable {
  readonly process: WindowsProcess;
  readonly ready: ServeReady;

  private constructor(process: WindowsProcess, ready: ServeReady) {
    this.process = process;
    this.ready = ready;
  }

  /** @param folder for the data, path on Linux */
  static async start(
    folder: string,
    parameters: readonly string[] = [],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<WindowsHeadless> {
    const all = ['--data', windowsPath(folder), '--port', '0', '--json', ...parameters];
    const process = await WindowsProcess.start(headless, all, { ...quiet, ...environment });
    try {
      return new WindowsHeadless(process, JSON.parse(await process.firstLine()) as ServeReady);
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A client of the API, from Linux. Uses the link up. */
  async client(owned: AsyncDisposableStack): Promise<ApiClient> {
    const { port, url } = this.ready;
    const token = new URL(url).hash.replace('#token=', '');
    return (await connectTo({ port, issueToken: () => token }, owned)).client;
  }

  /** As the task manager does it. */
  async kill(): Promise<void> {
    await using killer = await WindowsProcess.run('taskkill', ['/F', '/PID', String(this.ready.pid)]);
    await killer.ended();
    await this.process.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}
