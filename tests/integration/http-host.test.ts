import { mkdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HttpHost } from '../../main/hosts/http-host.ts';
import {
  type ApiHarness,
  createHarness,
  openSocket,
  originOf,
  postToken,
  signIn,
  startHost,
} from '../support/api-harness.ts';
import { freePort } from '../support/free-ports.ts';

let owned: AsyncDisposableStack;
let harness: ApiHarness;
let host: HttpHost;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  host = owned.use(await startHost(harness));
});
afterEach(async () => {
  await owned.disposeAsync();
});

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
}

/** A request with exactly these headers; `fetch` would not let a test lie about Host. */
async function request(
  method: string,
  path: string,
  headers: Record<string, string | undefined>,
  body?: string,
): Promise<Answer> {
  const given = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return await new Promise((resolve, reject) => {
    const sent = http.request(
      {
        host: '127.0.0.1',
        port: host.port,
        method,
        path,
        headers: Object.fromEntries(given),
        setHost: false,
        agent: false,
      },
      (response) => {
        response.resume();
        response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
      },
    );
    sent.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** Names and origins that a page, a rebinding name server or a typing mistake could come with. */
function combinations(port: number) {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  const foreign = [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1',
    `127.0.0.1:${port + 1}`,
    `127.0.0.1.evil.example:${port}`,
    `localhost.evil.example:${port}`,
    '',
  ];
  const origins = [
    ...own.map((name) => ({ value: `http://${name}`, allowed: true })),
    ...foreign.map((name) => ({ value: `http://${name}`, allowed: false })),
    ...['null', `https://127.0.0.1:${port}`, 'file://', 'app://console'].map((value) => ({
      value,
      allowed: false,
    })),
  ];
  const hosts = [
    ...own.map((value) => ({ value, allowed: true })),
    ...foreign.map((value) => ({ value, allowed: false })),
  ];
  return hosts.flatMap((name) =>
    origins.map((origin) => ({ name, origin, allowed: name.allowed && origin.allowed })),
  );
}

test('only our own names and origins get an answer, on every endpoint', async () => {
  const cookie = await signIn(host);
  const tried = combinations(host.port);
  expect(tried.length).toBeGreaterThanOrEqual(60);
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'MDEyMzQ1Njc4OWFiY2RlZg==',
  };
  for (const { name, origin, allowed } of tried) {
    const from = { host: name.value, origin: origin.value, cookie };
    const seen = `${name.value} ${origin.value}`;
    const page = await request('GET', '/', from);
    expect(page.status, seen).toBe(allowed ? 200 : 403);
    const session = await request('GET', '/session', from);
    expect(session.status, seen).toBe(allowed ? 204 : 403);
    const socket = await request('GET', '/api', { ...from, ...upgrade });
    expect(socket.status, seen).toBe(allowed ? 101 : 403);
  }
});

test('modules come in a charset that keeps Chromium from compiling them anew, and are kept for ever', async () => {
  const assets = path.join(harness.folder, 'assets');
  await mkdir(assets);
  await writeFile(path.join(assets, 'wall-1.js'), "export const words = 'Tür';");
  await writeFile(path.join(harness.folder, 'later.js'), '');
  const own = owned.use(await startHost(harness, 0, harness.folder));
  const [wall, later] = await Promise.all(
    ['/assets/wall-1.js', '/later.js'].map((file) => fetch(new URL(file, originOf(own)))),
  );
  expect(wall?.headers.get('content-type')).toBe('text/javascript; charset=iso-8859-2');
  expect(wall?.headers.get('cache-control')).toContain('immutable');
  expect(await wall?.text()).toContain('Tür');
  expect(later?.headers.get('content-type')).toMatch(/^(text|application)\/javascript; charset=utf-8$/i);
});

test('a request that changes something must say where it comes from', async () => {
  const headers = { host: `127.0.0.1:${host.port}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ token: host.issueToken() });
  expect((await request('POST', '/session', headers, body)).status).toBe(403);
  const ours = { ...headers, origin: originOf(host) };
  expect((await request('POST', '/session', ours, body)).status).toBe(204);
});

test('a token opens one session, in a cookie that scripts and other sites cannot have', async () => {
  const token = host.issueToken();
  const first = await postToken(host, token);
  expect(first.status).toBe(204);
  const cookie = first.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/HttpOnly/i);
  expect(cookie).toMatch(/SameSite=Strict/i);
  expect(cookie).not.toContain(token);
  expect((await postToken(host, token)).status).toBe(401);
});

test.each([
  ['no token', '{}'],
  ['a guess', JSON.stringify({ token: 'x'.repeat(43) })],
  ['no JSON', 'token=abc'],
  ['far too much', JSON.stringify({ token: 'x'.repeat(10_000) })],
])('%s opens no session', async (_what, body) => {
  const headers = {
    host: `127.0.0.1:${host.port}`,
    origin: originOf(host),
    'content-type': 'application/json',
  };
  const answer = await request('POST', '/session', headers, body);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.headers['set-cookie']).toBeUndefined();
});

test('guessing tokens is slowed down', async () => {
  const answers = [];
  for (let guess = 0; guess < 40; guess++) answers.push((await postToken(host, `guess-${guess}`)).status);
  expect(answers).toContain(429);
});

test('without a session there is no API', async () => {
  await expect(openSocket(host, '')).rejects.toThrow('401');
  await expect(openSocket(host, `gatehouse-${host.port}=forged`)).rejects.toThrow('401');
  expect((await request('GET', '/session', { host: `127.0.0.1:${host.port}` })).status).toBe(401);
});

test('a session outlives the host', async () => {
  const port = await freePort();
  const first = owned.use(await startHost(harness, port));
  const cookie = await signIn(first);
  await first[Symbol.asyncDispose]();
  const again = owned.use(await startHost(harness, port));
  const socket = await openSocket(again, cookie);
  socket.terminate();
});

test('every answer carries the strict policy, and nothing that lets other sites read it', async () => {
  for (const path of ['/', '/session', '/nothing-here']) {
    const { headers } = await request('GET', path, { host: `127.0.0.1:${host.port}` });
    expect(headers['content-security-policy'], path).toContain("default-src 'none'");
    expect(headers['content-security-policy'], path).not.toContain('unsafe');
    expect(headers['x-content-type-options'], path).toBe('nosniff');
    expect(headers['access-control-allow-origin'], path).toBeUndefined();
  }
});

test.each([
  '/../package.json',
  '/..%2fpackage.json',
  '/%2e%2e/package.json',
  '/..\\package.json',
  '/.git/config',
])('%s leads nowhere', async (path) => {
  const { status } = await request('GET', path, { host: `127.0.0.1:${host.port}` });
  expect(status).toBeGreaterThanOrEqual(400);
});

test('a port that is taken is refused in one clear sentence', async () => {
  await expect(startHost(harness, host.port)).rejects.toMatchObject({
    code: 'port-in-use',
    message: expect.stringContaining(String(host.port)),
  });
});

test('a browser that has as many pages as it may is refused another one, and is told when to try again', async () => {
  const cookie = await signIn(host);
  const sockets = await Promise.all(Array.from({ length: 64 }, () => openSocket(host, cookie)));
  await expect(openSocket(host, cookie)).rejects.toThrow('503');
  const ask = () => fetch(`${originOf(host)}/session`, { headers: { cookie } });
  const full = await ask();
  expect([full.status, full.headers.get('retry-after')]).toEqual([503, '5']);
  // Others have room.
  sockets.push(await openSocket(host, await signIn(host)));
  sockets[0]?.terminate();
  await expect.poll(async () => (await ask()).status).toBe(204);
  for (const socket of sockets) socket.terminate();
});
