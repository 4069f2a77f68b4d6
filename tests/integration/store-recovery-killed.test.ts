import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDatabase } from '../../main/store/database.ts';
import {
  addWall,
  filesIn,
  makeFolder,
  makeKilledStore,
  putForeignLog,
  wallNames,
} from '../support/damaged-store.ts';

/** How many more changes to the file system succeed; then all fail, as the process is gone, or only one. */
const life = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY, isOver: true }));

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  function mortal<Args extends unknown[], Result>(
    call: (...args: Args) => Result,
    half?: (...args: Args) => void,
  ) {
    return (...args: Args): Result => {
      if (life.left === 0) half?.(...args);
      life.left -= 1;
      if (life.left === -1 || (life.left < 0 && life.isOver)) throw new Error('killed');
      return call(...args);
    };
  }
  const changes = {
    mkdirSync: mortal(real.mkdirSync),
    renameSync: mortal(real.renameSync),
    rmdirSync: mortal(real.rmdirSync),
    rmSync: mortal(real.rmSync),
    chmodSync: mortal(real.chmodSync),
    fsyncSync: mortal(real.fsyncSync),
    copyFileSync: mortal(real.copyFileSync, (from, to) => {
      real.writeFileSync(to, real.readFileSync(from).subarray(0, 5_000));
    }),
  };
  return { ...real, ...changes, default: { ...real, ...changes } };
});

let owned: AsyncDisposableStack;

beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  life.left = Number.POSITIVE_INFINITY;
  await owned.disposeAsync();
});

/** Opens and is killed at one of its changes; false when it came to its end before. */
function openUntilKilled(folder: string, changes: number): boolean {
  life.left = changes;
  try {
    openDatabase(folder).database.close();
    return false;
  } catch (error) {
    expect(String(error)).toContain('killed');
    return true;
  } finally {
    life.left = Number.POSITIVE_INFINITY;
  }
}

/** The same for one that goes on after a change that failed. */
function failOnce(folder: string, changes: number): boolean {
  life.isOver = false;
  try {
    return openUntilKilled(folder, changes);
  } finally {
    life.isOver = true;
  }
}

const overwriteDatabase = (file: string) => writeFile(file, 'no database');

test.each([
  ['a damaged file, and the backup is restored', true, overwriteDatabase],
  ['a damaged file, and the database is empty, and the guard can be told', false, overwriteDatabase],
  ['a log that is not its own, and the backup is restored', true, putForeignLog],
])('killed at any moment of a recovery, the next start recovers: %s', async (_, backup, damage) => {
  let kills = 0;
  for (let isKilled = true; isKilled; kills++) {
    const folder = await makeFolder(owned);
    await makeKilledStore(folder, { backup });
    await damage(path.join(folder, 'gatehouse.db'));
    const damaged = await filesIn(folder);
    isKilled = openUntilKilled(folder, kills);
    const { database, recovery } = openDatabase(folder);
    expect(wallNames(database)).toEqual(backup ? ['saved'] : []);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    addWall(database, 'new');
    database.close();
    // Killed when all was done already there is nothing left to tell.
    if (!backup && isKilled) expect(recovery).toMatchObject({ backup: null });
    if (recovery !== null) expect(recovery.quarantine).not.toBeNull();
    const files = await filesIn(folder);
    for (const name of ['gatehouse.db', 'gatehouse.db-wal']) {
      const kept = [...files].filter(
        ([each]) => each.startsWith('quarantine') && path.basename(each) === name,
      );
      const bytes = damaged.get(name) ?? Buffer.alloc(0);
      expect(
        kept.some(([, found]) => found.equals(bytes)),
        `${name} after ${kills} changes`,
      ).toBe(true);
    }
    expect(files.has('gatehouse.db.restoring')).toBe(false);
  }
  expect(kills).toBeGreaterThan(10);
});

test('whichever step of a recovery fails, every file is where it was and the guard is told', async () => {
  const folder = await makeFolder(owned);
  await makeKilledStore(folder, { backup: true });
  await writeFile(path.join(folder, 'gatehouse.db'), 'no database');
  const before = await filesIn(folder);
  let failures = 0;
  for (; failOnce(folder, failures); failures++) {
    const after = await filesIn(folder);
    // The index of a log is no data.
    after.delete('gatehouse.db-shm');
    expect(after).toEqual(before);
  }
  expect(failures).toBeGreaterThan(10);
  expect((await filesIn(folder)).has('quarantine')).toBe(true);
});
