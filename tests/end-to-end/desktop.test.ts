import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { largeCamera, untilPicturesChange, untilTiles } from '../support/console-page.ts';
import {
  builtProgram,
  type DesktopApp,
  launchDesktop,
  processesBelow,
  temporaryData,
  untilEnded,
} from '../support/desktop-app.ts';
import { everydaySuite } from './desktop-everyday-suite.ts';

/*
 * The desktop app from its built bundles: on Electron where there is one, else on its stand-in.
 */

describe('every day', () => everydaySuite(() => builtProgram, builtProgram.isReal));

let owned: AsyncDisposableStack;
let dataFolder: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  dataFolder = await temporaryData(owned);
});
afterEach(async () => {
  await owned.disposeAsync();
});

const start = (cameras: number, environment?: Record<string, string>): Promise<DesktopApp> =>
  launchDesktop(owned, {
    dataFolder,
    parameters: [`--demo=${cameras}`],
    ...(environment ? { environment } : {}),
  });

/** The process that draws for all windows: without a GPU too. */
async function drawingProcess(desktop: DesktopApp): Promise<number> {
  for (;;) {
    const [found] = await processesBelow(desktop, '--type=gpu-process');
    if (found !== undefined) return found;
    await delay(50);
  }
}

async function readLogs(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts.join('');
}

/** Chooses an item of the native menu. */
async function choose({ app }: DesktopApp, id: string): Promise<void> {
  await app.evaluate(({ Menu }, wanted) => {
    const item = Menu.getApplicationMenu()?.getMenuItemById(wanted);
    item?.click();
  }, id);
}

async function newWindow(desktop: DesktopApp): Promise<Page> {
  const opened = desktop.app.waitForEvent('window');
  await choose(desktop, 'new-window');
  return await opened;
}

test('an engine that cannot start says why in the window, and starts when the reason is gone', async () => {
  await writeFile(path.join(dataFolder, 'gatehouse.db'), '');
  const first = await start(1);
  await untilTiles(first.page, 'live', 1);
  await first.quit();
  const version = 999;
  const { default: Database } = await import('better-sqlite3');
  const database = new Database(path.join(dataFolder, 'gatehouse.db'));
  const before = database.pragma('user_version', { simple: true });
  database.pragma(`user_version = ${version}`);
  const desktop = await start(1);
  await desktop.page.getByText(/newer/).first().waitFor();
  database.pragma(`user_version = ${before}`);
  database.close();
  await untilTiles(desktop.page, 'live', 1);
});

test('a page that hangs is ended and loaded again', async () => {
  const desktop = await start(1);
  await untilTiles(desktop.page, 'live', 1);
  const gone = desktop.app.evaluate(
    ({ BrowserWindow }) =>
      new Promise<string>((resolve) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        contents?.once('render-process-gone', () => contents.once('did-finish-load', () => resolve('back')));
      }),
  );
  await desktop.page.evaluate(() => {
    setTimeout(() => {
      for (;;);
    });
  });
  expect(await gone).toBe('back');
});

test.skipIf(process.platform !== 'linux')(
  'pictures go on when Chromium’s process for drawing is killed (needs Linux)',
  async () => {
    const desktop = await start(4);
    await untilTiles(desktop.page, 'live', 4);
    const before = await drawingProcess(desktop);
    process.kill(before, 'SIGKILL');
    await untilEnded([before]);
    await untilPicturesChange(desktop.page);
    await untilTiles(desktop.page, 'live', 4);
    expect(await drawingProcess(desktop)).not.toBe(before);
  },
);

test('a computer that is locked shows nothing to nobody; displays stay on, and after a sleep cameras are dialled anew', async () => {
  const desktop = await start(1, { GATEHOUSE_LOG: 'info' });
  await untilTiles(desktop.page, 'live', 1);
  expect(await desktop.app.evaluate(({ powerSaveBlocker }) => powerSaveBlocker.isStarted(1))).toBe(true);
  await desktop.app.evaluate(({ powerMonitor }) => powerMonitor.emit('lock-screen'));
  await desktop.page.locator('[data-tile][data-slot]').waitFor({ state: 'detached' });
  await desktop.app.evaluate(({ powerMonitor }) => powerMonitor.emit('unlock-screen'));
  await untilTiles(desktop.page, 'live', 1);
  await desktop.app.evaluate(({ powerMonitor }) => powerMonitor.emit('resume'));
  const log = path.join(dataFolder, 'logs');
  while (!(await readLogs(log)).includes('the computer was asleep')) await delay(50);
  await untilTiles(desktop.page, 'live', 1);
  await untilPicturesChange(desktop.page);
});

/** What windows show where their pages show nothing yet. */
async function grounds({ app }: DesktopApp): Promise<string[]> {
  return await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => window.getBackgroundColor().toLowerCase()),
  );
}

test('windows are opened again as they were, each with its own wall, and from the beginning in the theme that was chosen', async () => {
  const desktop = await start(2);
  await untilTiles(desktop.page, 'live', 2);
  const second = await newWindow(desktop);
  await untilTiles(second, 'live', 2);
  await second.locator('[data-tile]').nth(1).click();
  await second.keyboard.press('Enter');
  const large = await largeCamera(second);
  // The page has told the shell.
  const windows = path.join(dataFolder, 'window/windows.json');
  await expect.poll(() => readFile(windows, 'utf8').catch(() => '')).toContain(large);
  expect(await grounds(desktop)).toEqual(['#0d0f12', '#0d0f12']);
  await desktop.page.keyboard.press('s');
  const themes = desktop.page.getByRole('radiogroup', { name: 'Theme' });
  await themes.getByText('As the system').click();
  const source = () => desktop.app.evaluate(({ nativeTheme }) => nativeTheme.themeSource);
  await expect.poll(source).toBe('system');
  await themes.getByText('Light').click();
  await expect.poll(() => grounds(desktop)).toEqual(['#f3f5f7', '#f3f5f7']);
  await desktop.app.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find(({ id }) => id === 2);
    window?.setBounds({ x: 300, y: 200, width: 900, height: 600 });
  });
  await desktop.quit();

  const again = await start(2);
  const pages = again.app.windows();
  while (pages.length < 2) pages.push(await again.app.waitForEvent('window'));
  const bounds = await again.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => window.getBounds()),
  );
  expect(bounds).toContainEqual({ x: 300, y: 200, width: 900, height: 600 });
  expect(await grounds(again)).toEqual(['#f3f5f7', '#f3f5f7']);
  const walls = async () => {
    const shown = pages.map((page) =>
      page.evaluate(() => {
        const tile = document.querySelector<HTMLElement>('[data-tile][data-state="live"]');
        return tile && (document.querySelector<HTMLElement>('[data-maximised]')?.dataset.cameraId ?? 'all');
      }),
    );
    return (await Promise.all(shown)).sort();
  };
  await expect.poll(walls).toEqual([large, 'all'].sort());
});

test.skipIf(builtProgram.isReal)(
  'a window goes back to its display when that is plugged in again, and opens elsewhere meanwhile (needs the stand-in)',
  async () => {
    const left = { x: 0, y: 0, width: 1920, height: 1080 };
    const right = { x: 1920, y: 0, width: 1280, height: 1024 };
    const own = { x: 2000, y: 120, width: 900, height: 600 };
    const desktop = await start(1, { GATEHOUSE_DISPLAYS: JSON.stringify([left, right]) });
    await untilTiles(desktop.page, 'live', 1);
    const bounds = () =>
      desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
    await desktop.app.evaluate(
      ({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to),
      own,
    );
    const plug = (displays: readonly object[]) =>
      desktop.app.evaluate(({ screen, BrowserWindow }, now) => {
        const plugged = screen as unknown as { standInPlug(displays: readonly object[]): void };
        plugged.standInPlug(now);
        // As operating systems do with windows of a display that is gone.
        if (now.length === 1)
          BrowserWindow.getAllWindows()[0]?.setBounds({ x: 60, y: 60, width: 900, height: 600 });
      }, displays);
    await plug([left]);
    await expect.poll(bounds).toMatchObject({ x: 60 });
    await plug([left, right]);
    await expect.poll(bounds).toEqual(own);
    // One more window for a wall fills the display that has none yet.
    await desktop.page.getByRole('button', { name: 'What to do with wall All cameras' }).click();
    await desktop.page.getByRole('menuitem', { name: 'Open on another display' }).click();
    const others = () =>
      desktop.app.evaluate(
        ({ BrowserWindow }, { x }) =>
          BrowserWindow.getAllWindows()
            .filter((window) => window.getBounds().x !== x)
            .map((window) => ({ ...window.getBounds(), isMaximised: window.isMaximized() })),
        own,
      );
    await expect.poll(others).toEqual([{ ...left, isMaximised: true }]);
    await desktop.app.evaluate(({ BrowserWindow }, { x }) => {
      for (const window of BrowserWindow.getAllWindows()) if (window.getBounds().x !== x) window.close();
    }, own);
    await expect.poll(others).toEqual([]);
    await plug([left]);
    await desktop.quit();

    const without = await start(1, { GATEHOUSE_DISPLAYS: JSON.stringify([left]) });
    const opened = await without.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getBounds(),
    );
    expect(opened).toEqual({ x: 510, y: 240, width: 900, height: 600 });
    await without.quit();
    const again = await start(1, { GATEHOUSE_DISPLAYS: JSON.stringify([left, right]) });
    expect(
      await again.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds()),
    ).toEqual(own);
  },
);

test('the menu does what the keys do, in the window in front', async () => {
  const desktop = await start(2);
  const { page } = desktop;
  await untilTiles(page, 'live', 2);
  const dialogs: [string, string][] = [
    ['settings', 'Settings'],
    ['keys', 'Keys'],
    ['add-camera', 'Add a camera'],
    ['find-cameras', 'Find cameras'],
  ];
  for (const [id, title] of dialogs) {
    await choose(desktop, id);
    await page.getByRole('dialog', { name: title }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await choose(desktop, 'full-screen');
  await page.getByRole('button', { name: 'Leave full screen' }).waitFor({ state: 'attached' });
  await page.keyboard.press('f');
  await page.getByRole('button', { name: 'Full screen', exact: true }).waitFor();
  // It speaks as the page does.
  const settings = () =>
    desktop.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('settings')?.label);
  expect(await settings()).toBe('Settings…');
  await page.evaluate(() => localStorage.setItem('gatehouse.language', 'es'));
  await page.reload();
  await expect.poll(settings).toBe('Ajustes…');
});

test.skipIf(builtProgram.isReal)(
  'without a keychain the key stays in its file, and the guard is told (needs the stand-in)',
  async () => {
    const desktop = await start(1, { GATEHOUSE_KEYCHAIN: 'basic_text' });
    await desktop.page.getByText('is in a file beside the data').waitFor();
    expect((await stat(path.join(dataFolder, 'secret.key'))).mode & 0o077).toBe(0);
    await desktop.page.getByRole('button', { name: 'I have read this' }).click();
    await desktop.page.locator('[data-notice-kind]').waitFor({ state: 'detached' });
    await choose(desktop, 'settings');
    await desktop.page.getByText('is in a file beside the data').waitFor();
  },
);

test.skipIf(builtProgram.isReal)(
  'a kiosk: set up in the settings, on every display, without a menu, closed with its PIN alone (needs the stand-in)',
  async () => {
    const environment = {
      XDG_CONFIG_HOME: path.join(dataFolder, 'configuration'),
      GATEHOUSE_DISPLAYS: JSON.stringify([
        { x: 0, y: 0, width: 1920, height: 1080 },
        { x: 1920, y: 0, width: 1280, height: 720 },
      ]),
    };
    const autostart = path.join(environment.XDG_CONFIG_HOME, 'autostart/gatehouse.desktop');
    const first = await start(1, environment);
    await untilTiles(first.page, 'live', 1);
    await first.page.keyboard.press('s');
    // A screen reader reads them without what stands around them.
    const buttons = first.page.getByRole('dialog', { name: 'Settings' }).getByRole('button');
    await buttons.getByText('Set up the kiosk…').waitFor();
    const names = await buttons.evaluateAll((all) => all.map((each) => each.ariaLabel ?? each.textContent));
    expect(names).toEqual([...new Set(names)]);
    await first.page.getByRole('button', { name: 'Set up the kiosk…' }).click();
    await first.page.getByLabel('PIN', { exact: true }).fill('12');
    await first.page.getByRole('button', { name: 'Save' }).click();
    await first.page.getByText('Must be 4 to 12 digits').waitFor();
    await first.page.getByLabel('PIN', { exact: true }).fill('2468');
    await first.page.getByRole('button', { name: 'Save' }).click();
    await first.page.getByText('Gatehouse is a kiosk from its next start.').waitFor();
    const entry = () => readFile(autostart, 'utf8').catch(() => '');
    await expect.poll(entry).toContain(`"--data=${dataFolder}"`);
    expect(await first.quit()).toBe(0);

    const kiosk = await start(1, environment);
    const pages = kiosk.app.windows();
    while (pages.length < 2) pages.push(await kiosk.app.waitForEvent('window'));
    for (const page of pages) await untilTiles(page, 'live', 1);
    const windows = await kiosk.app.evaluate(({ BrowserWindow, Menu }) => ({
      hasMenu: Menu.getApplicationMenu() !== null,
      bounds: BrowserWindow.getAllWindows().map((window) => window.getBounds()),
      areFull: BrowserWindow.getAllWindows().every((window) => window.isKiosk() && window.isFullScreen()),
    }));
    expect(windows.hasMenu).toBe(false);
    expect(windows.areFull).toBe(true);
    expect(windows.bounds.map(({ x }) => x)).toEqual([0, 1920]);

    const [page] = pages;
    if (page === undefined) throw new Error('no window');
    await kiosk.app.evaluate(({ BrowserWindow }) => {
      for (const window of BrowserWindow.getAllWindows()) window.close();
    });
    const dialog = page.getByRole('dialog', { name: 'Leave the kiosk' });
    await dialog.waitFor();
    await dialog.getByLabel('PIN').fill('1111');
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await dialog.getByText('This PIN is not the right one.').waitFor();
    expect(await kiosk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(2);
    await dialog.getByLabel('PIN').fill('2468');
    await dialog.getByRole('button', { name: 'Leave' }).click();
    expect(await kiosk.exited).toBe(0);
  },
);

test.skipIf(process.platform === 'win32')(
  'SIGTERM ends a kiosk, too: that is the way of administrators (needs signals)',
  async () => {
    const kiosk = await launchDesktop(owned, { dataFolder, parameters: ['--demo=1', '--kiosk'] });
    await untilTiles(kiosk.page, 'live', 1);
    kiosk.process.kill('SIGTERM');
    expect(await kiosk.exited).toBe(0);
  },
);
