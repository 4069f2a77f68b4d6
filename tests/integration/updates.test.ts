import { once } from 'node:events';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { signFeeds } from '../../build/updates/sign-feeds.ts';
import type { UpdateState } from '../../main/contract/shell.ts';
import type { PackageKind } from '../../main/desktop/updates/package-kind.ts';
import { Updater } from '../../main/desktop/updates/updater.ts';
import {
  fakeAppImage,
  feedName,
  feedText,
  makeKeys,
  UpdateFolder,
  UpdateServer,
} from '../support/update-feed.ts';

/*
 * Feeds over HTTP and from folders, for an AppImage that is a shell script: all of it real but for Electron around it.
 */

let owned: AsyncDisposableStack;
let dataFolder: string;
let appImage: string;
let feed: UpdateFolder;
let server: UpdateServer;
let states: UpdateState[];
let refusal: string | null;
let backups: number;
let restarts: number;

const running = '1.0.0';
const old = fakeAppImage(running);

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  dataFolder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-updates-'));
  owned.defer(() => rm(dataFolder, { recursive: true, force: true }));
  appImage = path.join(dataFolder, 'Gatehouse.AppImage');
  await writeFile(appImage, old, { mode: 0o755 });
  await writeFile(path.join(dataFolder, 'app-update.yml'), 'updaterCacheDirName: gatehouse-updater\n');
  feed = await UpdateFolder.create(owned);
  server = await UpdateServer.start(owned, feed.folder);
  [states, refusal, backups, restarts] = [[], null, 0, 0];
  // electron-updater looks there, too.
  vi.stubEnv('APPIMAGE', appImage);
});
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  await owned.disposeAsync();
});

interface Prescribed {
  readonly where?: string | null;
  readonly installAt?: string;
  readonly forbidden?: boolean;
  readonly publicKey?: string | null;
  readonly kind?: PackageKind;
  readonly platform?: NodeJS.Platform;
  /** For how long a server may say nothing. */
  readonly stallMilliseconds?: number;
}

function createUpdater(prescribed: Prescribed = {}): Updater {
  const { where = server.url, installAt = 'quit', forbidden = false } = prescribed;
  const updater = owned.use(
    new Updater({
      dataFolder,
      kind: prescribed.kind ?? { name: 'appimage', file: appImage },
      version: running,
      publicKey: prescribed.publicKey === undefined ? feed.keys.publicKey : prescribed.publicKey,
      platform: prescribed.platform ?? 'linux',
      arch: 'x64',
      resourcesFolder: dataFolder,
      backUp: async () => {
        backups++;
        return refusal;
      },
      onState: (state) => states.push(state),
      onRestart: () => restarts++,
      stallMilliseconds: prescribed.stallMilliseconds ?? 60_000,
    }),
  );
  updater.prescribe({ feed: where, installAt, forbidden });
  return updater;
}

const appImageText = () => readFile(appImage, 'utf8');

async function expectUntouched(): Promise<void> {
  expect(await appImageText()).toBe(old);
  expect((await readdir(dataFolder)).filter((name) => name.includes('.next'))).toEqual([]);
}

/** Checks, and expects a refusal in these words; nothing is ready, and nothing was changed. */
async function expectRefused(words: RegExp, updater: Updater = createUpdater()): Promise<void> {
  await updater.check();
  expect(updater.state).toMatchObject({ name: 'failed', reason: expect.stringMatching(words) });
  expect(await updater.prepare()).toBe(false);
  expect(await updater.install(false)).toBe(false);
  expect(backups).toBe(0);
  await expectUntouched();
}

describe.each(['a server', 'a folder'])('a feed of %s', (kind) => {
  const where = () => (kind === 'a folder' ? feed.folder : server.url);

  test('a newer version is fetched, waits, and replaces this one when that is closed, behind a backup', async () => {
    await feed.publish('1.1.0');
    const updater = createUpdater({ where: where() });
    expect(updater.state).toEqual({ name: 'idle', checkedAt: null });
    await updater.check();
    expect(updater.state).toEqual({ name: 'ready', version: '1.1.0', installsAt: null });
    expect(updater.isDueOnQuit).toBe(true);
    const names = states.map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(['idle', 'checking', 'downloading']);
    expect(states.find(({ name }) => name === 'downloading')).toMatchObject({ version: '1.1.0', percent: 0 });
    await expectUntouched();
    expect(await updater.prepare()).toBe(true);
    expect(backups).toBe(1);
    await expectUntouched();
    await updater[Symbol.asyncDispose]();
    expect(await updater.install(false)).toBe(false);
    expect(await appImageText()).toBe(fakeAppImage('1.1.0'));
    expect((await stat(appImage)).mode & 0o777).toBe(0o755);
  });

  test('a package that was changed behind the feed is refused', async () => {
    const name = await feed.publish('1.1.0');
    await writeFile(feed.file(name), fakeAppImage('6.6.6'));
    await expectRefused(/is not the file that the feed was signed for/, createUpdater({ where: where() }));
  });

  test('a package that is cut off is refused', async () => {
    const name = await feed.publish('1.1.0');
    await truncate(feed.file(name), 1_000);
    await expectRefused(/is cut off: 1000 of \d+ bytes came/, createUpdater({ where: where() }));
  });

  test('a package that is longer than the feed says is refused', async () => {
    const name = await feed.publish('1.1.0');
    await appendFile(feed.file(name), 'x'.repeat(100_000));
    await expectRefused(/is larger than the \d+ bytes that it may have/, createUpdater({ where: where() }));
  });

  test('a feed that was changed behind its signature is refused', async () => {
    const name = await feed.publish('1.1.0');
    await writeFile(feed.file(name), fakeAppImage('6.6.6'));
    await writeFile(feed.file(feedName), feedText('1.1.0', name, fakeAppImage('6.6.6')));
    await expectRefused(/its signature does not fit/, createUpdater({ where: where() }));
  });

  test('a feed without a signature is refused, and not even fetched', async () => {
    await feed.publish('1.1.0');
    await rm(feed.file(`${feedName}.sig`));
    await expectRefused(/latest-linux\.yml\.sig/, createUpdater({ where: where() }));
    expect(server.asked).not.toContain(`/updates/${feedName}`);
  });

  test('a feed larger than a megabyte is refused', async () => {
    await feed.publish('1.1.0');
    await appendFile(feed.file(feedName), '#'.repeat(1024 * 1024));
    await expectRefused(/is larger than the 1048576 bytes/, createUpdater({ where: where() }));
  });

  test('without a feed there it says so', async () => {
    await expectRefused(/latest-linux\.yml\.sig/, createUpdater({ where: where() }));
  });
});

test('a feed that somebody else has signed is refused', async () => {
  await feed.publish('1.1.0');
  await expectRefused(/its signature does not fit/, createUpdater({ publicKey: makeKeys().publicKey }));
});

test('a signature that is none is refused', async () => {
  await feed.publish('1.1.0');
  await writeFile(feed.file(`${feedName}.sig`), 'yes, it is me\n');
  await expectRefused(/its signature is no Ed25519 signature/);
});

test('an older version is refused, whoever has signed it', async () => {
  await feed.publish('0.9.0');
  await expectRefused(/offers version 0\.9\.0, which is older than this one \(1\.0\.0\)/);
});

test('the same version is nothing new', async () => {
  const name = await feed.publish('1.0.0');
  const updater = createUpdater();
  await updater.check();
  expect(updater.state).toMatchObject({ name: 'idle', checkedAt: expect.any(Number) });
  expect(server.asked).not.toContain(`/updates/${name}`);
  await expectUntouched();
});

test('after a version was offered no lower one is taken, even after a restart', async () => {
  await feed.publish('1.2.0');
  const first = createUpdater();
  await first.check();
  expect(first.state).toMatchObject({ name: 'ready', version: '1.2.0' });
  await first[Symbol.asyncDispose]();
  await feed.publish('1.1.0');
  await expectRefused(/offers version 1\.1\.0, but has offered 1\.2\.0 before/);
});

test('when what it remembers is damaged nothing is taken', async () => {
  await feed.publish('1.1.0');
  await mkdir(path.join(dataFolder, 'updates'));
  await writeFile(path.join(dataFolder, 'updates/updates.json'), '{"highest":');
  await expectRefused(/updates\.json.* cannot be read/);
});

test('a feed of another system under the name of ours is refused', async () => {
  const name = 'Gatehouse-1.1.0-win-x64.exe';
  await writeFile(feed.file(name), 'MZ');
  await feed.publish('1.1.0');
  await writeFile(feed.file(feedName), feedText('1.1.0', name, 'MZ'));
  await signFeeds(feed.folder, feed.keys.privateKey);
  await expectRefused(/version 1\.1\.0 has no \.AppImage file for this computer \(x64\)/);
});

test('a redirect to another host is refused, and that host is not asked', async () => {
  let wasAsked = false;
  const other = createServer((_request, response) => {
    wasAsked = true;
    response.end();
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  owned.defer(async () => void other.close());
  const name = await feed.publish('1.1.0');
  const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/${name}`;
  for (const redirected of [name, feedName, `${feedName}.sig`]) {
    server.answers.clear();
    server.answers.set(redirected, (_request, response) => response.writeHead(302, { location }).end());
    await expectRefused(/takes updates only from where it was told to/);
  }
  expect(wasAsked).toBe(false);
});

test.each([
  ['before its first byte', (response: ServerResponse) => void response],
  ['in the middle', (response: ServerResponse) => response.write('#!/bin/sh\n')],
])('a server that hangs %s is given up', async (_when, begin) => {
  const name = await feed.publish('1.1.0');
  server.answers.set(name, (_request, response) => begin(response));
  await expectRefused(/has sent nothing of .*AppImage for 1 s/, createUpdater({ stallMilliseconds: 300 }));
});

test('a server that breaks off is told, and what was there is not kept', async () => {
  const name = await feed.publish('1.1.0');
  server.answers.set(name, (_request, response) => {
    response.writeHead(200, { 'content-length': 300_000 });
    response.write('#!/bin/sh\n', () => response.destroy());
  });
  await expectRefused(/could not be read from http/);
  const kept = await readdir(path.join(dataFolder, 'updates/gatehouse-updater/pending'));
  expect(kept.filter((file) => file.endsWith('.AppImage'))).toEqual([]);
});

test('nobody is asked when no feed is set, when updates are forbidden, or when the build has no key', async () => {
  await feed.publish('1.1.0');
  const off = createUpdater({ where: null });
  const forbidden = createUpdater({ forbidden: true });
  const keyless = createUpdater({ publicKey: null });
  for (const updater of [off, forbidden, keyless]) {
    await updater.check();
    expect(await updater.prepare()).toBe(false);
  }
  expect(off.state).toEqual({ name: 'off', reason: null });
  expect(forbidden.state).toEqual({ name: 'forbidden' });
  expect(keyless.state).toMatchObject({ name: 'off', reason: expect.stringContaining('no key for updates') });
  expect(server.asked).toEqual([]);
});

test('what is forbidden while it is ready is not installed, and nobody is asked any more', async () => {
  await feed.publish('1.1.0');
  const updater = createUpdater();
  await updater.check();
  expect(updater.state.name).toBe('ready');
  const asked = server.asked.length;
  updater.prescribe({ feed: server.url, installAt: 'quit', forbidden: true });
  await updater.check();
  expect(updater.isDueOnQuit).toBe(false);
  expect(await updater.prepare()).toBe(false);
  expect(await updater.install(false)).toBe(false);
  expect(server.asked.length).toBe(asked);
  await expectUntouched();
});

test('a download is stopped when the policy changes', async () => {
  const name = await feed.publish('1.1.0');
  const closed = new Promise<void>((resolve) => {
    server.answers.set(name, (request, response) => {
      response.write('#!/bin/sh\n');
      request.once('close', () => resolve());
      updater.prescribe(null);
    });
  });
  const updater = createUpdater();
  await updater.check();
  await closed;
  expect(updater.state).toEqual({ name: 'off', reason: null });
});

test('without a backup nothing is installed, and it says why', async () => {
  await feed.publish('1.1.0');
  refusal = 'The disk is full.';
  const updater = createUpdater();
  await updater.check();
  expect(await updater.prepare()).toBe(false);
  expect(updater.state).toMatchObject({
    name: 'failed',
    reason: expect.stringMatching(
      /1\.1\.0 was not installed, since no backup could be made.*The disk is full/,
    ),
  });
  expect(await updater.install(false)).toBe(false);
  await expectUntouched();
});

const downloaded = async () => {
  const pending = path.join(dataFolder, 'updates/gatehouse-updater/pending');
  const name = (await readdir(pending)).find((file) => file.endsWith('.AppImage')) ?? '';
  return path.join(pending, name);
};

test('a package that is changed on the disk before it is installed is refused, and fetched anew', async () => {
  await feed.publish('1.1.0');
  const updater = createUpdater();
  await updater.check();
  await writeFile(await downloaded(), fakeAppImage('6.6.6'));
  expect(await updater.prepare()).toBe(false);
  expect(updater.state).toMatchObject({ name: 'failed', reason: expect.stringMatching(/was changed after/) });
  expect(backups).toBe(0);
  await expectUntouched();
  await updater.check();
  expect(updater.state.name).toBe('ready');
});

test('one that is changed in the last moment is refused, and the next start says why', async () => {
  await feed.publish('1.1.0');
  const updater = createUpdater();
  await updater.check();
  expect(await updater.prepare()).toBe(true);
  await writeFile(await downloaded(), fakeAppImage('6.6.6'));
  expect(await updater.install(false)).toBe(false);
  await expectUntouched();
  const next = createUpdater();
  expect(next.state).toMatchObject({ name: 'failed', reason: expect.stringMatching(/was changed after/) });
  await next.check();
  expect(next.state.name).toBe('ready');
  expect(createUpdater().state).toEqual({ name: 'idle', checkedAt: null });
});

test("Windows' installer is not run when it is changed in the last moment", async () => {
  const name = 'Gatehouse-1.1.0-win-x64.exe';
  await writeFile(feed.file(name), 'MZ');
  await writeFile(feed.file('latest.yml'), feedText('1.1.0', name, 'MZ'));
  await signFeeds(feed.folder, feed.keys.privateKey);
  const updater = createUpdater({ kind: { name: 'nsis' }, platform: 'win32' });
  await updater.check();
  expect(updater.state).toEqual({ name: 'ready', version: '1.1.0', installsAt: null });
  expect(await updater.prepare()).toBe(true);
  await writeFile(path.join(dataFolder, 'updates/gatehouse-updater/pending', name), 'ZM');
  expect(await updater.install(false)).toBe(false);
  expect(createUpdater().state).toMatchObject({ reason: expect.stringMatching(/was changed after/) });
});

test('an AppImage that cannot be replaced stays as it is', async () => {
  await feed.publish('1.1.0');
  const folder = path.join(dataFolder, 'elsewhere');
  // In its place there is something that no file can be renamed to.
  const updater = createUpdater({ kind: { name: 'appimage', file: folder } });
  await mkdir(folder);
  await chmod(folder, 0o755);
  await updater.check();
  expect(await updater.prepare()).toBe(true);
  expect(await updater.install(false)).toBe(false);
  expect((await stat(folder)).isDirectory()).toBe(true);
  expect(createUpdater().state).toMatchObject({
    name: 'failed',
    reason: expect.stringMatching(/could not be replaced/),
  });
  await expectUntouched();
});

test('what was fetched by a run before is not fetched again', async () => {
  const name = await feed.publish('1.1.0');
  const first = createUpdater();
  await first.check();
  await first[Symbol.asyncDispose]();
  const second = createUpdater();
  await second.check();
  expect(second.state).toMatchObject({ name: 'ready', version: '1.1.0' });
  expect(server.asked.filter((asked) => asked.endsWith(name)).length).toBe(1);
});

test('one that waits gives way to a newer one, and stays when the feed cannot be reached', async () => {
  await feed.publish('1.1.0');
  const updater = createUpdater();
  await updater.check();
  await rm(feed.file(`${feedName}.sig`));
  await updater.check();
  expect(updater.state).toMatchObject({ name: 'ready', version: '1.1.0' });
  await feed.publish('1.2.0');
  await updater.check();
  expect(updater.state).toMatchObject({ name: 'ready', version: '1.2.0' });
  expect(await updater.prepare()).toBe(true);
  await updater.install(false);
  expect(await appImageText()).toBe(fakeAppImage('1.2.0'));
});

test('at the set hour it is prepared and asks for the restart; closing before installs nothing', async () => {
  await feed.publish('1.1.0');
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: new Date(2026, 10, 27, 2, 58) });
  const updater = createUpdater({ installAt: '03:00' });
  await updater.check();
  expect(updater.state).toMatchObject({ installsAt: new Date(2026, 10, 27, 3, 0).getTime() });
  expect(updater.isDueOnQuit).toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(backups).toBe(0);
  vi.advanceTimersByTime(70_000);
  await expect.poll(() => restarts).toBe(1);
  expect(backups).toBe(1);
  await updater.install(true);
  expect(await appImageText()).toBe(fakeAppImage('1.1.0'));
});

test('the feed is asked by itself, soon after the start and again hours later', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
  await feed.publish('1.0.0');
  const updater = createUpdater();
  vi.advanceTimersByTime(20_000);
  expect(server.asked).toEqual([]);
  vi.advanceTimersByTime(80_000);
  await expect.poll(() => updater.state).toMatchObject({ checkedAt: expect.any(Number) });
  const asked = server.asked.length;
  vi.advanceTimersByTime(2.9 * 3_600_000);
  expect(updater.state.name).toBe('idle');
  expect(server.asked.length).toBe(asked);
  vi.advanceTimersByTime(6.2 * 3_600_000);
  await expect.poll(() => server.asked.length).toBe(2 * asked);
});

test('where the package is replaced by hand, a newer version is told and nothing is fetched', async () => {
  const name = await feed.publish('1.1.0');
  const updater = createUpdater({ kind: { name: 'by-hand', how: 'Use the package manager.' } });
  await updater.check();
  expect(updater.state).toEqual({ name: 'available', version: '1.1.0', how: 'Use the package manager.' });
  expect(server.asked).not.toContain(`/updates/${name}`);
  expect(await updater.prepare()).toBe(false);
});

test('an updater that is closed while it downloads leaves nothing running', async () => {
  const name = await feed.publish('1.1.0');
  const asked = new Promise<ServerResponse>((resolve) => {
    server.answers.set(name, (_request, response) => {
      response.write('#!/bin/sh\n');
      resolve(response);
    });
  });
  const updater = createUpdater();
  const checked = updater.check();
  const response = await asked;
  const closed = once(response, 'close');
  await updater[Symbol.asyncDispose]();
  await Promise.all([checked, closed]);
  await expectUntouched();
});
