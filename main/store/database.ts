import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { migrate } from './migrations/migrate.ts';

const full = 2;
/** An engine that is being stopped lets go of its folder within this time. */
const busyMilliseconds = 3_000;

/**
 * Opens `gatehouse.db` in the folder, which is made when it is not there, and brings its schema up to date.
 * @throws GatehouseError database-failed: not writable, not a database, locked, from a newer Gatehouse. A file that cannot
 *   be used stays as it is.
 */
export function openDatabase(folder: string): Database.Database {
  const file = path.join(folder, 'gatehouse.db');
  let database: Database.Database | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const isNew = !existsSync(file);
    database = new Database(file, { timeout: busyMilliseconds });
    if (isNew) chmodSync(file, 0o600);
    // One engine a folder: a second one would not see what the first one changes. The system frees the lock of a killed one.
    database.pragma('locking_mode = EXCLUSIVE');
    // A reopened WAL database is at NORMAL, which may lose acknowledged rows when the power fails: set and checked here.
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    if (database.pragma('synchronous', { simple: true }) !== full) throw new Error('synchronous is not FULL');
    migrate(database, file);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof GatehouseError) throw error;
    throw new GatehouseError('database-failed', `${file} cannot be opened: ${explain(error)}`, {
      cause: error,
    });
  }
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    return 'it is damaged or no database. Move it away and start again; nothing was changed in it.';
  }
  if (code.startsWith('SQLITE_BUSY')) return 'another Gatehouse uses it. Close that one first.';
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC')
    return 'the disk is full. Make room and start again.';
  if (
    code.startsWith('SQLITE_CANTOPEN') ||
    code.startsWith('SQLITE_READONLY') ||
    /^(EACCES|EPERM|EROFS)$/.test(code)
  ) {
    return 'the folder is not writable. Allow writing there or choose another one with --data.';
  }
  return error instanceof Error ? error.message : String(error);
}
