/*
 * The module `electron` of the main process. What is not exported here is not implemented: an import of it fails by its name.
 */
export { app } from './app.ts';
export { StandInBrowserWindow as BrowserWindow } from './browser-window.ts';
export { protocol } from './custom-protocol.ts';
export {
  dialog,
  nativeImage,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  safeStorage,
  screen,
} from './desktop-parts.ts';
export { ipcMain } from './ipc-main.ts';
export { StandInMenu as Menu, StandInTray as Tray } from './menu.ts';
export { StandInMessageChannel as MessageChannelMain } from './message-port.ts';
export { session } from './session.ts';
export { utilityProcess } from './utility-process.ts';
export { StandInWebContents as webContents } from './web-contents.ts';
