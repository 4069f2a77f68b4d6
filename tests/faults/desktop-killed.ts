import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { untilTiles } from '../support/console-page.ts';
import {
  type DesktopApp,
  engineProcesses,
  killPage,
  launchDesktop,
  realElectron,
  temporaryData,
  untilEnded,
} from '../support/desktop-app.ts';
import { helpIfAsked } from '../support/script-help.ts';

/*
 * Kills the desktop app's engine, page and main process twenty times each, every time just after a change was acknowledged,
 * and prints as JSON whether the change was there afterwards and how long the pictures were away. Ends with 1 when one was lost.
 */

helpIfAsked(`Usage: npm run faults:desktop [-- OPTIONS]

  --rounds N    how often each of them is killed; 20 when left out
  --cameras N   how many there are; 9`);
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, cameras: { type: 'string', default: '9' } },
});
const rounds = Number(values.rounds);
const cameras = Number(values.cameras);

/** Names the site, and returns when the engine has said that it is stored. */
async function nameSite(page: Page, name: string): Promise<void> {
  await page.keyboard.press('s');
  const field = page.getByRole('textbox', { name: 'Name of this site' });
  await field.fill(name);
  await field.press('Tab');
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** What the first window shows: its site's name, and how many tiles are live; asked of the app, since a killed page is another one afterwards. */
async function look({ app }: DesktopApp): Promise<{ name: string; live: number }> {
  return await app.evaluate(async ({ BrowserWindow }) => {
    const script = `({
      name: document.querySelector('h1')?.textContent?.trim() ?? '',
      live: document.querySelectorAll('[data-tile][data-state="live"]').length,
    })`;
    const answer: Promise<{ name: string; live: number }> | undefined =
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(script);
    const silence = new Promise<{ name: string; live: number }>((resolve) => {
      setTimeout(() => resolve({ name: '', live: 0 }), 500);
    });
    return await Promise.race([answer ?? silence, silence]);
  });
}

/** Milliseconds until all tiles are live again. */
async function untilBack(desktop: DesktopApp, since: number): Promise<number> {
  while ((await look(desktop)).live < cameras) await delay(50);
  return Math.round(performance.now() - since);
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? 0;
}

interface Outcome {
  readonly rounds: number;
  readonly lost: number;
  readonly awayMilliseconds: { readonly median: number; readonly p95: number; readonly worst: number };
}

async function repeat(
  what: string,
  round: (number: number) => Promise<{ kept: boolean; away: number }>,
): Promise<Outcome> {
  const away: number[] = [];
  let lost = 0;
  for (let number = 1; number <= rounds; number++) {
    const outcome = await round(number);
    if (!outcome.kept) lost++;
    away.push(outcome.away);
  }
  away.sort((a, b) => a - b);
  const outcome = {
    rounds,
    lost,
    awayMilliseconds: { median: percentile(away, 0.5), p95: percentile(away, 0.95), worst: away.at(-1) ?? 0 },
  };
  console.error(`killed ${what}: ${JSON.stringify(outcome)}`);
  return outcome;
}

await using owned = new AsyncDisposableStack();
const dataFolder = await temporaryData(owned);
const launch = async () => {
  const desktop = await launchDesktop(owned, { dataFolder, parameters: [`--demo=${cameras}`] });
  await untilTiles(desktop.page, 'live', cameras);
  return desktop;
};
let desktop = await launch();

const engine = await repeat('engine', async (number) => {
  const name = `Engine ${number}`;
  // Apart from each other, as crashes are: one that follows at once waits longer, and the guard sees for how long.
  await delay(11_000);
  await nameSite(desktop.page, name);
  const [pid = 0] = await engineProcesses(desktop);
  const since = performance.now();
  process.kill(pid, 'SIGKILL');
  await untilEnded([pid]);
  while ((await look(desktop)).live === cameras) await delay(20);
  const away = await untilBack(desktop, since);
  return { kept: (await look(desktop)).name === name, away };
});

const main = await repeat('main process', async (number) => {
  const name = `Main ${number}`;
  await nameSite(desktop.page, name);
  const engines = await engineProcesses(desktop);
  desktop.process.kill('SIGKILL');
  await desktop.exited;
  const since = performance.now();
  await untilEnded(engines);
  const ended = Math.round(performance.now() - since);
  if (ended > 2_000) console.error(`the engine outlived its app by ${ended} ms`);
  desktop = await launch();
  return { kept: (await look(desktop)).name === name, away: Math.round(performance.now() - since) };
});

const page = await repeat('page', async (number) => {
  // A page that was killed is no longer driven by the test: each round has its own app.
  if (number > 1) {
    await desktop.quit();
    desktop = await launch();
  }
  const name = `Page ${number}`;
  await nameSite(desktop.page, name);
  const since = performance.now();
  await killPage(desktop);
  const away = await untilBack(desktop, since);
  return { kept: (await look(desktop)).name === name, away };
});
await desktop.quit();

const electron = realElectron === undefined ? 'stand-in' : 'Electron';
console.log(JSON.stringify({ electron, cameras, engine, main, page }));
if (engine.lost + main.lost + page.lost > 0) process.exitCode = 1;
