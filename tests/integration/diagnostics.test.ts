import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { alarmSettings } from '../../main/contract/alarm.ts';
import { settings } from '../../main/contract/site.ts';
import { createDiagnosticsZip, type DiagnosticsInput } from '../../main/diagnostics/diagnostics-zip.ts';
import { testCamera } from '../support/test-camera.ts';

const canary = 'C4nary-9f3a@:/';
let dataFolder: string;

beforeEach(async () => {
  dataFolder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-diagnostics-'));
  await mkdir(path.join(dataFolder, 'logs'));
  await writeFile(path.join(dataFolder, 'gatehouse.db'), 'x'.repeat(100));
});
afterEach(async () => {
  await rm(dataFolder, { recursive: true, force: true });
});

function input(more: Partial<DiagnosticsInput> = {}): DiagnosticsInput {
  const gate = testCamera(1, {
    mainUrl: 'rtsp://192.0.2.1/main?user=guard&pwd=hidden-1&channel=2',
    username: 'watcher-7',
  });
  return {
    site: {
      version: '1.2.3',
      dataFolder,
      keyWarning: null,
      settings: settings.parse({ siteName: 'Harbour' }),
      alarms: alarmSettings.parse({}),
      notices: [],
      backups: [],
      demoCameras: 0,
    },
    cameras: [gate],
    statuses: [
      {
        cameraId: gate.id,
        profile: 'sub',
        status: {
          state: 'waiting',
          since: 1,
          until: 2,
          error: { code: 'camera-protocol-error', message: `redirects to rtsp://guard:${canary}@192.0.2.9/` },
        },
      },
    ],
    layouts: [],
    windows: [{ dropped: { pictures: 3, sounds: 1 } }],
    pictures: { limitBytes: 1_000, usedBytes: 600, shortened: 2 },
    histories: [],
    logFolder: path.join(dataFolder, 'logs'),
    ...more,
  };
}

async function unzip(zip: Buffer): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const archive = await fromBufferPromise(zip);
  for await (const entry of archive.eachEntry()) {
    files.set(entry.fileName, (await buffer(await archive.openReadStreamPromise(entry))).toString());
  }
  return files;
}

test('a zip holds what helps: versions, cameras and their states, settings, sizes, logs, and what is in it', async () => {
  await writeFile(path.join(dataFolder, 'logs', 'gatehouse.1.log'), '{"msg":"first"}\n');
  const files = await unzip(await createDiagnosticsZip(input()));
  const read = (name: string) => JSON.parse(files.get(name) ?? '');
  expect(read('about.json')).toMatchObject({
    gatehouse: '1.2.3',
    processors: { count: os.cpus().length },
    memory: { pictures: { limitBytes: 1_000, usedBytes: 600, shortened: 2 } },
  });
  expect(read('cameras.json')).toMatchObject([
    { number: 1, statuses: [{ profile: 'sub', state: 'waiting' }] },
  ]);
  expect(read('windows.json')).toEqual([{ dropped: { pictures: 3, sounds: 1 } }]);
  expect(read('settings.json')).toMatchObject({ siteName: 'Harbour' });
  expect(read('database.json')).toMatchObject({ files: [{ name: 'gatehouse.db', bytes: 100 }] });
  expect(files.get('logs/gatehouse.1.log')).toContain('first');
  for (const name of files.keys()) {
    if (name !== 'README.txt') expect(files.get('README.txt')).toContain(name.split('/')[0]);
  }
});

test('a password is in no file of it, wherever it got into a log, an error or an address', async () => {
  const lines = [
    `{"msg":"dialling rtsp://guard:${canary}@192.0.2.1:554/main"}`,
    `Authorization: Basic ${Buffer.from(`guard:${canary}`).toString('base64')}`,
    `{"err":{"message":"http://192.0.2.1/cgi?usr=guard&pwd=${encodeURIComponent(canary)}"}}`,
    `{"password":${JSON.stringify(canary)}}`,
  ];
  await writeFile(path.join(dataFolder, 'logs', 'gatehouse.3.log'), `${lines.join('\n')}\n`);
  const files = await unzip(await createDiagnosticsZip(input()));
  const all = [...files.values()].join('\n');
  const basic = Buffer.from(`guard:${canary}`).toString('base64');
  for (const secret of [canary, encodeURIComponent(canary), basic, 'hidden-1', 'watcher-7']) {
    expect(all).not.toContain(secret);
  }
  expect(all).toContain('192.0.2.1');
});

test('of a long log the newest 2 MB are there, from the beginning of a line', async () => {
  const file = path.join(dataFolder, 'logs', 'gatehouse.1.log');
  for (let part = 0; part < 3; part++)
    await appendFile(file, `${`{"part":${part},"msg":"${'x'.repeat(980)}"}\n`.repeat(1_000)}`);
  await appendFile(file, '{"msg":"the last"}\n');
  const log = (await unzip(await createDiagnosticsZip(input()))).get('logs/gatehouse.1.log') ?? '';
  expect(log.length).toBeLessThanOrEqual(2 * 1024 * 1024);
  expect(log.length).toBeGreaterThan(2_000_000);
  for (const line of log.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  expect(log.trimEnd().endsWith('{"msg":"the last"}')).toBe(true);
});

test('without logs the zip is made all the same, and says so', async () => {
  const files = await unzip(
    await createDiagnosticsZip(input({ logFolder: path.join(dataFolder, 'nowhere') })),
  );
  expect(files.get('README.txt')).toContain('There are no log files');
});

test('a log file that cannot be read is said, and the others are there', async () => {
  await writeFile(path.join(dataFolder, 'logs', 'gatehouse.1.log'), '{"msg":"first"}\n');
  await mkdir(path.join(dataFolder, 'logs', 'gatehouse.2.log'));
  const files = await unzip(await createDiagnosticsZip(input()));
  expect(files.get('README.txt')).toContain('gatehouse.2.log could not be read');
  expect(files.get('logs/gatehouse.1.log')).toContain('first');
  expect([...files.keys()]).not.toContain('logs/gatehouse.2.log');
});

test('lines of the log stay JSON when something is taken out of them', async () => {
  const line = { msg: 'token: abc', auth: 12_345, url: 'rtsp://u:p"w@192.0.2.1/' };
  await writeFile(path.join(dataFolder, 'logs', 'gatehouse.1.log'), `${JSON.stringify(line)}\n`);
  const files = await unzip(await createDiagnosticsZip(input()));
  expect(JSON.parse(files.get('logs/gatehouse.1.log') ?? '')).toEqual({
    msg: 'token: ***',
    auth: '***',
    url: 'rtsp://***@192.0.2.1/',
  });
});

test('of a data folder in the home of a user the name of the user is not told', async () => {
  const { site } = input();
  const dataFolderOf = async (folder: string) => {
    const files = await unzip(await createDiagnosticsZip(input({ site: { ...site, dataFolder: folder } })));
    return JSON.parse(files.get('about.json') ?? '').dataFolder;
  };
  expect(await dataFolderOf(path.join(os.homedir(), 'gatehouse'))).toBe(path.join('~', 'gatehouse'));
  expect(await dataFolderOf(`${os.homedir()}-2`)).toBe(`${os.homedir()}-2`);
});
