import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { windows } from '../../build/wine.ts';
import { windowsDataFolder } from '../support/windows-headless.ts';
import { WindowsProcess, windowsPath } from '../support/windows-node.ts';

const root = path.resolve(import.meta.dirname, '../..');
const sqlite = createRequire(import.meta.url).resolve('better-sqlite3');
let owned: AsyncDisposableStack;
let folder: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  folder = await windowsDataFolder(owned);
  await mkdir(folder);
});
afterEach(async () => {
  await owned.disposeAsync();
});

/** Does on Windows what the script says, with `folder`, `fs`, `path` and `load` (a module of `main`); returns what it prints as JSON. */
async function run(script: string): Promise<unknown> {
  const source = `
    import fs from 'node:fs';
    import path from 'node:path';
    import { pathToFileURL } from 'node:url';
    const folder = ${JSON.stringify(windowsPath(folder))};
    const load = (file) => import(pathToFileURL(path.join(${JSON.stringify(windowsPath(root))}, 'main', file)));
    const sqlite = ${JSON.stringify(windowsPath(sqlite))};
    const print = (value) => fs.writeSync(1, JSON.stringify(value) + '\\n');
    ${script}`;
  await using program = await WindowsProcess.run(windows.node, ['--input-type=module', '--eval', source]);
  const { code, stdout, stderr } = await program.ended();
  expect(code, stderr.slice(-2_000)).toBe(0);
  return JSON.parse(stdout);
}

test('the log begins a new file when one is full, and keeps five', async () => {
  await run(`
    const { openFileLog } = await load('base/log.ts');
    const opened = await openFileLog({ folder: path.join(folder, 'logs'), level: 'info' });
    const fields = Object.fromEntries(Array.from({ length: 8 }, (_, index) => ['field' + index, 'x'.repeat(1_990)]));
    for (let line = 0; line < 800; line++) {
      opened.log.info(fields);
      await new Promise(setImmediate);
    }
    await opened[Symbol.asyncDispose]();
    print('written');`);
  const names = await readdir(path.join(folder, 'logs'));
  expect(names.toSorted()).toEqual([3, 4, 5, 6, 7].map((number) => `gatehouse.${number}.log`));
});

test('a file that somebody has open cannot be replaced; moveFile waits until it is closed', async () => {
  const result = await run(`
    const { moveFile, moveFileSync } = await load('base/operating-system.ts');
    const from = path.join(folder, 'neu');
    const to = path.join(folder, 'alt');
    fs.writeFileSync(from, 'neu');
    fs.writeFileSync(to, 'alt');
    const held = fs.openSync(to);
    let code = 'moved';
    try { fs.renameSync(from, to); } catch (error) { code = error.code; }
    let patient = 'moved';
    try { moveFileSync(from, to); } catch (error) { patient = error.code; }
    const moving = moveFile(from, to);
    setTimeout(() => fs.closeSync(held), 100);
    await moving;
    print({ code, patient, content: fs.readFileSync(to, 'utf8') });`);
  expect(result).toEqual({ code: 'EPERM', patient: 'EPERM', content: 'neu' });
});

test('a backup is made although somebody reads an old one that is due to go, which goes with the next', async () => {
  const result = await run(`
    const { openStore } = await load('store/store.ts');
    const { Backups } = await load('store/backups.ts');
    const { createLog } = await load('base/log.ts');
    const { default: Database } = await import(pathToFileURL(sqlite));
    const log = createLog('silent');
    let now = Date.now();
    using store = openStore({ folder, log, key: null });
    await using backups = new Backups({ database: store.database, folder, log, now: () => now });
    for (let each = 0; each < 7; each++) { now += 1_000; await backups.backUp(); }
    const oldest = backups.list().at(-1).file;
    const reader = new Database(oldest, { readonly: true });
    reader.prepare('SELECT count(*) FROM camera').get();
    now += 1_000;
    await backups.backUp();
    const held = backups.list().length;
    reader.close();
    now += 1_000;
    await backups.backUp();
    print({ held, kept: backups.list().length, oldest: fs.existsSync(oldest) });`);
  expect(result).toEqual({ held: 8, kept: 7, oldest: false });
});

test('files for the owner, durable files and folders are no error where there are no modes and folders cannot be synced', async () => {
  await run(`
    const { writeDurably } = await load('base/durable-file.ts');
    const { keepForOwner, syncFile } = await load('base/operating-system.ts');
    const file = path.join(folder, 'Schlüssel');
    writeDurably(file, Buffer.from('eins'));
    writeDurably(file, Buffer.from('zwei'));
    keepForOwner(file);
    keepForOwner(folder);
    syncFile(file);
    print('written');`);
  expect(await readFile(path.join(folder, 'Schlüssel'), 'utf8')).toBe('zwei');
});
