import { copyFile, mkdir, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../main/store/database.ts';
import type { Recovery } from '../../main/store/recovery.ts';
import {
  addWall,
  filesIn,
  makeFolder,
  makeKilledStore,
  makeStore,
  putForeignLog,
  wallNames,
} from '../support/damaged-store.ts';
import { seededRandom } from '../support/mutations.ts';

let owned: AsyncDisposableStack;
let folder: string;
let file: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  folder = await makeFolder(owned);
  file = path.join(folder, 'gatehouse.db');
});
afterEach(async () => {
  await owned.disposeAsync();
});

/** Opens, looks whether all is sound and can be written, and closes. */
function reopen(): { walls: string[]; recovery: Recovery | null } {
  const { database, recovery } = openDatabase(folder);
  try {
    const walls = wallNames(database);
    addWall(database, `written ${walls.length}`);
    database.prepare('DELETE FROM layout WHERE id = ?').run(`written ${walls.length}`);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    return { walls, recovery };
  } finally {
    database.close();
  }
}

async function expectInQuarantine(recovery: Recovery | null, damaged: Map<string, Buffer>): Promise<void> {
  const quarantine = recovery?.quarantine ?? '';
  expect(path.dirname(quarantine)).toBe(path.join(folder, 'quarantine'));
  for (const [name, bytes] of damaged) {
    // The index of a log is no data: SQLite makes it anew whenever it likes.
    if (!name.startsWith('gatehouse.db') || name.endsWith('-shm')) continue;
    expect((await readFile(path.join(quarantine, name))).equals(bytes), name).toBe(true);
  }
}

async function overwrite(name: string, position: number, bytes: Buffer): Promise<void> {
  const handle = await open(name, 'r+');
  await handle.write(bytes, 0, bytes.length, position);
  await handle.close();
}

const damages: readonly (readonly [name: string, damage: () => Promise<unknown>])[] = [
  ['that is no database', () => writeFile(file, 'this is a shopping list, and a long one: '.repeat(100))],
  ['of a few bytes', () => writeFile(file, 'SQLite')],
  ['of zeros', () => writeFile(file, Buffer.alloc(40_960))],
  ['cut off in the middle of a page', () => truncate(file, 30_000)],
  ['cut off after its first page', () => truncate(file, 4_096)],
  ['with a page of noise', () => overwrite(file, 2 * 4_096, Buffer.alloc(4_096, 0xa5))],
  ['with a flipped write version', () => overwrite(file, 18, Buffer.from([0x82]))],
  ['of a format that nobody knows', () => overwrite(file, 44, Buffer.from([0, 0, 0, 9]))],
  ['without its tables', () => emptied('DROP TABLE camera; DROP TABLE layout; DROP TABLE notice')],
  ['without one of its columns', () => emptied('ALTER TABLE camera DROP COLUMN username')],
  ['without its version', () => emptied('PRAGMA user_version = 0')],
  ['whose index is not that of its rows', () => replaceBytes('saved', 'sAved')],
  ['without a byte', () => writeFile(file, '')],
  ['that is missing', () => rm(file)],
];

/** The first place where a key is: in the row or in the index, but not in both. */
async function replaceBytes(from: string, to: string): Promise<void> {
  await overwrite(file, (await readFile(file)).indexOf(from), Buffer.from(to));
}

async function emptied(statement: string): Promise<void> {
  const database = new Database(file);
  database.exec(statement);
  database.close();
}

test.each(damages)('a database %s is put aside, and the newest backup takes its place', async (_, damage) => {
  await makeStore(folder, { backup: true });
  await damage();
  const damaged = await filesIn(folder);
  const { walls, recovery } = reopen();
  expect(walls).toEqual(['saved']);
  expect(recovery?.reason).not.toBe('');
  expect(path.dirname(recovery?.backup ?? '')).toBe(path.join(folder, 'backups'));
  expect(recovery?.backupTime).toBeLessThanOrEqual(Date.now());
  if (damaged.has('gatehouse.db')) await expectInQuarantine(recovery, damaged);
  else expect(recovery?.quarantine).toBeNull();
  expect(reopen()).toEqual({ walls: ['saved'], recovery: null });
});

test('without a backup a damaged database is put aside for an empty one, and the guard can be told', async () => {
  await makeKilledStore(folder, { backup: false });
  await truncate(file, 4_096 * 3 + 17);
  await overwrite(`${file}-wal`, 0, Buffer.alloc(100, 1));
  const damaged = await filesIn(folder);
  const { walls, recovery } = reopen();
  expect(walls).toEqual([]);
  expect(recovery).toMatchObject({ backup: null, backupTime: null });
  await expectInQuarantine(recovery, damaged);
  expect(reopen()).toEqual({ walls: [], recovery: null });
});

test('an empty file in a new folder is a new database', async () => {
  await writeFile(file, '');
  expect(reopen()).toEqual({ walls: [], recovery: null });
});

test('what a killed engine has in its log is there again', async () => {
  await makeKilledStore(folder, { backup: true });
  expect(reopen()).toEqual({ walls: ['saved', 'later', 'in the log'], recovery: null });
});

test('a half-written first page is no damage while the log has it', async () => {
  await makeKilledStore(folder, { backup: true });
  const { database } = openDatabase(folder);
  database.pragma('wal_autocheckpoint = 0');
  database.exec('CREATE TABLE other (x); DROP TABLE other');
  for (const suffix of ['', '-wal']) await copyFile(`${file}${suffix}`, `${file}.copy${suffix}`);
  database.close();
  for (const suffix of ['', '-wal']) await copyFile(`${file}.copy${suffix}`, `${file}${suffix}`);
  await overwrite(file, 0, Buffer.alloc(2_048, 7));
  expect(reopen()).toEqual({ walls: ['saved', 'later', 'in the log'], recovery: null });
});

test('a damaged log costs what only it had, and nothing else', async () => {
  await makeKilledStore(folder, { backup: true });
  await overwrite(`${file}-wal`, 0, Buffer.alloc(64, 0x5a));
  expect(reopen()).toEqual({ walls: ['saved', 'later'], recovery: null });
});

test('a damaged header is damage also beside a log that does not have it', async () => {
  await makeKilledStore(folder, { backup: true });
  await overwrite(file, 18, Buffer.from([0x82]));
  const damaged = await filesIn(folder);
  const { walls, recovery } = reopen();
  expect(walls).toEqual(['saved']);
  await expectInQuarantine(recovery, damaged);
});

test('a stale index of the log does not matter', async () => {
  await makeKilledStore(folder, { backup: true });
  await writeFile(`${file}-shm`, Buffer.alloc(32_768, 3));
  expect(reopen()).toEqual({ walls: ['saved', 'later', 'in the log'], recovery: null });
});

test('the log of another database goes into the quarantine, byte for byte, with what it damaged', async () => {
  await makeKilledStore(folder, { backup: true });
  await putForeignLog(file);
  const damaged = await filesIn(folder);
  const { walls, recovery } = reopen();
  expect(walls).toEqual(['saved']);
  await expectInQuarantine(recovery, damaged);
  expect(await readdir(recovery?.quarantine ?? '')).toEqual(['gatehouse.db', 'gatehouse.db-wal']);
});

test('a stale rollback journal is put aside and not rolled back into the backup', async () => {
  await makeStore(folder, { backup: true });
  await writeFile(file, 'no database');
  await writeFile(`${file}-journal`, Buffer.alloc(4_096, 9));
  expect(reopen().walls).toEqual(['saved']);
  expect(await readdir(folder)).not.toContain('gatehouse.db-journal');
});

test('damaged backups and those from the future are passed over', async () => {
  await makeStore(folder, { backup: true });
  const [good = ''] = await readdir(path.join(folder, 'backups'));
  const named = (name: string) => path.join(folder, 'backups', name);
  await copyFile(named(good), named('gatehouse-2020-01-01T00-00-00-000Z.db'));
  await copyFile(named(good), named('gatehouse-2020-01-02T00-00-00-000Z.db'));
  const future = new Database(named('gatehouse-2020-01-02T00-00-00-000Z.db'));
  future.pragma('user_version = 999');
  future.close();
  await writeFile(named('gatehouse-2020-01-03T00-00-00-000Z.db'), '');
  await writeFile(named(good), 'rotten');
  await writeFile(file, 'no database');
  const { walls, recovery } = reopen();
  expect(walls).toEqual(['saved']);
  expect(recovery?.backup).toBe(named('gatehouse-2020-01-01T00-00-00-000Z.db'));
  expect(recovery?.backupTime).toBe(Date.UTC(2020, 0, 1));
});

test('a second disaster does not touch what the first one put aside', async () => {
  await makeStore(folder, { backup: true });
  const quarantines: (string | null | undefined)[] = [];
  for (const content of ['first', 'second', 'third']) {
    await writeFile(file, content);
    quarantines.push(reopen().recovery?.quarantine);
  }
  expect(new Set(quarantines).size).toBe(3);
  const contents = await Promise.all(
    quarantines.map((each) => readFile(path.join(each ?? '', 'gatehouse.db'), 'utf8')),
  );
  expect(contents).toEqual(['first', 'second', 'third']);
});

test('a folder in place of the database is refused in plain words and stays', async () => {
  await makeStore(folder, { backup: true });
  await rm(file);
  await mkdir(path.join(file, 'holiday-pictures'), { recursive: true });
  const before = await filesIn(folder);
  expect(() => openDatabase(folder)).toThrow(/gatehouse\.db is not a file\. Move it away/);
  expect(await filesIn(folder)).toEqual(before);
});

test('a database that another program holds is refused, damaged or not, and nothing is moved', async () => {
  await makeStore(folder, { backup: true });
  await overwrite(file, 2 * 4_096, Buffer.alloc(4_096, 0xa5));
  const other = new Database(file);
  other.pragma('locking_mode = EXCLUSIVE');
  other.exec('BEGIN EXCLUSIVE');
  expect(() => openDatabase(folder)).toThrow(/another Gatehouse uses it/);
  expect((await readdir(folder)).sort()).not.toContain('quarantine');
  other.close();
});

test('a quarantine that cannot be written to leaves everything as it is', async () => {
  await makeStore(folder, { backup: true });
  await writeFile(file, 'no database');
  await writeFile(path.join(folder, 'quarantine'), 'in the way');
  const before = await filesIn(folder);
  expect(() => openDatabase(folder)).toThrow(/is damaged \(file is not a database\) and cannot be put aside/);
  expect(await filesIn(folder)).toEqual(before);
});

test('whatever happens to the bytes, the next start has a sound database and the old bytes are somewhere', async () => {
  const random = seededRandom(20_260_131);
  const outcomes = { kept: 0, restored: 0, refused: 0 };
  await makeKilledStore(folder, { backup: true });
  const original = await filesIn(folder);
  for (let round = 0; round < 120; round++) {
    await rm(folder, { recursive: true });
    await mkdir(path.join(folder, 'backups'), { recursive: true });
    for (const [name, bytes] of original)
      if (bytes.length > 0) await writeFile(path.join(folder, name), bytes);
    const victim = random(4) === 0 ? `${file}-wal` : file;
    // A database that was closed well has no log that could heal it.
    if (victim === file && random(3) > 0) await rm(`${file}-wal`);
    const bytes = await readFile(victim);
    if (random(4) === 0) await truncate(victim, random(bytes.length));
    for (let accidents = 1 + random(4); accidents > 0; accidents--) {
      const at = random(3) === 0 ? random(108) : random(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      await overwrite(victim, at, bytes.subarray(at, at + 1 + random(64)));
    }
    const damaged = await filesIn(folder);
    let opened: ReturnType<typeof reopen>;
    try {
      opened = reopen();
    } catch (error) {
      expect(String(error)).toMatch(/newer Gatehouse/);
      expect(await filesIn(folder)).toEqual(damaged);
      outcomes.refused++;
      continue;
    }
    outcomes[opened.recovery === null ? 'kept' : 'restored']++;
    if (opened.recovery !== null) {
      expect(opened.walls).toEqual(['saved']);
      await expectInQuarantine(opened.recovery, damaged);
    }
  }
  expect(outcomes.kept).toBeGreaterThan(0);
  expect(outcomes.restored).toBeGreaterThan(20);
});
