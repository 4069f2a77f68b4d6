import { copyFile, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { createLog } from '../../main/base/log.ts';
import { Backups } from '../../main/store/backups.ts';
import { openDatabase } from '../../main/store/database.ts';

export const silentLog = createLog('silent');

/** A data folder for one test. */
export async function makeFolder(owned: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-store-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a row that tests know again. */
export function addWall(database: Database.Database, name: string): void {
  database
    .prepare(`INSERT INTO layout (id, name, grid, tiles, position) VALUES (?, ?, 'auto', '[]', 1)`)
    .run(name, name);
}

export function wallNames(database: Database.Database): string[] {
  const rows = database
    .prepare<[], { name: string }>(`SELECT name FROM layout WHERE id = name ORDER BY rowid`)
    .all();
  return rows.map(({ name }) => name);
}

/** A stopped engine's folder: walls `saved` and, made after the backup, `later`; 200 more so that there are pages to damage. */
export async function makeStore(folder: string, options: { backup: boolean }): Promise<void> {
  const { database } = openDatabase(folder);
  for (let index = 0; index < 200; index++) addFiller(database, index);
  addWall(database, 'saved');
  if (options.backup) {
    await using backups = new Backups({ database, folder, log: silentLog });
    await backups.backUp();
  }
  addWall(database, 'later');
  database.close();
}

/** What a killed engine leaves: what was written last is in the log only. */
export async function makeKilledStore(folder: string, options: { backup: boolean }): Promise<void> {
  await makeStore(folder, options);
  const { database } = openDatabase(folder);
  addWall(database, 'in the log');
  const copy = `${folder}-copy`;
  await cp(folder, copy, { recursive: true });
  database.close();
  await rm(folder, { recursive: true });
  await cp(copy, folder, { recursive: true });
  await rm(copy, { recursive: true });
}

/** Puts the log of another database beside one: each is sound, together they are not. */
export async function putForeignLog(file: string): Promise<void> {
  const other = `${file}-other`;
  const database = new Database(other);
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE noise (x)');
  for (let index = 0; index < 40; index++) database.exec('INSERT INTO noise VALUES (randomblob(900))');
  await copyFile(`${other}-wal`, `${file}-wal`);
  database.close();
  await rm(other);
}

/** Every file below a folder with its bytes. */
export async function filesIn(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    files.set(path.relative(folder, file), entry.isFile() ? await readFile(file) : Buffer.alloc(0));
  }
  return files;
}

function addFiller(database: Database.Database, index: number): void {
  database
    .prepare(`INSERT INTO notice (id, at, kind, message) VALUES (?, ?, 'clock-jumped', ?)`)
    .run(`notice ${index}`, index, `the message of notice ${index} `.repeat(10));
}
