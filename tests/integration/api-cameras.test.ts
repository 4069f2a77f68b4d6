import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Camera, CameraEvent } from '../../main/contract/camera.ts';
import { type ApiClient, type ApiHarness, createHarness, memoryClient } from '../support/api-harness.ts';
import { refused } from '../support/refused.ts';

let owned: AsyncDisposableStack;
let harness: ApiHarness;
let client: ApiClient;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  client = memoryClient(harness);
});
afterEach(async () => {
  await owned.disposeAsync();
});

async function add(
  name: string,
  more: { number?: number; group?: string; password?: string } = {},
): Promise<Camera> {
  return await client.cameras.add({ name, mainUrl: `rtsp://127.0.0.1:1/${name}`, ...more });
}
const names = async () => (await client.cameras.list()).map(({ name }) => name);

/** The events after the snapshot that came until `done`. */
async function eventsUntil(
  work: () => Promise<unknown>,
  done: (event: CameraEvent) => boolean,
): Promise<CameraEvent[]> {
  const watching = await client.cameras.watch();
  await watching.next();
  await work();
  const seen: CameraEvent[] = [];
  for await (const event of watching) {
    if (event.type !== 'status') seen.push(event);
    if (done(event)) break;
  }
  return seen;
}

test('a camera is edited field by field; windows hear of it, and the password stays', async () => {
  const gate = await add('gate', { password: 'right' });
  const seen = await eventsUntil(
    () => client.cameras.edit({ id: gate.id, name: 'Main gate', connection: 'always' }),
    ({ type }) => type === 'camera',
  );
  const edited = { ...gate, name: 'Main gate', connection: 'always' };
  expect(seen).toEqual([{ type: 'camera', camera: edited }]);
  expect(await client.cameras.list()).toEqual([edited]);
  expect(harness.store.cameras.list()[0]?.password?.reveal()).toBe('right');
});

test('many cameras are added at once, or none of them', async () => {
  await add('gate');
  const input = (name: string, path = name) => ({ name, mainUrl: `rtsp://127.0.0.1:1/${path}` });
  const twin = await refused(client.cameras.addAll({ cameras: [input('a'), input('b', 'gate')] }));
  expect(twin).toMatchObject({ code: 'already-there', data: { issues: [{ path: 'cameras[1].mainUrl' }] } });
  const same = await refused(client.cameras.addAll({ cameras: [input('a'), input('b', 'a')] }));
  expect(same).toMatchObject({ code: 'already-there', data: { issues: [{ path: 'cameras[1].mainUrl' }] } });
  expect(await names()).toEqual(['gate']);
  const added = await client.cameras.addAll({ cameras: [input('a'), input('b')] });
  expect(added.map(({ number }) => number)).toEqual([2, 3]);
  expect(await names()).toEqual(['gate', 'a', 'b']);
});

test('two cameras swap their numbers in one import, and not one by one', async () => {
  const [a, b] = [await add('a'), await add('b')];
  expect(await refused(client.cameras.edit({ id: a.id, number: 2 }))).toMatchObject({
    code: 'already-there',
  });
  const { text } = await client.cameras.export({ format: 'json' });
  const file = JSON.parse(text) as { cameras: { number: number }[] };
  for (const camera of file.cameras) camera.number = 3 - camera.number;
  expect(await client.cameras.import({ text: JSON.stringify(file) })).toEqual({ added: 0, changed: 2 });
  expect(await client.cameras.list()).toEqual([
    { ...a, number: 2 },
    { ...b, number: 1 },
  ]);
});

test('the same camera twice is refused with the one that is there, whatever its address is written like', async () => {
  await add('gate', { number: 12 });
  const twice = client.cameras.add({ name: 'Other', mainUrl: 'rtsp://user:x@127.0.0.1:1/gate' });
  const error = await refused(twice);
  expect(error).toMatchObject({ code: 'already-there', data: { issues: [{ path: 'mainUrl' }] } });
  expect(error.message).toContain('camera 12, gate');
  const other = await add('other');
  const edited = client.cameras.edit({ id: other.id, mainUrl: 'rtsp://127.0.0.1:1/gate' });
  expect(await refused(edited)).toMatchObject({ code: 'already-there' });
  expect(await names()).toEqual(['gate', 'other']);
});

test('removed cameras are gone at once and come back whole: place, number, password', async () => {
  for (const name of ['a', 'b', 'c']) await add(name, { password: `secret-${name}` });
  const before = await client.cameras.list();
  const ids = before.slice(0, 2).map(({ id }) => id);
  await client.cameras.remove({ ids });
  expect(await names()).toEqual(['c']);
  expect(await refused(client.cameras.edit({ id: ids[0] ?? '', name: 'x' }))).toMatchObject({
    code: 'not-found',
  });
  await client.cameras.restore({ ids });
  expect(await client.cameras.list()).toEqual(before);
  expect(harness.store.cameras.list().map(({ password }) => password?.reveal())).toEqual([
    'secret-a',
    'secret-b',
    'secret-c',
  ]);
});

test('a camera that comes back gives way where its number was given to another one', async () => {
  const gate = await add('gate');
  await client.cameras.remove({ ids: [gate.id] });
  const other = await add('other', { number: 1 });
  const [restored] = await client.cameras.restore({ ids: [gate.id] });
  expect(restored).toMatchObject({ id: gate.id, number: 2 });
  expect((await client.cameras.list()).find(({ id }) => id === other.id)?.number).toBe(1);
});

test('one unknown camera among those to remove removes none', async () => {
  const gate = await add('gate');
  const remove = client.cameras.remove({ ids: [gate.id, randomUUID()] });
  expect(await refused(remove)).toMatchObject({ code: 'not-found' });
  expect(await names()).toEqual(['gate']);
});

test('cameras are moved together, and windows learn the new order', async () => {
  const [a, b, c, d] = [await add('a'), await add('b'), await add('c'), await add('d')];
  await client.cameras.reorder({ ids: [d.id, a.id], before: c.id });
  expect(await names()).toEqual(['b', 'd', 'a', 'c']);
  const seen = await eventsUntil(
    () => client.cameras.reorder({ ids: [b.id], before: null }),
    ({ type }) => type === 'order',
  );
  expect(seen).toEqual([{ type: 'order', cameraIds: [d.id, a.id, c.id, b.id] }]);
  expect(harness.store.cameras.list().map(({ name }) => name)).toEqual(['d', 'a', 'c', 'b']);
});

test('a group is given to many cameras at once', async () => {
  const ids = [(await add('a')).id, (await add('b')).id];
  await add('c');
  await client.cameras.change({ ids, group: 'Floor 1' });
  expect((await client.cameras.list()).map(({ group }) => group)).toEqual(['Floor 1', 'Floor 1', '']);
});

test.each(['json', 'csv'] as const)(
  'cameras exported as %s are imported into an empty console as they were',
  async (format) => {
    await add('gate', { group: 'Outside, "north"', password: 'canary-8812' });
    await add('=SUM(A1)', { number: 40 });
    const before = await client.cameras.list();
    const { text } = await client.cameras.export({ format });
    expect(text).not.toContain('canary-8812');
    await using elsewhere = new AsyncDisposableStack();
    const other = memoryClient(await createHarness(elsewhere));
    expect(await other.cameras.import({ text })).toEqual({ added: 2, changed: 0 });
    expect(await other.cameras.list()).toEqual(before.map((camera) => ({ ...camera, hasPassword: false })));
  },
);

test('a file with mistakes is refused with all of them, and nothing of it is imported', async () => {
  await add('gate', { number: 5 });
  const text = [
    'name,address,number',
    'Yard,rtsp://192.0.2.1/a,',
    ',rtsp://192.0.2.2/a,',
    'Door,ftp://192.0.2.3/,',
    'Roof,rtsp://192.0.2.4/a,5',
    'Copy,rtsp://127.0.0.1:1/gate,',
    'Twice,rtsp://192.0.2.1/a,',
  ].join('\n');
  const error = await refused(client.cameras.import({ text }));
  expect(error.code).toBe('bad-input');
  expect(error.message).toContain('Nothing was imported');
  const { issues } = error.data as { issues: { path: string }[] };
  expect(issues.map(({ path }) => path).sort()).toEqual([
    'line 3, name',
    'line 4, address',
    'line 5, number',
    'line 6, address',
    'line 7, address',
  ]);
  expect(await names()).toEqual(['gate']);
});

test('a password in an imported file is stored, and told to nobody', async () => {
  const text = 'name,address,username,password\nGate,rtsp://192.0.2.1/a,guard,canary-77ab';
  await client.cameras.import({ text });
  expect(JSON.stringify(await client.cameras.list())).not.toContain('canary-77ab');
  expect(harness.store.cameras.list()[0]?.password?.reveal()).toBe('canary-77ab');
});
