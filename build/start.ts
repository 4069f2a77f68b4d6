import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './step.ts';

/*
 * `npm start` and `npm run demo`: the desktop app where it can run, else the same console for the browser.
 */

const isDemo = process.argv.includes('--demo');
const demoCameras = '9';
const connectMilliseconds = 10_000;
const say = (text: string) => process.stderr.write(`gatehouse: ${text}\n`);

/** The folder for cameras and layouts where this system keeps the data of programs; the demo has one of its own. */
function dataFolder(): string {
  const home = os.homedir();
  const bases: Partial<Record<NodeJS.Platform, string>> = {
    win32: process.env.APPDATA ?? path.join(home, 'AppData', 'Roaming'),
    darwin: path.join(home, 'Library', 'Application Support'),
  };
  const base = bases[process.platform] ?? process.env.XDG_DATA_HOME ?? path.join(home, '.local', 'share');
  return path.join(base, isDemo ? 'gatehouse-demo' : 'gatehouse');
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}

/** Electron's executable when it was fetched already. */
function electronBinary(): string | undefined {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(root, 'node_modules/electron/dist');
  const names: Partial<Record<NodeJS.Platform, string>> = {
    win32: 'electron.exe',
    darwin: 'Electron.app/Contents/MacOS/Electron',
  };
  const file = path.join(folder, names[process.platform] ?? 'electron');
  return existsSync(file) ? file : undefined;
}

/** Where Electron's binary comes from must answer within ten seconds; the download itself may take its time. */
async function canFetchElectron(): Promise<boolean> {
  const mirror = process.env.ELECTRON_MIRROR ?? 'https://github.com/electron/electron/releases/';
  try {
    await fetch(mirror, { method: 'HEAD', signal: AbortSignal.timeout(connectMilliseconds) });
    return true;
  } catch {
    return false;
  }
}

async function fetchElectron(): Promise<string | undefined> {
  say('fetching Electron, about 100 MB, this once …');
  const child = spawn(process.execPath, [path.join(root, 'node_modules/electron/install.js')], {
    stdio: ['ignore', 2, 2],
  });
  await new Promise((resolve) => child.once('exit', resolve));
  return electronBinary();
}

/** Runs to its end in the foreground: signals go to it, its exit code is ours. */
function run(command: string, parameters: readonly string[]): void {
  const child = spawn(command, parameters, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.once('exit', (code) => process.exit(code ?? 1));
}

function serveToBrowser(reason: string): void {
  say(`${reason} The same console opens in the browser.`);
  const demo = isDemo ? ['--demo', demoCameras] : [];
  const headless = path.join(root, 'dist/main/headless.js');
  run(process.execPath, [headless, '--data', dataFolder(), '--port', '0', '--open', ...demo]);
}

if (!hasDisplay()) {
  serveToBrowser('There is no display for a window.');
} else {
  let electron = electronBinary();
  if (electron === undefined && (await canFetchElectron())) electron = await fetchElectron();
  if (electron === undefined) {
    serveToBrowser('Electron could not be fetched, so there is no window of its own.');
  } else {
    const demo = isDemo ? [`--demo=${demoCameras}`] : [];
    run(electron, [root, `--data=${dataFolder()}`, ...demo]);
  }
}
