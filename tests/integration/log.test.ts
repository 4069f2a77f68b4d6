import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const modules = path.resolve(import.meta.dirname, '../../main/base');
const megabyte = 1024 * 1024;
let parent: string;
let folder: string;

beforeEach(async () => {
  parent = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-log-'));
  folder = path.join(parent, 'logs');
});
afterEach(async () => {
  await rm(parent, { recursive: true, force: true });
});

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A process that opens the log of the folder, does what the script says (`log`, `folder`, `fs`, `turn`), and closes it. */
async function run(script: string): Promise<Ended> {
  const source = `
    import fs from 'node:fs';
    import { setImmediate as turn } from 'node:timers/promises';
    import { openFileLog } from ${JSON.stringify(pathToFileURL(path.join(modules, 'log.ts')))};
    import { Secret } from ${JSON.stringify(pathToFileURL(path.join(modules, 'secret.ts')))};
    const folder = ${JSON.stringify(folder)};
    const opened = await openFileLog({ folder, level: 'info' });
    const { log } = opened;
    ${script}
    await opened[Symbol.asyncDispose]();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stderr };
}

function parse(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

async function readFiles(): Promise<string> {
  const names = await readdir(folder);
  return (await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))).join('');
}

async function sizes(): Promise<number[]> {
  const names = await readdir(folder);
  return Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).size));
}

/** About this many megabytes of lines; as an engine does it, one a turn. */
function lines(megabytes: number, message: string): string {
  return `for (let count = 0; count < ${(megabytes * megabyte) / 16_384}; count++) {
    const fields = Object.fromEntries(Array.from({ length: 8 }, (_, index) => ['field' + index, 'x'.repeat(1_990)]));
    log.info({ fields, count }, ${JSON.stringify(message)});
    await turn();
  }`;
}

test('a line is on stderr and in the file, which only its owner can read', async () => {
  await mkdir(folder);
  await chmod(folder, 0o755);
  const { code, stderr } = await run(`log.info({ camera: 'Gate' }, 'playing'); log.debug('not asked for');`);
  expect(code).toBe(0);
  expect(parse(stderr)).toMatchObject([{ level: 30, camera: 'Gate', msg: 'playing' }]);
  expect(await readdir(folder)).toEqual(['gatehouse.1.log']);
  expect(await readFiles()).toBe(stderr);
  if (process.platform === 'win32') return;
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(path.join(folder, 'gatehouse.1.log'))).mode & 0o777).toBe(0o600);
});

test('a password reaches neither stderr nor the files, whatever it is written in', async () => {
  const { code, stderr } = await run(`
    const secret = 'Canary/7@x';
    const address = 'rtsp://admin:' + secret + '@192.168.1.20/live';
    log.info('dialling ' + address);
    log.info('dialling %s with %o', address, { url: address });
    log.warn({ address, encoded: 'rtsp://admin:' + encodeURIComponent(secret) + '@gate.local/' }, 'address');
    log.warn({ headers: { Authorization: 'Basic ' + btoa('admin:' + secret) } }, 'header');
    log.warn('Authorization: Basic ' + btoa('admin:' + secret) + '\\r\\nCSeq: 1');
    log.warn({ request: 'GET /cgi?usr=admin&pwd=Canary/7@x&n=1', password: secret, deep: [{ token: secret }] }, 'query');
    log.warn({ secret: new Secret(secret) }, 'a secret');
    log.child({ camera: address }).error({ err: new Error('no answer of ' + address, { cause: new Error(address) }) });
    log.error(new AggregateError([new Error(address)], 'all failed: ' + address));
    log.fatal(Object.assign(new Error(address), { url: address, options: { passwd: secret } }), 'stopped');`);
  expect(code).toBe(0);
  const written = await readFiles();
  expect(written).toBe(stderr);
  expect(parse(stderr)).toHaveLength(10);
  for (const canary of ['Canary', btoa('admin:Canary/7@x')]) expect(stderr).not.toContain(canary);
  // What helps to find a fault is still there.
  expect(parse(stderr)[0]?.msg).toBe('dialling rtsp://***@192.168.1.20/live');
  expect(stderr).toContain('gate.local');
});

test('what a camera sends does not make a line of any length', async () => {
  const { stderr } = await run(`
    const answer = 'a'.repeat(1_000_000);
    log.warn({ answer, answers: Array(20).fill(answer), err: new Error(answer) }, answer);`);
  expect(stderr.length).toBeLessThan(25_000);
  expect(parse(stderr)).toMatchObject([{ answer: `${'a'.repeat(2_048)}… (1000000 characters)` }]);
});

test('a file is followed by the next at 2 MB, and five stay, the newest lines among them', async () => {
  const { code } = await run(`${lines(13, 'many')} log.info('the last one');`);
  expect(code).toBe(0);
  expect((await readdir(folder)).toSorted()).toEqual(
    [3, 4, 5, 6, 7].map((number) => `gatehouse.${number}.log`),
  );
  expect(Math.max(...(await sizes()))).toBeLessThan(2.05 * megabyte);
  expect((await sizes()).filter((size) => size >= 2 * megabyte)).toHaveLength(4);
  expect(parse(await readFile(path.join(folder, 'gatehouse.7.log'), 'utf8')).at(-1)?.msg).toBe(
    'the last one',
  );
});

test('restarts go on where the log ended and keep to the same bound', async () => {
  await run(`log.info('first');`);
  await run(`log.info('second');`);
  expect(await readdir(folder)).toEqual(['gatehouse.1.log']);
  expect(parse(await readFiles()).map(({ msg }) => msg)).toEqual(['first', 'second']);
  await writeFile(path.join(folder, 'notes.txt'), 'mine');
  for (let restart = 0; restart < 4; restart++) await run(lines(4.5, `start ${restart}`));
  const names = await readdir(folder);
  expect(names).toContain('notes.txt');
  expect(names).toHaveLength(6);
  expect((await sizes()).reduce((sum, size) => sum + size)).toBeLessThan(10.1 * megabyte);
});

test('a line is in the file even when the process is killed right after it', async () => {
  const { signal, stderr } = await run(`log.error('the last words'); process.kill(process.pid, 'SIGKILL');`);
  expect(signal).toBe('SIGKILL');
  expect(parse(await readFiles())).toMatchObject([{ msg: 'the last words' }]);
  expect(parse(stderr)).toMatchObject([{ msg: 'the last words' }]);
});

test('without a folder that can be written to, lines go to stderr, which says so once', async () => {
  await writeFile(folder, 'a file where the folder should be');
  const { code, stderr } = await run(
    `for (let count = 0; count < 3; count++) { log.info('goes on'); await turn(); }`,
  );
  expect(code).toBe(0);
  expect(parse(stderr).map(({ level, msg }) => [level, msg])).toEqual([
    [40, 'the log files cannot be written; lines go to stderr alone'],
    [30, 'goes on'],
    [30, 'goes on'],
    [30, 'goes on'],
  ]);
});

test('files that could not be written are tried again a minute later', async () => {
  await writeFile(folder, 'a file where the folder should be');
  const { code, stderr } = await run(`
    log.info('one');
    fs.rmSync(folder);
    log.info('two');
    performance.now = () => 70_000;
    log.info('three');
    while (!(fs.statSync(folder + '/gatehouse.1.log', { throwIfNoEntry: false })?.size > 0)) await turn();
    log.info('four');`);
  expect(code).toBe(0);
  expect(parse(await readFiles()).map(({ msg }) => msg)).toEqual(['the log files are written again', 'four']);
  expect(parse(stderr)).toHaveLength(6);
});

test.runIf(process.platform === 'linux')('a full disk is said once and stops nothing', async () => {
  await mkdir(folder);
  await symlink('/dev/full', path.join(folder, 'gatehouse.1.log'));
  const { code, stderr } = await run(
    `for (let count = 0; count < 3; count++) { log.info('goes on'); await turn(); }`,
  );
  expect(code).toBe(0);
  expect(parse(stderr).map(({ msg }) => msg)).toEqual([
    'goes on',
    'the log files cannot be written; lines go to stderr alone',
    'goes on',
    'goes on',
  ]);
  expect(parse(stderr)[1]).toMatchObject({ err: { code: 'ENOSPC' } });
});

test.runIf(process.platform === 'linux')('a full disk behind stderr stops nothing either', async () => {
  const { code } = await run(`
    fs.closeSync(2);
    fs.openSync('/dev/full', 'w');
    for (let count = 0; count < 3; count++) { log.info('goes on'); await turn(); }`);
  expect(code).toBe(0);
  expect(parse(await readFiles())).toHaveLength(3);
});

test('a log that is removed under us is begun again', async () => {
  const { code } = await run(`
    log.info('one');
    fs.rmSync(folder, { recursive: true });
    log.info('two');
    await turn();
    fs.rmSync(folder + '/gatehouse.1.log');
    log.info('three');`);
  expect(code).toBe(0);
  expect(parse(await readFiles()).map(({ msg }) => msg)).toEqual(['three']);
});
