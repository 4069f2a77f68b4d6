import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectTo } from '../support/api-harness.ts';
import { Serve } from '../support/serve.ts';

const root = path.resolve(import.meta.dirname, '../..');
let owned: AsyncDisposableStack;
let data: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  data = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-headless-'));
  owned.defer(() => rm(data, { recursive: true, force: true }));
});
afterEach(async () => {
  await owned.disposeAsync();
});

/** Runs it to its end. */
async function run(
  ...parameters: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [path.join(root, 'dist/main/headless.js'), ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GATEHOUSE_LOG: 'silent' },
  });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}

test('the first line on stdout says where the console is, once it is there', async () => {
  const serve = owned.use(await Serve.start(['--data', data, '--port', '0']));
  const { url, port, pid } = serve.ready;
  expect(url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/#token=[\\w-]{43}$`));
  expect(pid).toBe(serve.process.pid);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with exit code 0, cameras and all', async (signal) => {
  const serve = owned.use(await Serve.start(['--data', data, '--port', '0', '--demo', '2']));
  expect(await serve.end(signal)).toBe(0);
  await expect(fetch(serve.ready.url)).rejects.toThrow();
});

test('demo cameras are there once, however often it is started', async () => {
  for (let round = 0; round < 2; round++) {
    const serve = owned.use(await Serve.start(['--data', data, '--port', '0', '--demo', '3']));
    expect(await serve.end('SIGTERM')).toBe(0);
  }
  const { openStore } = await import('../../main/store/store.ts');
  const { createLog } = await import('../../main/base/log.ts');
  using store = openStore({ folder: data, log: createLog('silent') });
  expect(store.cameras.list().map(({ name }) => name)).toEqual(['Car park', 'Harbour', 'Corridor']);
  expect(store.layouts.list()).toMatchObject([{ name: 'All cameras', grid: 'auto' }]);
});

test.each([
  ['no data folder', ['--port', '0'], '--data is missing'],
  ['a port that is none', ['--data', 'x', '--port', '70000'], '--port must be'],
  ['a word for a number', ['--data', 'x', '--demo', 'many'], '--demo must be'],
  ['an unknown option', ['--data', 'x', '--prot', '1'], "'--prot'"],
])('%s is refused with the usage', async (_what, parameters, sentence) => {
  const { code, stdout, stderr } = await run(...parameters);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(sentence);
  expect(stderr).toContain('Usage:');
});

test('a port that is taken is said in one sentence', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  owned.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as net.AddressInfo;
  const { code, stderr } = await run('--data', data, '--port', String(port));
  expect(code).toBe(1);
  expect(stderr).toBe(
    `Gatehouse cannot start. Port ${port} is used by another program. Choose another one with --port, or 0 for any free one.\n`,
  );
});

test('the owner who has lost the password gets back in with rights to the data folder, and not while it is in use', async () => {
  const password = 'violet teapot harbour';
  const signIn = async (port: number) => {
    const origin = `http://127.0.0.1:${port}`;
    const response = await fetch(`${origin}/session`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Owner', password }),
    });
    return { status: response.status, cookie: response.headers.getSetCookie()[0] ?? '' };
  };
  let cookie: string;
  {
    await using connections = new AsyncDisposableStack();
    const serve = connections.use(await Serve.start(['--data', data, '--port', '0']));
    const { port, url } = serve.ready;
    const issueToken = () => new URL(url).hash.slice('#token='.length);
    const { client } = await connectTo({ port, issueToken }, connections);
    await client.account.changePassword({ newPassword: password });
    await client.people.setStationRole({ roleId: 'viewer' });
    const signedIn = await signIn(port);
    expect(signedIn.status).toBe(204);
    cookie = signedIn.cookie;
    expect(await run('--data', data, '--reset-owner')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('another Gatehouse uses it'),
    });
  }
  expect(await run('--data', data, '--reset-owner')).toMatchObject({ code: 0, stdout: '' });
  expect(await run('--data', data, '--verify-audit')).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('The audit is as it was written'),
  });
  const serve = owned.use(await Serve.start(['--data', data, '--port', '0']));
  const { port } = serve.ready;
  expect((await signIn(port)).status).toBe(401);
  expect((await fetch(`http://127.0.0.1:${port}/session`, { headers: { cookie } })).status).toBe(401);
  const { client } = await connectTo(
    { port, issueToken: () => new URL(serve.ready.url).hash.slice('#token='.length) },
    owned,
  );
  const people = await client.people.watch();
  expect((await people.next()).value).toMatchObject({
    stationRoleId: 'owner',
    users: [{ name: 'Owner', hasPassword: false }],
  });
});
