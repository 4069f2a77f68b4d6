import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { Secret } from '../../main/base/secret.ts';
import { ownerUserId } from '../../main/contract/rights.ts';
import { openDatabase } from '../../main/store/database.ts';
import { openStore } from '../../main/store/store.ts';

const log = createLog('silent');
const gate = {
  name: 'Gate',
  group: '',
  mainUrl: 'rtsp://127.0.0.1/main',
  subUrl: null,
  username: null,
  password: null,
  connection: 'on-demand' as const,
};
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-store-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('cameras come back in their order after a restart, with their passwords', () => {
  const before = (() => {
    using store = openStore({ folder, log });
    store.cameras.insert({ ...gate, username: 'guard', password: new Secret('p@ss: wörd') });
    store.cameras.insert({ ...gate, name: 'Yard', number: 9 });
    store.cameras.insert({ ...gate, name: 'Door' });
    return store.cameras.list();
  })();
  expect(before.map(({ name, number, order }) => ({ name, number, order }))).toEqual([
    { name: 'Gate', number: 1, order: 0 },
    { name: 'Yard', number: 9, order: 1 },
    { name: 'Door', number: 10, order: 2 },
  ]);
  using store = openStore({ folder, log });
  const after = store.cameras.list();
  expect(after.map(({ password, ...camera }) => camera)).toEqual(
    before.map(({ password, ...camera }) => camera),
  );
  expect(after.map(({ password }) => password?.reveal())).toEqual(['p@ss: wörd', undefined, undefined]);
});

test('a write is durable before it is acknowledged: WAL and synchronous FULL, also on a reopened database', () => {
  for (let opened = 0; opened < 2; opened++) {
    const { database } = openDatabase(folder);
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(database.pragma('synchronous', { simple: true })).toBe(2);
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
    database.close();
  }
});

test('a password is in clear text nowhere on the disk, nor is a session', async () => {
  const canary = 'canary-5f1c9e';
  using store = openStore({ folder, log });
  store.cameras.insert({ ...gate, username: 'guard', password: new Secret(canary) });
  for (const file of await readdir(folder)) {
    const bytes = await readFile(path.join(folder, file));
    expect(bytes.includes(canary), file).toBe(false);
    expect(bytes.includes(Buffer.from(canary).toString('base64')), file).toBe(false);
  }
});

test('the same password is never stored as the same bytes', () => {
  {
    using store = openStore({ folder, log });
    for (const name of ['Gate', 'Yard'])
      store.cameras.insert({ ...gate, name, password: new Secret('same') });
  }
  const database = new Database(path.join(folder, 'gatehouse.db'), { readonly: true });
  const rows = database.prepare('SELECT sealed_password FROM camera').pluck().all() as Buffer[];
  database.close();
  expect(rows).toHaveLength(2);
  expect(rows[0]?.equals(rows[1] ?? Buffer.alloc(0))).toBe(false);
});

test('only the owner can read the key and the database', async () => {
  openStore({ folder, log })[Symbol.dispose]();
  for (const file of ['secret.key', 'gatehouse.db']) {
    expect((await stat(path.join(folder, file))).mode & 0o777).toBe(0o600);
  }
  await chmod(path.join(folder, 'secret.key'), 0o644);
  openStore({ folder, log })[Symbol.dispose]();
  expect((await stat(path.join(folder, 'secret.key'))).mode & 0o777).toBe(0o600);
});

test('another key opens no password and says what to do', async () => {
  {
    using store = openStore({ folder, log });
    store.cameras.insert({ ...gate, password: new Secret('hidden') });
  }
  await writeFile(path.join(folder, 'secret.key'), Buffer.alloc(32, 1));
  using store = openStore({ folder, log });
  expect(() => store.cameras.list()).toThrow(/secret\.key/);
});

test('a folder whose key is in the keychain says what to do where there is none, and makes no key of its own', async () => {
  const key = Buffer.alloc(32, 3);
  {
    using store = openStore({ folder, log, key });
    store.cameras.insert({ ...gate, password: new Secret('hunter2') });
  }
  expect(await readdir(folder)).not.toContain('secret.key');
  await writeFile(path.join(folder, 'secret.key.sealed'), 'wrapped');
  expect(() => openStore({ folder, log })).toThrow(/belong to the desktop app.*--headless.*Export site file/);
  expect(await readdir(folder)).not.toContain('secret.key');
  using store = openStore({ folder, log, key });
  expect(store.cameras.list()[0]?.password?.reveal()).toBe('hunter2');
});

test('a password that was moved to another camera does not open', () => {
  {
    using store = openStore({ folder, log });
    store.cameras.insert({ ...gate, password: new Secret('first') });
    store.cameras.insert({ ...gate, name: 'Yard' });
  }
  const database = new Database(path.join(folder, 'gatehouse.db'));
  database.exec(`UPDATE camera SET sealed_password = (SELECT sealed_password FROM camera WHERE number = 1)`);
  database.close();
  using store = openStore({ folder, log });
  expect(() => store.cameras.list()).toThrow(/decrypted/);
});

test('a second engine on the same folder is refused in plain words, and the first one goes on', () => {
  using store = openStore({ folder, log });
  expect(() => openStore({ folder, log })).toThrow(/another Gatehouse uses it/);
  store.cameras.insert(gate);
  expect(store.cameras.list()).toHaveLength(1);
});

test('a database from the future is refused in plain words, and not a byte of it changes', async () => {
  openStore({ folder, log })[Symbol.dispose]();
  const file = path.join(folder, 'gatehouse.db');
  const database = new Database(file);
  database.pragma('user_version = 999');
  database.close();
  const before = await readFile(file);
  expect(() => openStore({ folder, log })).toThrow(/newer Gatehouse/);
  expect((await readFile(file)).equals(before)).toBe(true);
});

test('a folder that cannot be made is refused in plain words', async () => {
  const file = path.join(folder, 'file');
  await writeFile(file, '');
  for (const folder of [file, path.join(file, 'data')]) {
    expect(() => openStore({ folder, log })).toThrow(
      /cannot be opened: its folder is a file, or lies under one/,
    );
  }
});

test('a number that is taken is refused, and nothing is written', () => {
  using store = openStore({ folder, log });
  store.cameras.insert(gate);
  expect(() => store.cameras.insert({ ...gate, name: 'Yard', number: 1 })).toThrow(/belongs to Gate/);
  expect(store.cameras.list()).toHaveLength(1);
});

test('sessions that were not used for long, or are over, are removed', () => {
  using store = openStore({ folder, log });
  const begun = (id: number, usedAt: number, expiresAt: number) => {
    const hash = Buffer.alloc(32, id);
    const times = { createdAt: 1_000, usedAt, expiresAt };
    const session = {
      id: randomUUID(),
      userId: ownerUserId,
      ...times,
      address: '127.0.0.1',
      browser: 'Chrome',
    };
    store.sessions.insert(hash, session);
    return hash;
  };
  const idle = begun(1, 1_000, 90_000);
  const over = begun(2, 8_000, 10_000);
  const open = begun(3, 1_000, 90_000);
  store.sessions.touch([open], 8_000);
  store.sessions.expire(5_000, 10_000);
  expect(store.sessions.find(idle)).toBeUndefined();
  expect(store.sessions.find(over)).toBeUndefined();
  expect(store.sessions.find(open)).toMatchObject({ usedAt: 8_000 });
});
