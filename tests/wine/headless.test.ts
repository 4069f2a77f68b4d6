import { readdir, stat, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { siteText } from '../support/site-file-scene.ts';
import { runHeadlessOnWindows, WindowsHeadless, windowsDataFolder } from '../support/windows-headless.ts';
import { windowsPath } from '../support/windows-node.ts';

let owned: AsyncDisposableStack;
let folder: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  folder = await windowsDataFolder(owned);
});
afterEach(async () => {
  await owned.disposeAsync();
});

async function start(): Promise<WindowsHeadless> {
  return owned.use(await WindowsHeadless.start(folder));
}

const camera = {
  name: 'Tür “Süd”',
  mainUrl: 'rtsp://127.0.0.1:1/main',
  username: 'guard',
  password: 'geheim',
};

test('the link it prints opens the console; database and key are in a folder with spaces and umlauts', async () => {
  const { ready } = await start();
  expect(ready.url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${ready.port}/#token=[\\w-]{43}$`));
  const page = await fetch(`http://127.0.0.1:${ready.port}/`);
  expect(await page.text()).toContain('<title>Gatehouse');
  expect(await readdir(folder)).toEqual(expect.arrayContaining(['gatehouse.db', 'logs', 'secret.key']));
  expect((await stat(path.join(folder, 'secret.key'))).size).toBe(32);
});

test('a camera that was added is there after the task manager has ended it', async () => {
  const first = await start();
  const { id } = await (await first.client(owned)).cameras.add(camera);
  await first.kill();
  const second = await start();
  const found = await (await second.client(owned)).cameras.list();
  expect(found).toMatchObject([{ id, name: camera.name, username: 'guard', hasPassword: true }]);
});

test('Ctrl+C ends it with exit code 0 and leaves one whole database file', async () => {
  const headless = await start();
  await (await headless.client(owned)).cameras.add(camera);
  expect((await headless.process.interrupt()).code).toBe(0);
  const files = await readdir(folder);
  expect(files).toContain('gatehouse.db');
  expect(files).not.toContain('gatehouse.db-wal');
});

test('a second start on the same data is refused in words, and the first one goes on', async () => {
  const first = await start();
  const { code, stderr } = await runHeadlessOnWindows(folder, '--port', '0');
  expect(code).toBe(1);
  expect(stderr).toContain('another Gatehouse uses it');
  expect(await (await first.client(owned)).cameras.list()).toEqual([]);
});

test('a port that a program on the same machine has is refused in words', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  owned.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  const { code, stderr } = await runHeadlessOnWindows(folder, '--port', String(port));
  expect(code).toBe(1);
  expect(stderr).toContain(`Port ${port} is used by another program.`);
});

test('a data folder that lies under a file is refused in words', async () => {
  const file = path.join(path.dirname(folder), 'file');
  await writeFile(file, '');
  const { code, stderr } = await runHeadlessOnWindows(path.join(file, 'data'));
  expect(code).toBe(1);
  expect(stderr).toContain('its folder is a file, or lies under one');
});

test('a damaged database is put aside and the backup of the running console comes back', async () => {
  const first = await start();
  const client = await first.client(owned);
  // That of the start may still be in the making, and would be shared.
  await client.site.backUp();
  await client.cameras.add(camera);
  const { file } = await client.site.backUp();
  expect(file.startsWith(`${windowsPath(folder)}\\backups\\gatehouse-`)).toBe(true);
  await first.process.interrupt();
  await writeFile(path.join(folder, 'gatehouse.db'), 'no database at all');
  const second = await start();
  expect(await (await second.client(owned)).cameras.list()).toMatchObject([{ name: camera.name }]);
  const [moved = ''] = await readdir(path.join(folder, 'quarantine'));
  expect(await readdir(path.join(folder, 'quarantine', moved))).toContain('gatehouse.db');
});

test('--import takes a site file once and says so; one with mistakes changes nothing', async () => {
  const file = `${folder} site.json`;
  const windowsFile = windowsPath(file);
  const gate = { key: 'gate', name: 'Tor', mainUrl: 'rtsp://192.0.2.1/main' };
  await writeFile(file, siteText({ cameras: [gate] }));
  const taken = await runHeadlessOnWindows(folder, '--import', windowsFile);
  expect(taken).toMatchObject({ code: 0 });
  expect(taken.stderr).toContain(`${windowsFile} was taken`);
  expect((await runHeadlessOnWindows(folder, '--import', windowsFile)).stderr).toContain('changes nothing');
  await writeFile(file, siteText({ cameras: [{ ...gate, mainUrl: 'ftp://192.0.2.1' }] }));
  expect(await runHeadlessOnWindows(folder, '--import', windowsFile)).toMatchObject({ code: 2 });
  const headless = await start();
  expect(await (await headless.client(owned)).cameras.list()).toMatchObject([
    { name: 'Tor', mainUrl: 'rtsp://192.0.2.1/main' },
  ]);
});
