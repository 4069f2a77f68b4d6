import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { errorCode } from '../base/error-code.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { keepForOwner } from '../base/operating-system.ts';
import type { ErrorCode } from '../contract/error-codes.ts';
import { busyMilliseconds, inspectFile, isDamage, versionOf } from './database-check.ts';
import { migrate, refuseNewer } from './migrations/migrate.ts';
import { isExpected, type Recovery, recover } from './recovery.ts';

const full = 2;

export interface OpenedDatabase {
  readonly database: Database.Database;
  /** What happened when it was damaged or missing; null when all was well. */
  readonly recovery: Recovery | null;
}

/**
 * Opens `gatehouse.db` in the folder, which is made when it is not there, and brings its schema up to date. A damaged one is
 * put aside and the newest good backup takes its place, or an empty database when there is none.
 * @throws GatehouseError disk-full, database-failed: not writable, locked, a failing disk, from a newer Gatehouse. All files
 *   stay as they are then.
 */
export function openDatabase(folder: string): OpenedDatabase {
  const file = path.join(folder, 'gatehouse.db');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    refuseOutOfReach(folder, file);
    let damage = inspect(file);
    if (damage === null) {
      try {
        return { database: openWritable(file), recovery: null };
      } catch (error) {
        if (!isDamage(error)) throw error;
        damage = error.message;
      }
    }
    const recovery = recoverFrom(file, damage);
    return { database: openWritable(file), recovery };
  } catch (error) {
    throw explainFailure(error, `${file} cannot be opened`);
  }
}

/**
 * What a guard must know when SQLite could not read or write: disk-full or database-failed. Undefined for what is no trouble
 * with the database: a violated constraint, a mistake in a statement, any other error.
 */
export function explainDatabaseError(error: unknown): GatehouseError | undefined {
  const trouble = troubleOf(error);
  if (trouble === undefined) return undefined;
  // Files that are not the database have troubles of their own.
  if (!(error instanceof Database.SqliteError || trouble.code === 'disk-full')) return undefined;
  return new GatehouseError(trouble.code, `Nothing was saved in gatehouse.db: ${trouble.sentence}`, {
    cause: error,
  });
}

/**
 * What could not be done, and why, in words that a guard understands; disk-full or database-failed.
 * @param what could not be done, the beginning of the sentence
 */
export function explainFailure(error: unknown, what: string): GatehouseError {
  if (error instanceof GatehouseError) return error;
  const trouble = troubleOf(error);
  const sentence = trouble?.sentence ?? (error instanceof Error ? error.message : String(error));
  return new GatehouseError(trouble?.code ?? 'database-failed', `${what}: ${sentence}`, { cause: error });
}

function inspect(file: string): string | null {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 0) return inspectFile(file).damage;
  if (!isExpected(file, Date.now())) return null;
  // An empty file is no wish to start anew: a disk that ran full or lost its power leaves one.
  return existsSync(file) ? 'the file is empty' : 'the file is missing';
}

function openWritable(file: string): Database.Database {
  const isNew = !existsSync(file);
  const database = new Database(file, { timeout: busyMilliseconds });
  try {
    if (isNew) keepForOwner(file);
    // One engine a folder: a second one would not see what the first one changes. The system frees the lock of a killed one.
    database.pragma('locking_mode = EXCLUSIVE');
    refuseNewer(versionOf(database), file);
    // A reopened WAL database is at NORMAL, which may lose acknowledged rows when the power fails: set and checked here.
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    if (database.pragma('synchronous', { simple: true }) !== full) throw new Error('synchronous is not FULL');
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What the system would refuse later, in the middle of a write or of a recovery. */
function refuseOutOfReach(folder: string, file: string): void {
  accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  for (const each of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) {
    const stats = statSync(each, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    if (!stats.isFile()) {
      throw new GatehouseError(
        'database-failed',
        `${each} is not a file. Move it away and start again; nothing was changed.`,
      );
    }
    accessSync(each, constants.R_OK | constants.W_OK);
  }
}

function recoverFrom(file: string, damage: string): Recovery {
  try {
    return recover(file, damage, Date.now());
  } catch (error) {
    throw explainFailure(error, `${file} is damaged (${damage}) and cannot be put aside`);
  }
}

interface Trouble {
  readonly code: ErrorCode;
  readonly sentence: string;
}

const troubles: readonly (readonly [codes: RegExp, trouble: Trouble])[] = [
  [
    /^(SQLITE_FULL|ENOSPC|EDQUOT)/,
    { code: 'disk-full', sentence: 'the disk is full. Make room on it and try again.' },
  ],
  [
    /^SQLITE_(BUSY|LOCKED)/,
    {
      code: 'database-failed',
      sentence: 'another Gatehouse uses it. Close that one first, then try again.',
    },
  ],
  [
    /^(SQLITE_(READONLY|CANTOPEN|PERM|AUTH)|EACCES$|EPERM$|EROFS$)/,
    {
      code: 'database-failed',
      sentence:
        'the folder or a file in it is not writable. Allow writing there, or choose another folder with --data.',
    },
  ],
  [
    /^(EEXIST|ENOTDIR)$/,
    {
      code: 'database-failed',
      sentence: 'its folder is a file, or lies under one. Choose another folder with --data.',
    },
  ],
  [
    /^(SQLITE_IOERR|EIO$)/,
    {
      code: 'database-failed',
      sentence: 'the disk does not read or write as it should. Check it, then start Gatehouse again.',
    },
  ],
  [
    /^SQLITE_(CORRUPT|NOTADB)/,
    {
      code: 'database-failed',
      sentence:
        'it is damaged. Start Gatehouse again: it puts damaged files aside and goes on with the newest backup.',
    },
  ],
];

function troubleOf(error: unknown): Trouble | undefined {
  const code = errorCode(error);
  if (code === undefined) return undefined;
  return troubles.find(([codes]) => codes.test(code))?.[1];
}
