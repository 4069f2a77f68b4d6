import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { GatehouseError } from '../../main/base/gatehouse-error.ts';
import { Backups, type BackupsOptions } from '../../main/store/backups.ts';
import { openDatabase } from '../../main/store/database.ts';
import { addWall, makeFolder, silentLog, wallNames } from '../support/damaged-store.ts';

const hour = 3_600_000;
const noon = Date.UTC(2026, 0, 31, 12, 0, 0);

let owned: AsyncDisposableStack;
let folder: string;
let database: Database.Database;
let time: number;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  folder = await makeFolder(owned);
  ({ database } = openDatabase(folder));
  owned.defer(() => void database.close());
  time = noon;
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(async () => {
  await owned.disposeAsync();
  vi.useRealTimers();
});

interface Watched {
  readonly backups: Backups;
  /** Resolves at the next change after this call. */
  nextChange(): Promise<void>;
  readonly failures: GatehouseError[];
  nextFailure(): Promise<void>;
}

function start(options: Partial<BackupsOptions> = {}): Watched {
  const failures: GatehouseError[] = [];
  let onChange = Promise.withResolvers<void>();
  let onFailure = Promise.withResolvers<void>();
  const backups = new Backups({
    database,
    folder,
    log: silentLog,
    now: () => time,
    onChange: () => {
      onChange.resolve();
      onChange = Promise.withResolvers();
    },
    onFailure: (error) => {
      failures.push(error);
      onFailure.resolve();
      onFailure = Promise.withResolvers();
    },
    ...options,
  });
  owned.use(backups);
  return { backups, failures, nextChange: () => onChange.promise, nextFailure: () => onFailure.promise };
}

/** The next hourly look, so many hours later. */
function pass(hours: number): void {
  time += hours * hour;
  vi.advanceTimersByTime(hour);
}

function inBackups(name: string): string {
  return path.join(folder, 'backups', name);
}

function wallsIn(file: string): string[] {
  const copy = new Database(file, { readonly: true });
  try {
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(copy.pragma('user_version', { simple: true })).toBe(
      database.pragma('user_version', { simple: true }),
    );
    return wallNames(copy);
  } finally {
    copy.close();
  }
}

test('a new folder gets a backup at once: one file, sound, for the owner only', async () => {
  addWall(database, 'gate');
  const { backups, nextChange } = start();
  await nextChange();
  const [backup] = backups.list();
  expect(backup).toMatchObject({ file: inBackups('gatehouse-2026-01-31T12-00-00-000Z.db'), time: noon });
  const stats = await stat(backup?.file ?? '');
  expect(stats.size).toBe(backup?.bytes);
  expect(stats.mode & 0o777).toBe(0o600);
  expect((await stat(path.join(folder, 'backups'))).mode & 0o777).toBe(0o700);
  expect(wallsIn(backup?.file ?? '')).toEqual(['gate']);
  expect(await readdir(path.join(folder, 'backups'))).toEqual(['gatehouse-2026-01-31T12-00-00-000Z.db']);
});

test('a backup is made each day, and only the newest seven are kept', async () => {
  const { backups, nextChange } = start();
  await nextChange();
  await writeFile(inBackups('gatehouse-notes.db'), 'mine');
  await writeFile(inBackups('gatehouse-2020-01-01T00-00-00-000Z.db.bak'), 'mine');
  await mkdir(inBackups('gatehouse-2020-01-01T00-00-00-000Z.db'));
  for (let day = 1; day <= 9; day++) {
    const changed = nextChange();
    pass(24);
    await changed;
  }
  const days = backups.list().map(({ time: made }) => (made - noon) / (24 * hour));
  expect(days).toEqual([9, 8, 7, 6, 5, 4, 3]);
  expect(await readdir(path.join(folder, 'backups'))).toHaveLength(7 + 3);
});

test('a backup of the last 24 hours is enough, also after a restart', async () => {
  const first = start();
  await first.nextChange();
  await first.backups[Symbol.asyncDispose]();
  time += 23 * hour;
  const { backups, nextChange } = start();
  const changed = nextChange();
  pass(0.5);
  pass(0.6);
  await changed;
  expect(backups.list().map((backup) => (backup.time - noon) / hour)).toEqual([24.1, 0]);
});

test('calls at the same time share one backup', async () => {
  const { backups } = start();
  const made = await Promise.all([backups.backUp(), backups.backUp(), backups.backUp()]);
  expect(new Set(made.map(({ file }) => file)).size).toBe(1);
  expect(backups.list()).toHaveLength(1);
  const next = await backups.backUp();
  expect(backups.list().map(({ file }) => file)).toEqual([next.file, made[0]?.file]);
  expect(next.file).not.toBe(made[0]?.file);
});

test('what is written while a backup is made does not break it', async () => {
  for (let index = 0; index < 3_000; index++) addWall(database, `wall ${index} ${'x'.repeat(400)}`);
  const { backups } = start();
  let isMade = false;
  const making = backups.backUp().finally(() => {
    isMade = true;
  });
  let written = 0;
  while (!isMade) {
    addWall(database, `meanwhile ${written++}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { file } = await making;
  expect(written).toBeGreaterThan(3);
  const walls = wallsIn(file);
  expect(walls.length).toBeGreaterThanOrEqual(3_000);
  expect(walls).toEqual(wallNames(database).slice(0, walls.length));
});

test('a clock that jumps back does not stop backups, nor does it let the wrong ones win', async () => {
  time = noon + 10 * 365 * 24 * hour;
  const future = start();
  await future.nextChange();
  await future.backups[Symbol.asyncDispose]();
  time = noon;
  const { backups, nextChange } = start();
  await nextChange();
  const changed = nextChange();
  pass(25);
  await changed;
  const hours = backups.list().map((backup) => (backup.time - noon) / hour);
  expect(hours).toEqual([25, 0, 10 * 365 * 24]);
});

test('what a killed engine left half made is removed at the start, and nothing else', async () => {
  await mkdir(path.join(folder, 'backups'));
  for (const name of ['making-123-456.tmp', 'making-123-456.tmp-journal', 'my-own.tmp']) {
    await writeFile(inBackups(name), 'half');
  }
  const { nextChange } = start();
  await nextChange();
  const names = await readdir(path.join(folder, 'backups'));
  expect(names.sort()).toEqual(['gatehouse-2026-01-31T12-00-00-000Z.db', 'my-own.tmp']);
});

test('a failing backup is reported once, tried again every hour, and reported anew after one that succeeded', async () => {
  await writeFile(path.join(folder, 'backups'), 'in the way');
  const { failures, nextChange, nextFailure } = start();
  if (failures.length === 0) await nextFailure();
  expect(failures[0]?.message).toMatch(/^No backup could be made in .*backups: /);
  pass(1);
  pass(1);
  // The attempt of an hour before may still be on its way, and succeed.
  const changed = nextChange();
  await rm(path.join(folder, 'backups'));
  pass(1);
  await changed;
  expect(failures).toHaveLength(1);
  await rm(path.join(folder, 'backups'), { recursive: true });
  await writeFile(path.join(folder, 'backups'), 'in the way');
  const failed = nextFailure();
  pass(25);
  await failed;
  expect(failures).toHaveLength(2);
});

test('who is told about a failing backup may fail as well', async () => {
  await writeFile(path.join(folder, 'backups'), 'in the way');
  const told = Promise.withResolvers<void>();
  const { backups, nextChange } = start({
    onFailure: () => {
      told.resolve();
      throw new Error('the disk is full');
    },
  });
  await told.promise;
  await expect(backups.backUp()).rejects.toThrow(/No backup could be made/);
  await rm(path.join(folder, 'backups'));
  const changed = nextChange();
  pass(1);
  await changed;
  expect(backups.list()).toHaveLength(1);
});

test('a copy that is damaged gets no good name, and no older backup is removed for it', async () => {
  const { backups, failures, nextChange, nextFailure } = start();
  await nextChange();
  for (let day = 1; day <= 7; day++) await backups.backUp();
  const before = backups.list();
  expect(before).toHaveLength(7);
  // The source itself is broken: one of its tables is not known any more.
  database.unsafeMode();
  database.exec(`PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'notice'`);
  const failed = nextFailure();
  pass(25);
  await failed;
  expect(failures[0]?.message).toMatch(
    /No backup .*: the copy is damaged \(.*notice.*\)\. Start Gatehouse again/,
  );
  expect(backups.list()).toEqual(before);
  expect(await readdir(path.join(folder, 'backups'))).toHaveLength(7);
});

test('a backup that has rotted since is not counted on: another one is made', async () => {
  const first = start();
  await first.nextChange();
  await first.backups[Symbol.asyncDispose]();
  const name = 'gatehouse-2026-01-31T12-00-00-000Z.db';
  const bytes = await readFile(inBackups(name));
  await writeFile(inBackups(name), bytes.subarray(0, bytes.length - 5_000));
  time += hour;
  const { backups, nextChange } = start();
  await nextChange();
  if (backups.list().length === 0) await nextChange();
  expect(backups.list().map((backup) => backup.time)).toEqual([time]);
  expect(await readdir(path.join(folder, 'backups'))).toContain(`${name}.damaged`);
});

test('a backup of a newer Gatehouse is neither counted on nor touched', async () => {
  const first = start();
  await first.nextChange();
  await first.backups[Symbol.asyncDispose]();
  const [made] = first.backups.list();
  const future = new Database(made?.file ?? '');
  future.pragma('user_version = 999');
  future.close();
  time += hour;
  const { backups, nextChange } = start();
  await nextChange();
  expect(backups.list().map((backup) => backup.time)).toEqual([time, noon]);
});

test('closing stops a backup that is being made, and leaves nothing of it', async () => {
  for (let index = 0; index < 2_000; index++) addWall(database, `wall ${index} ${'x'.repeat(400)}`);
  const { backups, failures } = start();
  const making = backups.backUp();
  const refused = expect(making).rejects.toThrow(/being closed/);
  await backups[Symbol.asyncDispose]();
  await refused;
  expect(failures).toEqual([]);
  expect(await readdir(path.join(folder, 'backups'))).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a backup is what a damaged database is restored from', async () => {
  addWall(database, 'saved');
  const { backups } = start();
  const { file, time: made } = await backups.backUp();
  await backups[Symbol.asyncDispose]();
  database.close();
  await writeFile(path.join(folder, 'gatehouse.db'), 'no database');
  const copy = await readFile(file);
  const opened = openDatabase(folder);
  database = opened.database;
  expect(opened.recovery).toMatchObject({ backup: file, backupTime: made });
  expect(wallNames(database)).toEqual(['saved']);
  expect((await readFile(file)).equals(copy)).toBe(true);
});
