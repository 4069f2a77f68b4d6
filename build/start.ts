import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { userDataFolder } from '../main/base/operating-system.ts';
import { forwardSignals, receivedSignal, runChild } from './child.mjs';
import { electronBinary, fetchElectron } from './electron-binary.ts';
import { root } from './step.ts';

/*
 * `npm start` and `npm run demo`: the desktop app where it can run, else the same console for the browser.
 */

const isDemo = process.argv.includes('--demo');
const demoCameras = 9;
const dataFolder = userDataFolder(isDemo ? 'gatehouse-demo' : 'gatehouse');
const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
/** An Electron that ends with an error so soon has not shown a window: a library or the right to use its sandbox is missing. */
const startMilliseconds = 5_000;
/** Whoever has no way to Electron's download does not wait for it at every start. */
const failureMark = path.join(root, '.cache', 'electron-not-fetched');
const retryMilliseconds = 60 * 60 * 1_000;

const say = (text: string) => process.stderr.write(`gatehouse: ${text}\n`);

async function serveToBrowser(reason: string): Promise<number> {
  say(`${reason}, so the console opens in the browser.`);
  const parameters = ['--data', dataFolder, '--port', '0'];
  if (isDemo) parameters.push('--demo', String(demoCameras));
  // Without a display there may be a browser all the same, but one for terminals.
  if (hasDisplay) parameters.push('--open');
  return await runChild(process.execPath, [path.join(root, 'dist/main/headless.js'), ...parameters], {
    stdio: 'inherit',
    // The log's lines are for machines; what a person must know is printed.
    env: { ...process.env, GATEHOUSE_LOG: process.env.GATEHOUSE_LOG ?? 'warn' },
  });
}

async function findElectron(): Promise<string | undefined> {
  const binary = electronBinary();
  if (binary !== undefined) return binary;
  const lastFailure = statSync(failureMark, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (Date.now() - lastFailure < retryMilliseconds) return undefined;
  try {
    say('fetching Electron, about 100 MB, this once …');
    return await fetchElectron(say);
  } catch {
    mkdirSync(path.dirname(failureMark), { recursive: true });
    writeFileSync(failureMark, '');
    return undefined;
  }
}

async function start(): Promise<number> {
  if (!hasDisplay) return await serveToBrowser('There is no display for a window');
  const electron = await findElectron();
  if (receivedSignal() !== undefined) return 1;
  if (electron === undefined) return await serveToBrowser("Electron's binary could not be fetched");
  const startedAt = performance.now();
  const demo = isDemo ? [`--demo=${demoCameras}`] : [];
  const code = await runChild(electron, [root, `--data=${dataFolder}`, ...demo], { stdio: 'inherit' });
  const isTooSoon = performance.now() - startedAt < startMilliseconds;
  if (code === 0 || !isTooSoon || receivedSignal() !== undefined) return code;
  return await serveToBrowser('Electron cannot show a window here');
}

forwardSignals();
process.exitCode = await start();
