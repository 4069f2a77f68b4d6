import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findWine, windows } from '../../build/wine.ts';

/*
 * Programs on Node's Windows binary under Wine. What they say goes to files: into pipes of Linux it does not arrive.
 */

const wine = findWine();

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Wine shows the root of Linux as a drive. */
export function windowsPath(file: string): string {
  return `Z:${file.replaceAll('/', '\\')}`;
}

export class WindowsProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
  }

  /** @param script path on Linux */
  static async start(
    script: string,
    parameters: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<WindowsProcess> {
    return await WindowsProcess.run(windows.node, [windowsPath(script), ...parameters], environment);
  }

  /** @param program one of Wine's own, or the path of another on Linux */
  static async run(
    program: string,
    parameters: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<WindowsProcess> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-windows-'));
    const outputs = ['stdout', 'stderr'].map((name) => openSync(path.join(folder, name), 'w'));
    const child = spawn(wine.loader, [program, ...parameters], {
      stdio: ['ignore', ...outputs],
      env: { ...windows.environment, ...environment },
    });
    for (const output of outputs) closeSync(output);
    return new WindowsProcess(child, folder);
  }

  get stdout(): string {
    return readFileSync(path.join(this.#folder, 'stdout'), 'utf8');
  }

  get stderr(): string {
    return readFileSync(path.join(this.#folder, 'stderr'), 'utf8');
  }

  /** The first line on stdout. @throws Error when the program ends without one */
  async firstLine(): Promise<string> {
    const line = () => /^.*(?=\n)/.exec(this.stdout)?.[0].trim();
    const stopping = new AbortController();
    const watcher = watch(this.#folder, { signal: stopping.signal });
    const look = Promise.withResolvers<string>();
    const tryLine = () => {
      const found = line();
      if (found !== undefined) look.resolve(found);
    };
    watcher.on('change', tryLine);
    try {
      tryLine();
      return await Promise.race([
        look.promise,
        this.ended().then(({ code, stderr }) => {
          throw new Error(`it ended with ${code} before it said anything: ${stderr}`);
        }),
      ]);
    } finally {
      stopping.abort();
    }
  }

  async ended(): Promise<Ended> {
    if (this.#isRunning) await once(this.#child, 'exit');
    return { code: this.#child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  /** Presses Ctrl+C: Wine makes one of the signal. */
  async interrupt(): Promise<Ended> {
    this.#child.kill('SIGINT');
    return await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isRunning) this.#child.kill('SIGKILL');
    await this.ended();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }
}

/** Runs a program to its end. */
export async function runOnWindows(
  script: string,
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  await using program = await WindowsProcess.start(script, parameters, environment);
  return await program.ended();
}
