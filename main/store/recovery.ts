import { copyFileSync, existsSync, mkdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from '../base/error-code.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { keepForOwner, moveFileSync, syncFile, syncFolder } from '../base/operating-system.ts';
import type { Backup } from '../contract/site.ts';
import { fileTime, listBackups, namesIn } from './backup-files.ts';
import { inspectFile } from './database-check.ts';

/** What happened to a damaged database, for the guard to be told. */
export interface Recovery {
  /** Folder that the damaged files were moved to; null when there was nothing to move: the database was missing. */
  readonly quarantine: string | null;
  /** File that the database was restored from; null: no good backup was there, the database is a new, empty one. */
  readonly backup: string | null;
  /** When that backup was made, milliseconds since 1970. */
  readonly backupTime: number | null;
  /** What was wrong. */
  readonly reason: string;
}

/** All files of a database. The main file goes first: from then on it is missing, and the next start goes on from there. */
const suffixes = ['', '-wal', '-shm', '-journal'];

/**
 * Moves the files of a damaged database to `quarantine/<time>/` in its folder and puts the newest good backup in its place,
 * or nothing when there is none. Every step is on the disk before the next one; a process killed between any two leaves what
 * the next start recovers from.
 * @throws whatever made it impossible; all files are where they were
 */
export function recover(file: string, reason: string, now: number): Recovery {
  const folder = path.dirname(file);
  const prepared = `${file}.restoring`;
  const moves = new Moves();
  try {
    const backup = prepareBackup(folder, prepared, now);
    const quarantine = putAside(file, now, moves) ?? newestQuarantine(folder);
    if (backup !== null) {
      moveFileSync(prepared, file);
      syncFolder(folder);
    }
    return { quarantine, backup: backup?.file ?? null, backupTime: backup?.time ?? null, reason };
  } catch (error) {
    rmSync(prepared, { force: true });
    moves.undo();
    throw error;
  }
}

/**
 * Whether a database that is missing or has no bytes ought to be there: backups, a log or a quarantine say that there was
 * one. Without them it is a new folder.
 */
export function isExpected(file: string, now: number): boolean {
  const folder = path.dirname(file);
  return (
    (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0 ||
    newestQuarantine(folder) !== null ||
    listBackups(folder, now).length > 0
  );
}

/** Copies the newest good backup to a file and returns it; null when there is none. What is checked is the copy. */
function prepareBackup(folder: string, prepared: string, now: number): Backup | null {
  for (const backup of listBackups(folder, now)) {
    try {
      copyToDisk(backup.file, prepared);
      const { version, damage } = inspectFile(prepared);
      if (damage === null && version > 0) return backup;
    } catch (error) {
      // From a newer Gatehouse, or on a bad spot of the disk: an older one may be of use.
      if (!(error instanceof GatehouseError || errorCode(error) === 'EIO')) throw error;
    }
  }
  rmSync(prepared, { force: true });
  return null;
}

function copyToDisk(from: string, to: string): void {
  rmSync(to, { force: true });
  copyFileSync(from, to);
  keepForOwner(to);
  syncFile(to);
}

/** Returns the folder that the files of a database are in now; null when there was none. */
function putAside(file: string, now: number, moves: Moves): string | null {
  const there = suffixes.map((suffix) => `${file}${suffix}`).filter((each) => existsSync(each));
  if (there.length === 0) return null;
  const folder = path.dirname(file);
  const quarantine = path.join(folder, 'quarantine');
  if (mkdirSync(quarantine, { recursive: true, mode: 0o700 }) !== undefined) moves.addFolder(quarantine);
  const name = fileTime(now);
  let target = path.join(quarantine, name);
  for (let attempt = 2; existsSync(target); attempt++) target = path.join(quarantine, `${name}-${attempt}`);
  mkdirSync(target, { mode: 0o700 });
  moves.addFolder(target);
  syncFolder(quarantine);
  for (const from of there) {
    moves.move(from, path.join(target, path.basename(from)));
    syncFolder(target);
    syncFolder(folder);
  }
  return target;
}

/** What was moved, so that it can be moved back. */
class Moves {
  readonly #undo: (() => void)[] = [];

  addFolder(folder: string): void {
    this.#undo.push(() => rmdirSync(folder));
  }

  move(from: string, to: string): void {
    moveFileSync(from, to);
    this.#undo.push(() => moveFileSync(to, from));
  }

  undo(): void {
    for (const step of this.#undo.reverse()) step();
  }
}

function newestQuarantine(folder: string): string | null {
  const parent = path.join(folder, 'quarantine');
  const newest = namesIn(parent).sort().at(-1);
  return newest === undefined ? null : path.join(parent, newest);
}
