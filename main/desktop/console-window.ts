import path from 'node:path';
import { BrowserWindow, type Session } from 'electron';
import { consoleOrigin } from './console-protocol.ts';

/** The page's background, so that the window does not flash white before it is painted. */
const background = '#0e1116';

/** A window on the console: sandboxed, going nowhere else, allowed nothing but full screen. */
export function openConsoleWindow(preload: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 760,
    minWidth: 640,
    minHeight: 420,
    backgroundColor: background,
    title: 'Gatehouse',
    autoHideMenuBar: true,
    webPreferences: {
      preload: path.resolve(preload),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      // A wall that nobody touches must go on.
      backgroundThrottling: false,
    },
  });
  const { webContents } = window;
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  webContents.on('will-navigate', (event, url) => {
    if (new URL(url).origin !== new URL(consoleOrigin).origin) event.preventDefault();
  });
  denyPermissions(webContents.session);
  return window;
}

function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === 'fullscreen'));
  session.setPermissionCheckHandler((_contents, permission) => permission === 'fullscreen');
}
