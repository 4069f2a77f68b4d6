import { EventEmitter } from 'node:events';
import type { IpcMain } from 'electron';
import { strict } from './strict.ts';

type Handler = Parameters<IpcMain['handle']>[1];

/** What pages send, by channel. */
export const channels = new EventEmitter();
/** What answers a page's calls, by channel. */
export const handlers = new Map<string, Handler>();

export const ipcMain: Pick<IpcMain, 'on' | 'handle'> = strict('ipcMain', {
  on(channel: string, listener: Parameters<IpcMain['on']>[1]) {
    channels.on(channel, listener);
    return ipcMain as IpcMain;
  },
  handle(channel: string, handler: Handler) {
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    handlers.set(channel, handler);
  },
});
