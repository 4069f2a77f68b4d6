import path from 'node:path';
import { BrowserWindow, type Session } from 'electron';

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
  // The console is one page; loading it and reloading it are not navigations in this sense.
  webContents.on('will-navigate', (event) => event.preventDefault());
  webContents.on('will-redirect', (event) => event.preventDefault());
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  denyPermissions(webContents.session);
  return window;
}

function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === 'fullscreen'));
  session.setPermissionCheckHandler((_contents, permission) => permission === 'fullscreen');
}
