import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type ApiHarness,
  createHarness,
  memoryClient,
  originOf,
  signIn,
  startHost,
} from '../support/api-harness.ts';
import { freePort } from '../support/free-ports.ts';

/*
 * What nobody's browser sends: to the host on loopback, and over TLS to that for other computers.
 */

const routes = [
  '/',
  '/session',
  '/api',
  '/whep/x',
  '/whep/x/y',
  '/whip/x',
  '/whip/x/y',
  '/publish.html',
  '/gatehouse-authority.crt',
  '/assets/x',
] as const;
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const;

interface Door {
  readonly name: string;
  /** Of Host and Origin. */
  readonly authority: string;
  readonly origin: string;
  connect(): net.Socket;
}

let owned: AsyncDisposableStack;
let harness: ApiHarness;
let doors: readonly Door[];
let cookie: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  const host = owned.use(await startHost(harness));
  const client = memoryClient(harness);
  await client.account.changePassword({ newPassword: 'a long enough password' });
  cookie = await signIn(host);
  const port = await freePort();
  await client.site.changeLanHost({ open: true, port, interfaces: ['lan0'], names: [] });
  const ca = harness.store.lan.authority?.certificate ?? '';
  doors = [
    {
      name: 'loopback',
      authority: `127.0.0.1:${host.port}`,
      origin: originOf(host),
      connect: () => net.connect(host.port, '127.0.0.1'),
    },
    {
      name: 'network',
      authority: `127.0.0.2:${port}`,
      origin: `https://127.0.0.2:${port}`,
      connect: () => tls.connect({ port, host: '127.0.0.2', ca }),
    },
  ];
});
afterEach(async () => {
  await owned.disposeAsync();
});

/** Sends bytes as they are; all that comes back until the server or the answer ends. */
async function exchange(door: Door, request: string | Buffer): Promise<string> {
  const socket = door.connect();
  const chunks: Buffer[] = [];
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    // Answers of kept connections have no end: the next request is none.
    if (Buffer.concat(chunks).includes('\r\n\r\n')) setTimeout(() => socket.destroy(), 5);
  });
  const closed = once(socket, 'close');
  socket.write(request);
  await closed;
  return Buffer.concat(chunks).toString('latin1');
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

function requestOf(
  door: Door,
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): string {
  const all = { Host: door.authority, Origin: door.origin, Connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}${length}\r\n${body}`;
}

test('no path leads out of the console’s own files', async () => {
  const paths = [
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/%2e%2e%2fpackage.json',
    '/..%5cpackage.json',
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/....//package.json',
    '//etc/passwd',
    '/etc/passwd',
    '/%00/etc/passwd',
    '/index.html%00.png',
    '/%c0%ae%c0%ae/package.json',
    '/..;/package.json',
    '/.git/config',
    '/session/../../package.json',
    '/whep/../../package.json',
    '/whep/..%2f..%2fpackage.json',
    '/whip/..%2f..%2fpackage.json',
    '/api/../../package.json',
    'http://127.0.0.1/../package.json',
    '/file:///etc/passwd',
    '/\\..\\..\\package.json',
  ];
  for (const door of doors) {
    for (const path of paths) {
      const answer = await exchange(door, requestOf(door, 'GET', path, '', { Cookie: cookie }));
      expect([400, 401, 403, 404, 0], `${door.name} ${path}`).toContain(statusOf(answer));
      expect(answer).not.toMatch(/"name": "gatehouse"|root:|\[core\]/);
    }
  }
});

test('no method and no body does anything without signing in, and nothing is answered with more than a sentence', async () => {
  const before = JSON.stringify([harness.cameras.list(), harness.site.state, harness.store.users.list()]);
  const bodies = [
    '',
    '{}',
    `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
    '{"__proto__":{"token":"x","admin":true}}',
    '{"constructor":{"prototype":{"admin":true}},"name":"Owner","password":"x"}',
    '{"token":{"toString":1}}',
    '{"name":"Owner","name":"Owner","password":"x"}',
    `{"token":"${'x'.repeat(3_500)}"}`,
    '\u0000\u0001\u0002',
    'token=x',
  ];
  for (const door of doors) {
    for (const route of routes) {
      for (const method of methods) {
        for (const body of method === 'POST' || method === 'PATCH' ? bodies : ['']) {
          const headers = body === '' ? {} : { 'Content-Type': 'application/json' };
          const answer = await exchange(door, requestOf(door, method, route, body, headers));
          const isPage =
            ['/', '/publish.html', '/gatehouse-authority.crt'].includes(route) &&
            ['GET', 'HEAD'].includes(method);
          const status = statusOf(answer);
          if (isPage) expect([200, 404]).toContain(status);
          else
            expect(
              [200, 204, 400, 401, 403, 404, 405, 413, 415, 429, 501],
              `${door.name} ${method} ${route} ${body.slice(0, 20)}`,
            ).toContain(status);
          if (status === 200 && !isPage) expect(method).toBe('OPTIONS');
          expect(answer).not.toMatch(/ at .+\.(?:ts|js):\d+|node_modules|set-cookie: gatehouse-\d+=[^;]/i);
        }
      }
    }
  }
  expect(JSON.stringify([harness.cameras.list(), harness.site.state, harness.store.users.list()])).toBe(
    before,
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('what is too large is refused before it is read, and half sentences end', async () => {
  for (const door of doors) {
    const large = requestOf(door, 'POST', '/session', '', {
      'Content-Type': 'application/json',
      'Content-Length': '1000000000',
    });
    expect(statusOf(await exchange(door, `${large}{`)), door.name).toBe(413);
    const offer = requestOf(door, 'POST', '/whep/x', '', {
      'Content-Type': 'application/sdp',
      'Content-Length': '1000000000',
    });
    expect(statusOf(await exchange(door, `${offer}v`))).toBe(401);
    const headers = requestOf(door, 'GET', '/', '', { 'X-Long': 'x'.repeat(40_000) });
    expect(statusOf(await exchange(door, headers))).toBe(431);
    const many = requestOf(
      door,
      'GET',
      '/',
      '',
      Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`X-${index}`, 'x'])),
    );
    expect([200, 431]).toContain(statusOf(await exchange(door, many)));
    for (const request of [
      '\r\n\r\n',
      'GET',
      'GET / HTTP/9.9\r\n\r\n',
      '\u0016\u0003\u0001\u0000',
      'GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      'GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
    ]) {
      const socket = door.connect();
      socket.on('error', () => {});
      socket.resume();
      const closed = once(socket, 'close');
      socket.end(request);
      await closed;
    }
  }
});

test('a flood of strangers keeps nobody out who may come in', async () => {
  for (const door of doors) {
    const upgrade = requestOf(door, 'GET', '/api', '', {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    });
    for (let count = 0; count < 20; count++) {
      const socket = door.connect() as net.Socket;
      socket.on('error', () => {});
      await once(socket, door.name === 'loopback' ? 'connect' : 'secureConnect');
      const gone = once(socket, 'close');
      socket.write(upgrade, () => (door.name === 'loopback' ? socket.resetAndDestroy() : socket.destroy()));
      await gone;
    }
    const flood = Array.from({ length: 50 }, async () => statusOf(await exchange(door, upgrade)));
    for (const status of await Promise.all(flood)) expect(status).toBe(401);
    const answer = await exchange(door, requestOf(door, 'GET', '/session', '', { Cookie: cookie }));
    // The cookie of loopback is no cookie of the network, but both are answered.
    expect(statusOf(answer)).toBe(door.name === 'loopback' ? 204 : 401);
  }
});
