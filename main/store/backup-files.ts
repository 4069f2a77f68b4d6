import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from '../base/error-code.ts';
import type { Backup } from '../contract/site.ts';

const backupName = /^gatehouse-(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d{3}Z)\.db$/;

/** A clock that is set right by less than this was not wrong. */
const toleratedMilliseconds = 60_000;

export function backupFolder(dataFolder: string): string {
  return path.join(dataFolder, 'backups');
}

/** @param time milliseconds since 1970 */
export function backupFile(dataFolder: string, time: number): string {
  return path.join(backupFolder(dataFolder), `gatehouse-${fileTime(time)}.db`);
}

/** A time as a name that every file system takes; sorted by name is sorted by time. */
export function fileTime(time: number): string {
  return new Date(time).toISOString().replaceAll(/[:.]/g, '-');
}

/**
 * The backups of a data folder, with whole paths, the newest first. Those from the future come last: a clock that was wrong
 * made them, and what was made since is newer.
 * @param now milliseconds since 1970
 */
export function listBackups(dataFolder: string, now: number): Backup[] {
  const folder = backupFolder(dataFolder);
  const backups: Backup[] = [];
  for (const name of namesIn(folder)) {
    const time = timeOf(name);
    const file = path.join(folder, name);
    const stats = statSync(file, { throwIfNoEntry: false });
    if (time === null || stats?.isFile() !== true) continue;
    backups.push({ file, time, bytes: stats.size });
  }
  const rank = ({ time }: Backup) => (isFromFuture(time, now) ? 1 : 0);
  return backups.sort((left, right) => rank(left) - rank(right) || right.time - left.time);
}

/** Whether only a wrong clock can have said `time`. */
export function isFromFuture(time: number, now: number): boolean {
  return time > now + toleratedMilliseconds;
}

/** What a folder holds; nothing when it is not there. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function timeOf(name: string): number | null {
  const [, hour, minute, second, rest] = backupName.exec(name) ?? [];
  if (hour === undefined) return null;
  const time = Date.parse(`${hour}:${minute}:${second}.${rest}`);
  return Number.isNaN(time) ? null : time;
}
