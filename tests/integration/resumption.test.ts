import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashToken } from '../../main/access/principal.ts';
import type { HttpHost } from '../../main/hosts/http-host.ts';
import { type ApiHarness, createHarness, openSocket, signIn, startHost } from '../support/api-harness.ts';
import { openResumablePage } from '../support/resumable-page.ts';

let owned: AsyncDisposableStack;
let harness: ApiHarness;
let host: HttpHost;
let cookie: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  host = owned.use(await startHost(harness));
  cookie = await signIn(host);
});

afterEach(async () => {
  await owned.disposeAsync();
});

const openPage = async () => await openResumablePage(host, owned, () => cookie);
const layout = (name: string) => ({ id: crypto.randomUUID(), name, grid: '4' as const, tiles: [] });

test('over sockets that are lost again and again every call is done once and answered', async () => {
  const page = await openPage();
  const { client } = page;
  const snapshots: number[] = [];
  const changed: string[] = [];
  const stop = new AbortController();
  const watching = (async () => {
    for await (const event of await client.layouts.watch(undefined, { signal: stop.signal })) {
      if (event.type === 'snapshot') snapshots.push(event.layouts.length);
      else if (event.type === 'layout') changed.push(event.layout.name);
    }
  })();
  watching.catch(() => {});
  await expect.poll(() => snapshots.length).toBe(1);
  const names = Array.from({ length: 40 }, (_, index) => `Wall ${index}`);
  const calls: Promise<unknown>[] = [];
  for (const name of names) {
    calls.push(client.layouts.save(layout(name)));
    if (calls.length % 8 === 0) await page.drop();
  }
  await Promise.all(calls);
  const stored = harness.store.layouts.list().map(({ name }) => name);
  expect(stored.filter((name) => name.startsWith('Wall ')).sort()).toEqual([...names].sort());
  await expect.poll(() => [...changed].sort()).toEqual([...names].sort());
  expect(snapshots).toHaveLength(1);
  expect(page.sockets).toBeGreaterThan(5);
  stop.abort();
});

test('a window keeps its viewer when its socket is lost, and goes on with it', async () => {
  const { client, drop } = await openPage();
  const events = (await client.viewer.open({ slots: 1 }))[Symbol.asyncIterator]();
  await events.next();
  const before = [...harness.viewers.viewers];
  await drop();
  expect([...harness.viewers.viewers]).toEqual(before);
  // Told over the subscription of before: nothing was begun anew.
  const next = events.next();
  await before[0]?.[Symbol.asyncDispose]();
  expect((await next).done).toBe(true);
});

test('a page that says goodbye takes its viewer along at once', async () => {
  const { client, socket } = await openPage();
  await (await client.viewer.open({ slots: 1 }))[Symbol.asyncIterator]().next();
  expect([...harness.viewers.viewers]).toHaveLength(1);
  socket.close();
  await expect.poll(() => [...harness.viewers.viewers]).toHaveLength(0);
});

test('the token of a link is worth nothing to another session', async () => {
  const { client } = await openPage();
  const own = await openSocket(host, cookie, 'gatehouse.resumable.1');
  const opened = new Promise<string>((resolve) => own.once('message', (data) => resolve(String(data))));
  own.send('["open"]');
  const [, token] = JSON.parse(await opened);
  const resume = JSON.stringify(['resume', token, 0]);
  const stranger = await openSocket(host, await signIn(host), 'gatehouse.resumable.1');
  const refused = new Promise<string>((resolve) => stranger.once('message', (data) => resolve(String(data))));
  stranger.send(resume);
  expect(await refused).toBe('["gone"]');
  const second = await openSocket(host, cookie, 'gatehouse.resumable.1');
  const resumed = new Promise<string>((resolve) => second.once('message', (data) => resolve(String(data))));
  second.send(resume);
  expect(await resumed).toBe('["resumed",0]');
  // And the first page notices nothing of all that.
  expect(await client.cameras.list()).toEqual([]);
});

test('who is signed out while the socket is lost does not come back', async () => {
  const { client, socket, drop } = await openPage();
  await (await client.viewer.open({ slots: 1 }))[Symbol.asyncIterator]().next();
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }));
  harness.access.sessions.close(hashToken(cookie.split('=')[1] ?? ''));
  void drop();
  await closed;
  await expect.poll(() => [...harness.viewers.viewers]).toHaveLength(0);
});

test('a socket that does not say what it opens is served nothing', async () => {
  const socket = await openSocket(host, cookie, 'gatehouse.resumable.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.send('{"i":"1","p":{"u":"/layouts/list","b":{}}}');
  await closed;
});
