import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { untilTiles } from '../support/console-page.ts';
import { type DesktopApp, launchDesktop, realElectron, temporaryData } from '../support/desktop-app.ts';
import { measurePort } from './port-call.ts';

/*
 * Figures of the desktop app, as JSON on stdout: start → nine pictures, quitting, what it costs when it does nothing,
 * and what the API adds to a message over a port.
 */

const starts = 5;
const cameras = 9;
const idleMilliseconds = 60_000;
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
/** With cameras of which no key frame has to be awaited: each picture is one. */
const shownAtOnce: number[] = [];
{
  await using owned = new AsyncDisposableStack();
  for await (const { start, leave } of startsOf(owned, [`--demo=${cameras}`])) {
    shown.push(start);
    quit.push(leave);
  }
}
{
  await using owned = new AsyncDisposableStack();
  const codecs = Array.from({ length: cameras }, () => ({ main: 'JPEG', sub: 'JPEG' }) as const);
  const fleet = owned.use(await startVirtualCameras({ count: cameras, codecs }));
  const site = {
    format: 'gatehouse-site',
    version: 1,
    cameras: fleet.cameras.map(({ name, mainUrl, subUrl }, index) => ({
      key: `camera-${index + 1}`,
      name,
      mainUrl,
      subUrl,
    })),
  };
  for await (const { start } of startsOf(owned, [], site)) shownAtOnce.push(start);
}

/** Starts the app again and again. The first start makes the data folder and Chromium's own files: it is not counted. */
async function* startsOf(
  owned: AsyncDisposableStack,
  parameters: readonly string[],
  site?: object,
): AsyncGenerator<{ readonly start: number; readonly leave: number }> {
  const dataFolder = await temporaryData(owned);
  if (site !== undefined) await writeFile(path.join(dataFolder, 'site.json'), JSON.stringify(site));
  for (let start = 0; start <= starts; start++) {
    const begun = performance.now();
    const desktop: DesktopApp = await launchDesktop(owned, { dataFolder, parameters });
    await untilTiles(desktop.page, 'live', cameras);
    const leaving = performance.now();
    await desktop.quit();
    if (start > 0) yield { start: leaving - begun, leave: performance.now() - leaving };
  }
}

let idlePercent = 0;
{
  await using owned = new AsyncDisposableStack();
  const desktop = await launchDesktop(owned, { dataFolder: await temporaryData(owned) });
  await desktop.page.getByText('No cameras yet').waitFor();
  // Chromium does what it has put off at its start.
  await delay(30_000);
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
  startToPicturesAtOnceMilliseconds: {
    median: median(shownAtOnce),
    worst: Math.round(Math.max(...shownAtOnce)),
  },
  quitMilliseconds: { median: median(quit), worst: Math.round(Math.max(...quit)) },
  portMilliseconds: {
    echo: thousandth(port.echo),
    call: thousandth(port.call),
    added: thousandth(port.call - port.echo),
  },
  idlePercentOfACore: Math.round(idlePercent * 10) / 10,
};
console.log(JSON.stringify(result, null, 2));
