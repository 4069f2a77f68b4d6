import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { untilTiles } from '../support/console-page.ts';
import { type DesktopApp, launchDesktop, realElectron, temporaryData } from '../support/desktop-app.ts';
import { measurePort } from './port-call.ts';

/*
 * Figures of the desktop app, as JSON on stdout: start → nine pictures, quitting, what it costs when it does nothing,
 * and what the API adds to a message over a port.
 */

const starts = 5;
const cameras = 9;
const idleMilliseconds = 20_000;
/** Of a Linux kernel: ticks of /proc/PID/stat in a second. */
const ticks = 100;

const median = (values: readonly number[]) =>
  Math.round(values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0);

/** Seconds of processor time that a process and all below it have used. */
async function worked(root: number): Promise<number> {
  const found = new Map<number, { parent: number; seconds: number }>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const seconds = (Number(fields[11]) + Number(fields[12])) / ticks;
    found.set(Number(name), { parent: Number(fields[1]), seconds });
  }
  const isBelow = (pid: number): boolean =>
    pid === root || (found.has(pid) && pid > 1 && isBelow(found.get(pid)?.parent ?? 0));
  return [...found].reduce((sum, [pid, { seconds }]) => (isBelow(pid) ? sum + seconds : sum), 0);
}

const shown: number[] = [];
const quit: number[] = [];
{
  await using owned = new AsyncDisposableStack();
  const dataFolder = await temporaryData(owned);
  // The first start makes the data folder and Chromium's own files: it is not counted.
  for (let start = 0; start <= starts; start++) {
    const begun = performance.now();
    const desktop: DesktopApp = await launchDesktop(owned, { dataFolder, parameters: [`--demo=${cameras}`] });
    await untilTiles(desktop.page, 'live', cameras);
    if (start > 0) shown.push(performance.now() - begun);
    const leaving = performance.now();
    await desktop.quit();
    if (start > 0) quit.push(performance.now() - leaving);
  }
}

let idlePercent = 0;
{
  await using owned = new AsyncDisposableStack();
  const desktop = await launchDesktop(owned, { dataFolder: await temporaryData(owned) });
  await desktop.page.getByText('No cameras yet').waitFor();
  await delay(5_000);
  const pid = desktop.process.pid ?? 0;
  const before = await worked(pid);
  await delay(idleMilliseconds);
  idlePercent = ((await worked(pid)) - before) / (idleMilliseconds / 1_000) / 0.01;
}

const port = await measurePort();
const thousandth = (value: number) => Math.round(value * 1_000) / 1_000;
const result = {
  electron: realElectron === undefined ? 'stand-in' : 'Electron',
  starts,
  cameras,
  startToPicturesMilliseconds: { median: median(shown), worst: Math.round(Math.max(...shown)) },
  quitMilliseconds: { median: median(quit), worst: Math.round(Math.max(...quit)) },
  portMilliseconds: {
    echo: thousandth(port.echo),
    call: thousandth(port.call),
    added: thousandth(port.call - port.echo),
  },
  idlePercentOfACore: Math.round(idlePercent * 10) / 10,
};
console.log(JSON.stringify(result, null, 2));
