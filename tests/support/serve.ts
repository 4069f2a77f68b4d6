import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const headless = path.resolve(import.meta.dirname, '../../dist/main/headless.js');

export interface ServeReady {
  ready: true;
  url: string;
  port: number;
  pid: number;
}

/** The headless console as its own process, from the build. */
export class Serve implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly ready: ServeReady;

  private constructor(process: ChildProcess, ready: ServeReady) {
    this.process = process;
    this.ready = ready;
  }

  static async start(
    parameters: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Serve> {
    const child = spawn(process.execPath, [headless, '--json', ...parameters], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, GATEHOUSE_LOG: 'error', GATEHOUSE_DISCOVERY: 'none', ...environment },
    });
    const lines = createInterface({ input: child.stdout });
    const [line] = (await Promise.race([
      once(lines, 'line'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`the headless console ended with ${code} before it was ready`);
      }),
    ])) as [string];
    return new Serve(child, JSON.parse(line) as ServeReady);
  }

  /** Ends it with a signal and resolves with its exit code (null when the signal killed it). */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const exit = once(this.process, 'exit') as Promise<[number | null]>;
    this.process.kill(signal);
    const [code] = await exit;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGTERM');
  }
}
