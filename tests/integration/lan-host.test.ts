import { X509Certificate } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LanHost } from '../../main/contract/lan-host.ts';
import { OwnAuthority } from '../../main/lan/own-authority.ts';
import { type ApiClient, type ApiHarness, createHarness, memoryClient } from '../support/api-harness.ts';
import { freePort } from '../support/free-ports.ts';
import { LanBrowser } from '../support/lan-browser.ts';

const password = 'a long enough password';
let owned: AsyncDisposableStack;
let harness: ApiHarness;
let client: ApiClient;
let chosen: LanHost;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  client = memoryClient(harness);
  chosen = { open: true, port: await freePort(), interfaces: null, names: ['gate.lan'] };
});
afterEach(async () => {
  await owned.disposeAsync();
});

/** Gives the owner a password, opens the console, and returns somebody who trusts its authority. */
async function open(): Promise<LanBrowser> {
  await client.account.changePassword({ newPassword: password });
  await client.site.changeLanHost(chosen);
  return new LanBrowser(harness.store.lan.authority?.certificate ?? '', chosen.port);
}

const ownerName = () => harness.store.users.list()[0]?.name ?? '';

async function closed(socket: { once(event: 'close', listener: () => void): unknown }): Promise<void> {
  await new Promise<void>((resolve) => socket.once('close', resolve));
}

test('nothing is open to the network before somebody has opened it, and only when somebody could sign in', async () => {
  expect(await client.site.readLanHost()).toMatchObject({
    chosen: { open: false },
    addresses: [],
    problem: null,
  });
  await expect(client.site.changeLanHost(chosen)).rejects.toMatchObject({ code: 'not-allowed' });
  expect((await client.site.readLanHost()).addresses).toEqual([]);
  await expect(
    new Promise((_, reject) => net.connect(chosen.port, '127.0.0.2').once('error', reject)),
  ).rejects.toThrow('ECONNREFUSED');
});

test('whoever trusts the authority signs in over TLS on each usual network, and uses the API', async () => {
  const browser = await open();
  expect((await client.site.readLanHost()).addresses).toEqual([
    `https://127.0.0.2:${chosen.port}`,
    `https://127.0.0.3:${chosen.port}`,
  ]);
  for (const address of ['127.0.0.2', '127.0.0.3']) {
    expect((await browser.request(address, 'GET', '/session')).status).toBe(401);
  }
  const signedIn = await browser.signIn('127.0.0.2', { name: ownerName(), password });
  expect(signedIn.status).toBe(204);
  for (const cookie of [signedIn.headers['set-cookie'] ?? []].flat()) {
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; Secure/);
    expect(cookie).toMatch(/; SameSite=Strict/);
  }
  const socket = await browser.openSocket('127.0.0.2');
  const gone = closed(socket);
  // Closing ends what is connected, at once.
  await client.site.changeLanHost({ ...chosen, open: false });
  await gone;
  await expect(browser.request('127.0.0.2', 'GET', '/session')).rejects.toThrow('ECONNREFUSED');
});

test('a browser that does not trust the authority refuses, and so does one that asks without TLS', async () => {
  await open();
  const stranger = new LanBrowser((await OwnAuthority.make('other')).stored.certificate, chosen.port);
  await expect(stranger.request('127.0.0.2', 'GET', '/')).rejects.toThrow(/certificate|signature/);
  await expect(fetch(`http://127.0.0.2:${chosen.port}/`)).rejects.toThrow();
});

test('a link that signs in without a password opens nothing from another computer', async () => {
  const browser = await open();
  const token = harness.access.sessions.issueLink();
  expect((await browser.signIn('127.0.0.2', { token })).status).toBe(401);
});

test('other names and other pages get nothing and change nothing, whatever they ask for', async () => {
  const browser = await open();
  await browser.signIn('127.0.0.2', { name: ownerName(), password });
  const { port } = chosen;
  const right = `127.0.0.2:${port}`;
  const hosts = [
    right,
    `127.0.0.3:${port}`,
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.2',
    `127.0.0.2:${port + 1}`,
    `localhost:${port}`,
    `gate.lan.evil.example:${port}`,
    `127.0.0.2.nip.io:${port}`,
    '',
  ];
  const origins = [
    `https://${right}`,
    `http://${right}`,
    'https://evil.example',
    'null',
    `https://${right}.evil.example`,
    `https://evil.example/${right}`,
    `https://user@${right}`,
    'file://',
    '',
  ];
  let tried = 0;
  for (const host of hosts) {
    for (const origin of origins) {
      const isOurs = host === right && origin === `https://${right}`;
      if (isOurs) continue;
      const headers = { host, origin };
      const answers = [
        await browser.request('127.0.0.2', 'GET', '/', { headers }),
        await browser.request('127.0.0.2', 'DELETE', '/session', { headers }),
      ];
      for (const { status, body } of answers) {
        expect([400, 403], `${host} from ${origin}`).toContain(status);
        expect(body).not.toContain('<title>');
      }
      await expect(browser.openSocket('127.0.0.2', headers)).rejects.toThrow(/40[03]/);
      tried++;
    }
  }
  expect(tried).toBeGreaterThan(60);
  expect((await browser.request('127.0.0.2', 'GET', '/session')).status).toBe(204);
  expect(
    (await browser.request('127.0.0.2', 'GET', '/', { headers: { host: `gate.lan:${port}` } })).status,
  ).toBe(200);
});

test('another address of this computer gets a certificate, and whoever is connected over the old one stays', async () => {
  const browser = await open();
  await browser.signIn('127.0.0.2', { name: ownerName(), password });
  const socket = await browser.openSocket('127.0.0.2');
  harness.networks.splice(1, 1, { name: 'lan1', addresses: ['127.0.0.5'], isUsual: true });
  harness.lan.networkChanged();
  await expect
    .poll(() => harness.lan.addresses)
    .toEqual([`https://127.0.0.2:${chosen.port}`, `https://127.0.0.5:${chosen.port}`]);
  expect((await browser.request('127.0.0.5', 'GET', '/session')).status).toBe(204);
  const answered = new Promise((resolve) => socket.once('pong', resolve));
  socket.ping();
  await answered;
  const gone = closed(socket);
  socket.close();
  await gone;
});

test('a port that is taken is said, and what was open before stays open', async () => {
  const browser = await open();
  await browser.signIn('127.0.0.2', { name: ownerName(), password });
  const socket = await browser.openSocket('127.0.0.2');
  const other = net.createServer().listen(0, '127.0.0.2');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as net.AddressInfo;
  const all = net.createServer().listen(port, '127.0.0.3');
  await new Promise((resolve) => all.once('listening', resolve));
  await expect(client.site.changeLanHost({ ...chosen, port })).rejects.toMatchObject({ code: 'port-in-use' });
  expect(await client.site.readLanHost()).toMatchObject({ chosen, problem: null });
  expect((await browser.request('127.0.0.2', 'GET', '/session')).status).toBe(204);
  // Nobody was cut off for a change that did not happen.
  const answered = new Promise((resolve) => socket.once('pong', resolve));
  socket.ping();
  await answered;
  const gone = closed(socket);
  socket.close();
  await gone;
  for (const server of [other, all]) await new Promise((resolve) => server.close(resolve));
});

test('on a public address it is open only with a certificate of somebody who vouches for it', async () => {
  harness.networks.push({ name: 'wan0', addresses: ['203.0.113.5'], isUsual: true });
  const browser = await open();
  const { addresses, problem } = await client.site.readLanHost();
  expect(addresses).toEqual([`https://127.0.0.2:${chosen.port}`, `https://127.0.0.3:${chosen.port}`]);
  expect(problem).toContain('203.0.113.5');
  expect((await browser.request('127.0.0.3', 'GET', '/session')).status).toBe(401);
});

test('the authority survives a start, and vouches for no name that others may own', async () => {
  await open();
  const { certificate } = await client.site.readLanHost();
  const stored = harness.store.lan.authority;
  expect(stored?.certificate).toContain('BEGIN CERTIFICATE');
  if (stored === null) return;
  expect((await OwnAuthority.read(stored)).fingerprint).toBe(certificate.fingerprint);
  await expect(client.site.changeLanHost({ ...chosen, names: ['gate.example.com'] })).rejects.toMatchObject({
    code: 'bad-input',
  });
  expect((await client.site.readLanHost()).chosen.names).toEqual(['gate.lan']);
});

test('the authority is handed to whoever wants to trust it, and is all that is shown without signing in', async () => {
  const browser = await open();
  const { status, body, headers } = await browser.request('127.0.0.2', 'GET', '/gatehouse-authority.crt');
  expect([status, headers['content-type']]).toEqual([200, 'application/x-x509-ca-cert']);
  const { fingerprint } = (await client.site.readLanHost()).certificate;
  expect(new X509Certificate(Buffer.from(body, 'latin1')).fingerprint256).toBe(fingerprint);
});

test('a given certificate is checked before it is used: its key, its order, its end', async () => {
  const browser = await open();
  const authority = await OwnAuthority.make('elsewhere');
  const first = await authority.issue(['127.0.0.2', '127.0.0.3', 'gate.lan']);
  const second = await authority.issue(['127.0.0.2']);
  const foreign = await OwnAuthority.make('foreign');
  const use = (certificate: string, privateKey: string) =>
    client.site.useLanCertificate({ certificate, privateKey });
  const key = first.privateKey.reveal();
  const refused: readonly (readonly [string, string, string])[] = [
    ['certificate', 'nothing', key],
    ['certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', key],
    ['privateKey', first.certificate, 'nothing'],
    ['privateKey', first.certificate, second.privateKey.reveal()],
    ['privateKey', first.certificate, '-----BEGIN ENCRYPTED PRIVATE KEY-----'],
    [
      'certificate',
      `${first.certificate.split('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----\n${foreign.stored.certificate}`,
      key,
    ],
  ];
  for (const [field, certificate, privateKey] of refused) {
    await expect(use(certificate, privateKey), field).rejects.toMatchObject({
      code: 'bad-input',
      data: { issues: [{ path: field }] },
    });
  }
  expect((await client.site.readLanHost()).certificate.kind).toBe('own');
  expect((await browser.request('127.0.0.2', 'GET', '/session')).status).toBe(401);

  await use(first.certificate, key);
  const given = new LanBrowser(authority.stored.certificate, chosen.port);
  expect((await given.request('127.0.0.2', 'GET', '/session')).status).toBe(401);
  await expect(browser.request('127.0.0.2', 'GET', '/session')).rejects.toThrow(/certificate|signature/);
  await client.site.useOwnLanCertificate();
  expect((await browser.request('127.0.0.2', 'GET', '/session')).status).toBe(401);
});

test('whoever only connects, or never ends a sentence, keeps nobody out', async () => {
  const browser = await open();
  const silent = Array.from({ length: 200 }, () =>
    net.connect({ port: chosen.port, host: '127.0.0.2', localAddress: '127.0.0.1' }),
  );
  const half = tls.connect({ port: chosen.port, host: '127.0.0.2', ca: browser.authority });
  half.on('error', () => {});
  for (const socket of silent) socket.on('error', () => {});
  half.once('secureConnect', () => half.write('GET / HTTP/1.1\r\nHost: '));
  await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  expect((await browser.request('127.0.0.2', 'GET', '/session')).status).toBe(401);
  for (const socket of [...silent, half]) {
    const gone = closed(socket);
    socket.destroy();
    await gone;
  }
});
