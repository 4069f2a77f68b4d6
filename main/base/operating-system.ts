import type dgram from 'node:dgram';
import { chmodSync, closeSync, fsyncSync, openSync, renameSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from './error-code.ts';

/*
 * What differs between operating systems and matters outside the desktop's own parts, each with a name. What needs no code:
 * names of network interfaces ("eth0", "Ethernet 2") are not read here, only their addresses are; Windows' firewall asks once
 * whether the app may receive, and answers to what Gatehouse sent pass whatever was said. What `build/child.mjs` and
 * `build/install.mjs` do differently is written there: they run before anything is installed.
 */

const isWindows = process.platform === 'win32';

/** Where this system keeps the data of a user's programs; `name` is a folder of one program in there. */
export function userDataFolder(name: string): string {
  const home = os.homedir();
  switch (process.platform) {
    case 'win32':
      return path.join(process.env.APPDATA || path.join(home, 'AppData', 'Roaming'), name);
    case 'darwin':
      return path.join(home, 'Library', 'Application Support', name);
    default:
      return path.join(process.env.XDG_DATA_HOME || path.join(home, '.local', 'share'), name);
  }
}

/** The program that shows an address in the user's browser, and its parameters. */
export function browserCommand(url: string): readonly [command: string, ...parameters: string[]] {
  switch (process.platform) {
    case 'win32':
      return ['rundll32', 'url.dll,FileProtocolHandler', url];
    case 'darwin':
      return ['open', url];
    default:
      return ['xdg-open', url];
  }
}

/**
 * What asks a program to end well. On Windows a console tells all its programs Ctrl+C (SIGINT), Ctrl+Break (SIGBREAK) and that
 * its window is being closed (SIGHUP, seven seconds before it ends them); there is no SIGTERM, and what kills a process
 * (taskkill /F, `kill`) asks nothing: what was acknowledged must be on the disk.
 */
export const stopSignals: readonly NodeJS.Signals[] = isWindows
  ? ['SIGINT', 'SIGBREAK', 'SIGHUP']
  : ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** Whether there is a process with this number, anybody's. On Windows a number may soon be another process's. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but there.
    return errorCode(error) === 'EPERM';
  }
}

/**
 * Nobody but the owner may read the file, or enter the folder. Windows has no such modes (`chmod` sets "read-only" there): a
 * folder in the user's profile is the user's alone already, as are those that a program makes in it.
 */
export function keepForOwner(fileOrFolder: string): void {
  if (isWindows) return;
  const { mode } = statSync(fileOrFolder);
  if ((mode & 0o077) !== 0) chmodSync(fileOrFolder, mode & 0o700);
}

/** What was written to the file is on the disk. Windows syncs only what is open for writing. */
export function syncFile(file: string): void {
  const descriptor = openSync(file, isWindows ? 'r+' : 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The names in a folder are on the disk. Windows has no such call, NTFS keeps a journal of names instead. */
export function syncFolder(folder: string): void {
  if (!isWindows) syncFile(folder);
}

/**
 * Windows neither moves a file that somebody has open nor one in its place: a virus scanner, an indexer, a backup looks into
 * what was just written for some milliseconds. These are the pauses between the attempts; elsewhere there is one.
 */
const movePauses: readonly number[] = isWindows ? [10, 20, 40, 80, 150, 300, 400] : [];
const heldOpen = new Set(['EPERM', 'EACCES', 'EBUSY']);

/** Gives a file another name, in place of the file that has it. Tries for a second while somebody has one of them open. */
export async function moveFile(from: string, to: string): Promise<void> {
  for (const pause of movePauses) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (!heldOpen.has(errorCode(error) ?? '')) throw error;
      await delay(pause);
    }
  }
  await rename(from, to);
}

/** As `moveFile`, blocking: for a start, when nothing runs yet. */
export function moveFileSync(from: string, to: string): void {
  for (const pause of movePauses) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (!heldOpen.has(errorCode(error) ?? '')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    }
  }
  renameSync(from, to);
}

/**
 * What a UDP socket reports about one datagram does not end it. Windows gives a socket what became of those it sent before
 * (WSAECONNRESET, which libuv drops, and others when a network goes away); an error that nobody hears ends the process.
 */
export function surviveDatagramErrors(socket: dgram.Socket): void {
  socket.on('error', () => {});
}

/** The zone of a link-local IPv6 address, as it stands behind the percent sign: Windows numbers interfaces, others name them. */
export function zoneName(interfaceName: string, scopeId: number): string {
  return process.platform === 'win32' ? String(scopeId) : interfaceName;
}
