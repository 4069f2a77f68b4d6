import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ServeReady } from '../support/serve.ts';

const root = path.resolve(import.meta.dirname, '../..');
const sources = [
  'build',
  'main',
  'preload',
  'renderer',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];
let owned: AsyncDisposableStack;
/** A clone of the sources with its own dist and the packages of this one. */
let clone: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  clone = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-clone-'));
  owned.defer(() => rm(clone, { recursive: true, force: true }));
  for (const name of sources) {
    const filter = (file: string) => file !== path.join(root, 'build/clips');
    await cp(path.join(root, name), path.join(clone, name), { recursive: true, filter });
  }
  await symlink(path.join(root, 'node_modules'), path.join(clone, 'node_modules'), 'junction');
});
afterEach(async () => {
  await owned.disposeAsync();
});

function start(
  ...parameters: string[]
): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  return spawn(process.execPath, [path.join(clone, 'build/bootstrap.mjs'), ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GATEHOUSE_LOG: 'silent' },
  });
}

async function run(
  ...parameters: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = start(...parameters);
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}

function builtTargets(stderr: string): string[] {
  return [...stderr.matchAll(/built (\w+) in/g)].map(([, target]) => target ?? '');
}

async function append(file: string, addition: string): Promise<void> {
  const name = path.join(clone, file);
  await writeFile(name, (await readFile(name, 'utf8')) + addition);
}

test('builds everything once, and later only what has changed', async () => {
  const first = await run('build');
  expect(first.code, first.stderr).toBe(0);
  expect(first.stdout).toBe('');
  expect(builtTargets(first.stderr)).toEqual(['main', 'preload', 'renderer']);
  for (const file of ['main/headless.js', 'main/desktop.js', 'preload/preload.cjs', 'renderer/index.html']) {
    expect((await stat(path.join(clone, 'dist', file))).isFile()).toBe(true);
  }
  expect(await run('build')).toEqual({ code: 0, stdout: '', stderr: '' });
  await append('preload/preload.ts', '\n// changed\n');
  expect(builtTargets((await run('build')).stderr)).toEqual(['preload']);
});

test('two commands at once set the clone up once', async () => {
  const results = await Promise.all([run('build'), run('build')]);
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  expect(results.flatMap(({ stderr }) => builtTargets(stderr)).sort()).toEqual([
    'main',
    'preload',
    'renderer',
  ]);
});

/** What `npm test` has built of these sources; where nothing is built, or something else, the command does it. */
async function takeBuilt(): Promise<void> {
  const dist = path.join(root, 'dist');
  if (existsSync(dist)) await cp(dist, path.join(clone, 'dist'), { recursive: true });
}

test('a lock whose owner was killed keeps nobody out', async () => {
  await takeBuilt();
  await append('preload/preload.ts', '\n// changed\n');
  const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(dead, 'exit');
  await mkdir(path.join(clone, '.cache'), { recursive: true });
  await writeFile(path.join(clone, '.cache/set-up.lock'), String(dead.pid));
  const { code, stderr } = await run('build');
  expect(code).toBe(0);
  expect(builtTargets(stderr)).toContain('preload');
  expect(stderr).not.toContain('waiting');
});

test('a build that fails ends the command and leaves the last good one', async () => {
  await takeBuilt();
  await run('build');
  const built = path.join(clone, 'dist/preload/preload.cjs');
  const before = await readFile(built, 'utf8');
  await append('preload/preload.ts', '\nthis is no TypeScript\n');
  const { code, stderr } = await run('serve', '--data', path.join(clone, 'data'));
  expect(code).toBe(1);
  expect(stderr).toContain('the build failed');
  expect(await readFile(built, 'utf8')).toBe(before);
  expect((await run('build')).code).toBe(1);
});

test("the task's output, exit code and signals are its own", async () => {
  await takeBuilt();
  const refused = await run('serve', '--port', 'many', '--data', 'x');
  expect(refused.code).toBe(2);
  expect(refused.stdout).toBe('');

  const child = start('serve', '--data', path.join(clone, 'data'), '--port', '0', '--json');
  const exit = once(child, 'exit');
  owned.defer(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const ready = JSON.parse(line.toString()) as ServeReady;
  // As a terminal does, or whoever ends a group of processes: all of them get it, and some hand it on.
  process.kill(ready.pid, 'SIGTERM');
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

test('a command that does not exist is answered with those that do', async () => {
  const { code, stderr } = await run('sevre');
  expect(code).toBe(2);
  expect(stderr).toContain('serve');
});
