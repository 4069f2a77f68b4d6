import { spawnSync } from 'node:child_process';
import { chmod, chown, copyFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { explainDatabaseError, openDatabase } from '../../main/store/database.ts';
import {
  addWall,
  filesIn,
  makeFolder,
  makeKilledStore,
  makeStore,
  wallNames,
} from '../support/damaged-store.ts';

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

/** What a newer Gatehouse left when it was killed: its version is in the log only. */
async function leaveFutureLog(): Promise<void> {
  const { database } = openDatabase(folder);
  database.pragma('wal_autocheckpoint = 0');
  database.pragma('user_version = 999');
  for (const suffix of ['', '-wal']) await copyFile(`${file}${suffix}`, path.join(folder, `kept${suffix}`));
  database.close();
  for (const suffix of ['', '-wal']) await copyFile(path.join(folder, `kept${suffix}`), `${file}${suffix}`);
}

async function setFuture(): Promise<void> {
  const database = new Database(file);
  database.pragma('user_version = 999');
  database.close();
}

test.each([
  ['in the file', setFuture],
  ['in the log only', leaveFutureLog],
  [
    'in the file, beside an empty log and an index',
    async () => {
      await setFuture();
      await writeFile(`${file}-wal`, '');
      await writeFile(`${file}-shm`, Buffer.alloc(32_768));
    },
  ],
])('a database from the future is refused and stays as it is: its version is %s', async (_, travel) => {
  await makeStore(folder, { backup: true });
  await travel();
  const before = await filesIn(folder);
  expect(() => openDatabase(folder)).toThrow(
    /gatehouse\.db was written by a newer Gatehouse\. Install that version/,
  );
  expect(await filesIn(folder)).toEqual(before);
});

/** In a process of its own: the superuser may write everywhere. */
function openAsOrdinaryUser(): string {
  const module = path.resolve(import.meta.dirname, '../../main/store/database.ts');
  const script = `import { openDatabase } from ${JSON.stringify(module)};
    try { openDatabase(${JSON.stringify(folder)}).database.close(); console.log('opened'); }
    catch (error) { console.log(error.code, error.message); }`;
  const options = process.getuid?.() === 0 ? { uid: 65_534 } : {};
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    ...options,
    encoding: 'utf8',
  });
  return stdout === '' ? stderr : stdout;
}

const isWindows = process.platform === 'win32';
test.skipIf(isWindows).each([
  ['file', 'sound', 0o700, 0o400],
  ['file', 'damaged', 0o700, 0o400],
  ['folder', 'sound', 0o500, 0o600],
  ['folder', 'damaged', 0o500, 0o600],
])(
  'a read-only %s with a %s database is refused in plain words and stays',
  async (_, state, folderMode, fileMode) => {
    await makeStore(folder, { backup: true });
    if (state === 'damaged') await truncate(file, 5_000);
    const before = await filesIn(folder);
    for (const name of ['', ...before.keys()]) {
      if (process.getuid?.() === 0) await chown(path.join(folder, name), 65_534, 65_534);
    }
    await chmod(file, fileMode);
    await chmod(folder, folderMode);
    expect(openAsOrdinaryUser()).toMatch(/^database-failed .*gatehouse\.db cannot be opened: .*not writable/);
    await chmod(folder, 0o700);
    expect(await filesIn(folder)).toEqual(before);
  },
);

test('a full disk is said in words, nothing is half stored, and writes work again when there is room', async () => {
  const { database } = openDatabase(folder);
  owned.defer(() => void database.close());
  addWall(database, 'before');
  const pages = Number(database.pragma('page_count', { simple: true }));
  database.pragma(`max_page_count = ${pages}`);
  const add = database.transaction((names: readonly string[]) => {
    for (const name of names) addWall(database, name);
  });
  const many = Array.from({ length: 500 }, (_, index) => `wall ${index} ${'x'.repeat(100)}`);
  const thrown = thrownBy(() => add(many));
  expect(thrown).toMatchObject({ code: 'SQLITE_FULL' });
  expect(explainDatabaseError(thrown)).toMatchObject({
    code: 'disk-full',
    message: 'Nothing was saved in gatehouse.db: the disk is full. Make room on it and try again.',
  });
  expect(database.inTransaction).toBe(false);
  expect(wallNames(database)).toEqual(['before']);
  database.pragma('max_page_count = 1000000');
  add(many);
  expect(wallNames(database)).toHaveLength(501);
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
});

test.skipIf(process.platform !== 'linux')(
  'a full disk does not keep a killed engine from starting again',
  async () => {
    await makeKilledStore(folder, { backup: false });
    const module = path.resolve(import.meta.dirname, '../../main/store/database.ts');
    const script = `import { openDatabase } from ${JSON.stringify(module)};
    const { database, recovery } = openDatabase(${JSON.stringify(folder)});
    console.log(database.prepare("SELECT count(*) FROM layout WHERE name = 'in the log'").pluck().get(), recovery);
    process.kill(process.pid, 'SIGKILL');`;
    // No file may grow beyond 16 kB: to SQLite it is a disk without room for the 32 kB of an index.
    const limited = `trap '' XFSZ; ulimit -f 16; exec "$0" --input-type=module -e "$1"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', limited, process.execPath, script], {
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toBe('1 null\n');
    const { database, recovery } = openDatabase(folder);
    expect(recovery).toBeNull();
    expect(wallNames(database)).toEqual(['saved', 'later', 'in the log']);
    database.close();
  },
);

test('a database that another program locks is said in words', () => {
  const first = new Database(file);
  const second = new Database(file, { timeout: 0 });
  first.exec('CREATE TABLE wall (x); BEGIN EXCLUSIVE');
  expect(explainDatabaseError(thrownBy(() => second.exec('INSERT INTO wall VALUES (1)')))).toMatchObject({
    code: 'database-failed',
    message: expect.stringContaining('another Gatehouse uses it. Close that one first'),
  });
  first.close();
  second.close();
});

test.each([
  ['SQLITE_FULL', 'disk-full', /the disk is full/],
  ['SQLITE_BUSY_SNAPSHOT', 'database-failed', /another Gatehouse/],
  ['SQLITE_READONLY_DBMOVED', 'database-failed', /not writable/],
  ['SQLITE_CANTOPEN', 'database-failed', /not writable/],
  ['SQLITE_IOERR_FSYNC', 'database-failed', /Check it, then start Gatehouse again/],
  ['SQLITE_CORRUPT_INDEX', 'database-failed', /puts damaged files aside/],
  ['SQLITE_NOTADB', 'database-failed', /puts damaged files aside/],
])('%s is said in words: nothing was saved, and what to do', (code, expected, sentence) => {
  const explained = explainDatabaseError(new Database.SqliteError('as SQLite says it', code));
  expect(explained?.code).toBe(expected);
  expect(explained?.message).toMatch(/^Nothing was saved in gatehouse\.db: /);
  expect(explained?.message).toMatch(sentence);
});

test('a violated constraint, a wrong statement and a file that is not there are no trouble with the database', () => {
  const { database } = openDatabase(folder);
  owned.defer(() => void database.close());
  addWall(database, 'twice');
  const missing = Object.assign(new Error('permission denied'), { code: 'EACCES' });
  for (const thrown of [
    thrownBy(() => addWall(database, 'twice')),
    thrownBy(() => database.exec('SELECT nothing FROM nowhere')),
    missing,
    new Error('SQLITE_FULL'),
    'SQLITE_FULL',
    undefined,
  ]) {
    expect(explainDatabaseError(thrown)).toBeUndefined();
  }
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
