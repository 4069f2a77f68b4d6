import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Layout } from '../../main/contract/layout.ts';
import { defaultLayoutId } from '../../main/contract/limits.ts';
import { site } from '../../main/contract/site.ts';
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

async function save(name: string): Promise<Layout> {
  return await client.layouts.save({
    id: randomUUID(),
    name,
    grid: '4',
    tiles: [null, randomUUID(), null, null],
  });
}
const names = async () => (await client.layouts.list()).map(({ name }) => name);

test('a wall is renamed, copied behind itself, and its copy has a name of its own', async () => {
  const night = await save('Night');
  await save('Day');
  await client.layouts.rename({ id: night.id, name: 'Night shift' });
  const copy = await client.layouts.duplicate({ id: night.id });
  expect(copy).toEqual({ ...night, id: copy.id, name: 'Night shift 2' });
  expect(await names()).toEqual(['All cameras', 'Night shift', 'Night shift 2', 'Day']);
});

test('a removed wall comes back in its place', async () => {
  const night = await save('Night');
  await save('Day');
  await client.layouts.remove({ id: night.id });
  expect(await names()).toEqual(['All cameras', 'Day']);
  expect(await client.layouts.restore({ id: night.id })).toEqual(night);
  expect(await names()).toEqual(['All cameras', 'Night', 'Day']);
  expect(await refused(client.layouts.restore({ id: night.id }))).toMatchObject({ code: 'not-found' });
});

test('a grid that was drawn is stored with its wall; one that no wall can have is refused with its place', async () => {
  const merged = [{ column: 1, row: 0, columns: 2, rows: 2 }];
  const grid = { columns: [1_000, 2_000, 1_000], rows: [1_000, 500], merged };
  const wall = { id: randomUUID(), name: 'Yard', grid, tiles: [null] };
  expect(await client.layouts.save(wall)).toEqual(wall);
  expect((await client.layouts.list()).at(-1)).toEqual(wall);
  expect(harness.store.layouts.list().at(-1)).toEqual(wall);
  const apart = { ...wall, grid: { ...grid, merged: [...merged, ...merged] } };
  expect(await refused(client.layouts.save(apart))).toMatchObject({
    code: 'bad-input',
    data: { issues: [{ path: 'grid.merged.1' }] },
  });
  const outside = { ...wall, grid: { ...grid, columns: [1_000, 2_000] } };
  expect(await refused(client.layouts.save(outside))).toMatchObject({ code: 'bad-input' });
  expect((await client.layouts.list()).at(-1)).toEqual(wall);
});

test('the wall of all cameras cannot be removed', async () => {
  expect(await refused(client.layouts.remove({ id: defaultLayoutId }))).toMatchObject({ code: 'bad-input' });
  expect(await names()).toEqual(['All cameras']);
});

test('an order that leaves a wall out is refused', async () => {
  const [night, day] = [await save('Night'), await save('Day')];
  expect(await refused(client.layouts.reorder({ ids: [day.id, night.id] }))).toMatchObject({
    code: 'bad-input',
  });
  await client.layouts.reorder({ ids: [day.id, night.id, defaultLayoutId] });
  expect(await names()).toEqual(['Day', 'Night', 'All cameras']);
});

test('a window hears of every change to the walls', async () => {
  const events = await client.layouts.watch();
  expect((await events.next()).value).toMatchObject({ type: 'snapshot', layouts: [{ id: defaultLayoutId }] });
  const night = await save('Night');
  expect((await events.next()).value).toEqual({ type: 'layout', layout: night });
  await client.layouts.reorder({ ids: [night.id, defaultLayoutId] });
  expect((await events.next()).value).toEqual({ type: 'order', layoutIds: [night.id, defaultLayoutId] });
  await client.layouts.remove({ id: night.id });
  expect((await events.next()).value).toEqual({ type: 'removed', layoutId: night.id });
  await events.return?.(undefined);
});

test('the networks of the pictures are chosen for this computer, and what cannot be is told beside the field', async () => {
  const { chosen, interfaces } = await client.site.readMediaNetwork();
  expect(chosen).toEqual({ interfaces: null, ports: null });
  for (const { addresses } of interfaces) expect(addresses).not.toContain('127.0.0.1');
  const wanted = { interfaces: ['none0'], ports: { first: 42_300, last: 42_363 } };
  await client.site.changeMediaNetwork(wanted);
  expect((await client.site.readMediaNetwork()).chosen).toEqual(wanted);
  const tooFew = { interfaces: null, ports: { first: 42_300, last: 42_301 } };
  await expect(client.site.changeMediaNetwork(tooFew)).rejects.toMatchObject({
    code: 'bad-input',
    data: { issues: [{ path: 'ports.last', message: 'must be at least 16 ports: each window takes one' }] },
  });
  expect((await client.site.readMediaNetwork()).chosen).toEqual(wanted);
});

test('settings change one by one, and every window has them', async () => {
  const events = await client.site.watch();
  await events.next();
  expect(await client.site.changeSettings({ siteName: '  Harbour ' })).toMatchObject({ siteName: 'Harbour' });
  expect((await events.next()).value).toMatchObject({
    settings: { siteName: 'Harbour', pictureFit: 'whole' },
  });
  await client.site.changeSettings({ newCameraConnection: 'always' });
  const camera = await client.cameras.add({ name: 'Gate', mainUrl: 'rtsp://127.0.0.1:1/main' });
  expect(camera.connection).toBe('always');
  await events.return?.(undefined);
});

test('a notice stays until somebody has read it', async () => {
  await using stack = new AsyncDisposableStack();
  const harness = await createHarness(stack);
  const caller = memoryClient(harness);
  harness.site.notify('clock-jumped', 'The clock was set back.');
  const events = await caller.site.watch();
  const [notice] = site.parse((await events.next()).value).notices;
  expect(notice).toMatchObject({ kind: 'clock-jumped', message: 'The clock was set back.' });
  await caller.site.dismissNotice({ id: notice?.id ?? '' });
  expect(site.parse((await events.next()).value).notices).toEqual([]);
  await events.return?.(undefined);
});
