import { type ChildProcess, type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { electronBinary } from '../../build/electron-binary.ts';

/** Milliseconds that a busy machine may need for anything. */
const patience = 90_000;
const root = path.resolve(import.meta.dirname, '../..');
const standIn = path.join(import.meta.dirname, 'electron-stand-in/electron');

/** Electron itself: ELECTRON_EXE, or the one that was fetched; undefined: the stand-in takes its place. */
export const realElectron: string | undefined = process.env.ELECTRON_EXE ?? electronBinary();

/** What is started: the built bundles, or what a package has of them. */
export interface DesktopProgram {
  readonly executable: string;
  /** What makes it this app, before its own parameters. */
  readonly parameters: readonly string[];
  /** Electron itself, not its stand-in. */
  readonly isReal: boolean;
}

/** The built bundles, on Electron or its stand-in. */
export const builtProgram: DesktopProgram = {
  executable: realElectron ?? standIn,
  parameters: [root],
  isReal: realElectron !== undefined,
};

/** @param executable of a package, which the stand-in has taken the place of: see `standInFor` */
export const packedProgram = (executable: string): DesktopProgram => ({
  executable,
  parameters: [],
  isReal: false,
});

/** The desktop app, as a person starts it. */
export interface DesktopApp {
  readonly program: DesktopProgram;
  readonly app: ElectronApplication;
  readonly process: ChildProcess;
  /** Its first window. */
  readonly page: Page;
  /** Resolves with the exit code; null: killed. */
  readonly exited: Promise<number | null>;
  /** Ends it as its menu does; resolves with the exit code. */
  quit(): Promise<number | null>;
}

export interface DesktopOptions {
  /** Left out: the built bundles. */
  readonly program?: DesktopProgram;
  readonly dataFolder: string;
  readonly parameters?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export async function temporaryData(owned: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-desktop-'));
  owned.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

function environmentOf(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    GATEHOUSE_NODE: process.execPath,
    GATEHOUSE_LOG: 'silent',
    GATEHOUSE_DISCOVERY: 'none',
    ...more,
  };
}

/** @throws Error with what the app printed, when it ends before there is a window */
export async function launchDesktop(
  owned: AsyncDisposableStack,
  { program = builtProgram, dataFolder, parameters = [], environment }: DesktopOptions,
): Promise<DesktopApp> {
  const app = await _electron.launch({
    executablePath: program.executable,
    args: [...program.parameters, `--data=${dataFolder}`, ...parameters],
    env: environmentOf(environment),
    timeout: patience,
  });
  app.context().setDefaultTimeout(patience);
  const child = app.process();
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const engines = await childrenOf(child.pid ?? 0);
  owned.defer(async () => {
    child.kill('SIGKILL');
    await exited;
    await app.close().catch(() => undefined);
    await untilEnded(engines);
  });
  return {
    program,
    app,
    process: child,
    page: await app.firstWindow({ timeout: patience }),
    exited,
    async quit() {
      await app.evaluate(({ app: running }) => running.quit()).catch(() => undefined);
      return await exited;
    },
  };
}

/** Puts the stand-in in the place of the executable of a package whose Electron is not a real one. */
export async function standInFor(executable: string): Promise<void> {
  const script = `#!/bin/sh\nSTAND_IN_EXECUTABLE='${executable}' exec '${standIn}' "$@"\n`;
  await rm(executable);
  await writeFile(executable, script, { mode: 0o755 });
}

/** Runs the app to its end. */
export async function runDesktop(
  parameters: readonly string[],
  program: DesktopProgram = builtProgram,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return await new Promise((resolve) => {
    const options = { env: environmentOf(), timeout: patience };
    execFile(program.executable, [...program.parameters, ...parameters], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Starts the app beside the test; who calls this ends it. */
export function spawnDesktop(
  parameters: readonly string[],
  program: DesktopProgram = builtProgram,
): ChildProcessByStdio<null, Readable, null> {
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
  return spawn(program.executable, [...program.parameters, ...parameters], { env: environmentOf(), stdio });
}

/** Kills the page of the first window; resolves when it was loaded again. */
export async function killPage({ app }: DesktopApp): Promise<void> {
  await app.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (contents === undefined) throw new Error('no window');
    const gone = new Promise<void>((resolve) => contents.once('render-process-gone', () => resolve()));
    const back = new Promise<void>((resolve) => contents.once('did-finish-load', () => resolve()));
    // The stand-in knows it a moment after the page is there; a signal to 0 would go to all that this process belongs to.
    while (contents.getOSProcessId() <= 0) await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(contents.getOSProcessId(), 'SIGKILL');
    await gone;
    await back;
  });
}

/** The processes that run the engine for this app. */
export async function engineProcesses({ program, app, process: child }: DesktopApp): Promise<number[]> {
  if (program.isReal) {
    return await app.evaluate(({ app: running }) =>
      running.getAppMetrics().flatMap(({ name, pid }) => (name === 'Gatehouse engine' ? [pid] : [])),
    );
  }
  const children = await childrenOf(child.pid ?? 0);
  const lines = await Promise.all(children.map((pid) => commandLine(pid)));
  return children.filter((_pid, index) => lines[index]?.includes('engine-process.js') ?? false);
}

/** Linux: the processes of this app, however deep, with this in their command line. */
export async function processesBelow(desktop: DesktopApp, part: string): Promise<number[]> {
  const found: number[] = [];
  const unseen = await childrenOf(desktop.process.pid ?? 0);
  for (let pid = unseen.pop(); pid !== undefined; pid = unseen.pop()) {
    if ((await commandLine(pid)).includes(part)) found.push(pid);
    unseen.push(...(await childrenOf(pid)));
  }
  return found;
}

async function commandLine(pid: number): Promise<string> {
  return await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}

/** Empty on other systems than Linux. */
async function childrenOf(parent: number): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const found = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(
    found.map(
      async (pid) => /\) \S (\d+)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))?.[1],
    ),
  );
  return found.filter((_pid, index) => Number(parents[index]) === parent);
}

/** Resolves when none of these processes runs any more. */
export async function untilEnded(pids: readonly number[]): Promise<void> {
  const isRunning = async (pid: number) => {
    if (process.platform !== 'linux') return answersSignals(pid);
    const state = /\) (\S)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))?.[1];
    return state !== undefined && state !== 'Z';
  };
  while ((await Promise.all(pids.map(isRunning))).includes(true)) await delay(5);
}

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
