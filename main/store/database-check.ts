import { closeSync, existsSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { migrate, newestVersion, refuseNewer } from './migrations/migrate.ts';

/** An engine that is being stopped lets go of its folder within this time. */
export const busyMilliseconds = 3_000;

const magic = 'SQLite format 3\0';
const headerBytes = 100;
const chunkBytes = 1024 * 1024;
/** Their indexes are not compared with their rows: 300,000 take 350 ms, and nothing is lost with them. */
const bulkTables = new Set(['state_change', 'stream_sample', 'camera_event', 'event', 'audit_entry']);

/** What is known of a database file. */
export interface Inspection {
  /** How many migrations it has taken; 0 when it is empty, or too damaged to tell. */
  readonly version: number;
  /** What is damaged, for people; null when it is sound. */
  readonly damage: string | null;
}

/**
 * Looks at a database that no engine uses, without changing a byte of it or of its log.
 * @throws GatehouseError database-failed when it comes from a newer Gatehouse
 * @throws SqliteError when it cannot be looked at: locked, not readable, …
 */
export function inspectFile(file: string): Inspection {
  const hasLog = sizeOf(`${file}-wal`) > 0;
  const header = readWhole(file);
  const doubt = checkHeader(header);
  if (!hasLog) {
    if (doubt !== null) return { version: 0, damage: doubt };
    refuseNewer(header.readInt32BE(60), file);
    return inspectOpened(file, { readonly: false, doubt });
  }
  const hadIndex = existsSync(`${file}-shm`);
  try {
    // Closing a writable connection would write the log into the file.
    return inspectOpened(file, { readonly: true, doubt });
  } catch (error) {
    // On a full disk a reader has no room for its index of the log. An engine needs none, and must be able to start.
    if (!isCode(error, 'SQLITE_IOERR_SHMSIZE')) throw error;
    return inspectOpened(file, { readonly: false, doubt });
  } finally {
    if (!hadIndex) rmSync(`${file}-shm`, { force: true });
  }
}

/** @param doubt what is wrong with the header in the file; with a log the one in there counts */
function inspectOpened(
  file: string,
  { readonly, doubt }: { readonly: boolean; doubt: string | null },
): Inspection {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly, fileMustExist: true, timeout: busyMilliseconds });
    if (!readonly) database.pragma('locking_mode = EXCLUSIVE');
    const version = versionOf(database);
    refuseNewer(version, file);
    const damage = findDamage(database);
    // Only of a sound one: a damaged header may say that it has pages without end.
    const isDoubtful = damage === null && doubt !== null && checkHeader(database.serialize()) !== null;
    return { version, damage: isDoubtful ? doubt : damage };
  } catch (error) {
    // No statement here is wrong: SQLITE_ERROR means a header that makes no sense.
    if (isDamage(error) || isCode(error, 'SQLITE_ERROR')) return { version: 0, damage: error.message };
    throw error;
  } finally {
    database?.close();
  }
}

/**
 * Looks at a file that has no log, a table a turn: each blocks for less than 50 ms with 300,000 rows.
 * @throws SqliteError when it cannot be looked at
 */
export async function inspectInTurns(file: string): Promise<Inspection> {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly: true, fileMustExist: true, timeout: busyMilliseconds });
    const version = versionOf(database);
    for (const table of tablesOf(database)) {
      await turn();
      const damage = checkTable(database, table);
      if (damage !== null) return { version, damage };
    }
    return { version, damage: findWrongRows(database) };
  } catch (error) {
    if (isDamage(error)) return { version: 0, damage: error.message };
    throw error;
  } finally {
    database?.close();
  }
}

/** Whether SQLite says that the file itself is broken: not that it is locked, full, out of reach or on a failing disk. */
export function isDamage(error: unknown): error is Error {
  return isCode(error, 'SQLITE_NOTADB') || isCode(error, 'SQLITE_CORRUPT');
}

export function versionOf(database: Database.Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

function isCode(error: unknown, code: string): error is Error {
  return error instanceof Database.SqliteError && (error.code === code || error.code.startsWith(`${code}_`));
}

/**
 * Reads the file from end to end, several times faster than the check would read it from a cold disk, page by page; returns
 * its header. Before SQLite opens it: closing a file drops every lock that this process has on it.
 */
function readWhole(file: string): Buffer {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  const descriptor = openSync(file, 'r');
  try {
    const length = readSync(descriptor, chunk);
    const header = Buffer.from(chunk.subarray(0, Math.min(length, headerBytes)));
    while (readSync(descriptor, chunk) > 0);
    return header;
  } finally {
    closeSync(descriptor);
  }
}

/** https://www.sqlite.org/fileformat2.html#the_database_header */
function checkHeader(header: Buffer): string | null {
  if (header.length < headerBytes || header.toString('latin1', 0, magic.length) !== magic) {
    return 'file is not a database';
  }
  // SQLite would take a database with a damaged write version for one that must not be written.
  if ([header[18], header[19]].some((version) => version !== 1 && version !== 2)) {
    return 'the header of the file is damaged';
  }
  return null;
}

function findDamage(database: Database.Database): string | null {
  const damage = check(database, 'quick_check(1)');
  if (damage !== null) return damage;
  for (const table of tablesOf(database)) {
    const inTable = bulkTables.has(table) ? null : checkTable(database, table);
    if (inTable !== null) return inTable;
  }
  return findWrongRows(database);
}

function checkTable(database: Database.Database, table: string): string | null {
  const pragma = bulkTables.has(table) ? 'quick_check' : 'integrity_check';
  return check(database, `${pragma}('${table.replaceAll("'", "''")}')`);
}

function tablesOf(database: Database.Database): string[] {
  return database
    .prepare<[], { name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .all()
    .map(({ name }) => name);
}

function check(database: Database.Database, pragma: string): string | null {
  const answer = String(database.pragma(pragma, { simple: true }));
  return answer === 'ok' ? null : answer;
}

function findWrongRows(database: Database.Database): string | null {
  const orphans = database.pragma('foreign_key_check');
  if (!Array.isArray(orphans) || orphans.length > 0) return 'rows belong to rows that are missing';
  return findMissingSchema(database);
}

/** Compares with what the migrations up to the same version make. */
function findMissingSchema(database: Database.Database): string | null {
  const version = versionOf(database);
  if (version < 0 || version > newestVersion) return `its version is ${version}`;
  const there = columnsOf(database);
  if (version === 0) return there.size === 0 ? null : 'its version is missing';
  const expected = new Database(':memory:');
  try {
    migrate(expected, version);
    for (const column of columnsOf(expected)) if (!there.has(column)) return `${column} is missing`;
    return null;
  } finally {
    expected.close();
  }
}

function columnsOf(database: Database.Database): Set<string> {
  const rows = database
    .prepare<[], { name: string }>(`
      SELECT item.type || ' ' || item.name || coalesce('.' || part.name, '') AS name
      FROM sqlite_schema AS item LEFT JOIN pragma_table_xinfo(item.name) AS part
      WHERE item.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`)
    .all();
  return new Set(rows.map(({ name }) => name));
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
