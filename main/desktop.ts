import path from 'node:path';
import { app, type BrowserWindow, ipcMain, powerSaveBlocker } from 'electron';
import { userDataFolder } from './base/data-folder.ts';
import { consoleOrigin, registerConsoleScheme, serveConsole } from './desktop/console-protocol.ts';
import { openConsoleWindow } from './desktop/console-window.ts';
import { EngineSupervisor } from './desktop/engine-supervisor.ts';

/*
 * The desktop app: a window on the console and the process of the engine behind it.
 *   electron . [--data=DIR] [--demo=N]
 */

const rendererFolder = path.resolve(import.meta.dirname, '../renderer');
const preload = path.resolve(import.meta.dirname, '../preload/preload.cjs');
/** A page that crashes at once must not be loaded in a busy loop. */
const reloadMilliseconds = 1_000;
const dataFolder = path.resolve(app.commandLine.getSwitchValue('data') || userDataFolder('gatehouse'));

function run(): void {
  const windows = new Set<BrowserWindow>();
  const demo = app.commandLine.getSwitchValue('demo') || '0';
  serveConsole(rendererFolder);
  // A wall is watched, not touched: the screen must not go dark.
  powerSaveBlocker.start('prevent-display-sleep');
  const engine = new EngineSupervisor(['--data', dataFolder, '--demo', demo], () => {
    for (const window of windows) window.webContents.send('engine-restarted');
  });

  const open = () => {
    const window = openConsoleWindow(preload);
    windows.add(window);
    window.on('closed', () => windows.delete(window));
    // A page that crashed is loaded again: nobody may be there to press a key.
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason === 'clean-exit') return;
      setTimeout(() => {
        if (!window.isDestroyed()) window.webContents.reload();
      }, reloadMilliseconds);
    });
    void window.loadURL(`${consoleOrigin}/`);
  };
  ipcMain.on('engine-port-wanted', (event) => {
    const isOurs = event.senderFrame?.url.startsWith(`${consoleOrigin}/`);
    if (isOurs) engine.connect(event.sender);
  });
  app.on('second-instance', () => {
    const [window] = windows;
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('activate', () => {
    if (windows.size === 0) open();
  });
  app.on('window-all-closed', () => app.quit());
  let isStopped = false;
  app.on('before-quit', (event) => {
    if (isStopped) return;
    event.preventDefault();
    void engine.stop().finally(() => {
      isStopped = true;
      app.quit();
    });
  });
  open();
}

// Chromium's own files; the lock on a single instance is one on this folder, so that the demo runs beside the real console.
app.setPath('userData', path.join(dataFolder, 'window'));
registerConsoleScheme();
app.commandLine.appendSwitch('allow-loopback-in-peer-connection');
if (app.requestSingleInstanceLock()) {
  void app.whenReady().then(run);
} else {
  app.quit();
}
