import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Disk } from '../../main/base/disk.ts';
import { createLog } from '../../main/base/log.ts';
import type { Event, EventChange } from '../../main/contract/event.ts';
import { viewerEvent } from '../../main/contract/viewer.ts';
import { EventFeed } from '../../main/events/event-feed.ts';
import { LossWatch } from '../../main/events/loss-watch.ts';
import { RunMark } from '../../main/events/run-mark.ts';
import { StorageWatch } from '../../main/events/storage-watch.ts';
import { maximumEvents } from '../../main/store/event-table.ts';
import {
  type ApiClient,
  type ApiHarness,
  callerOf,
  createHarness,
  memoryClient,
} from '../support/api-harness.ts';
import { unknownId } from '../support/api-samples.ts';
import { refused } from '../support/refused.ts';

const log = createLog('silent');
const otherId = '6f1c1d2e-7c1b-4b53-9a70-0123456789ac';
let owned: AsyncDisposableStack;
let harness: ApiHarness;
let client: ApiClient;
let stop: AbortController;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  stop = new AbortController();
  harness = await createHarness(owned);
  client = memoryClient(harness);
});
afterEach(async () => {
  stop.abort();
  await owned.disposeAsync();
});

async function watch(): Promise<{ next(): Promise<EventChange> }> {
  const events = await client.events.watch(undefined, { signal: stop.signal });
  return {
    async next() {
      const { done, value } = await events.next();
      if (done === true) throw new Error('the events have ended');
      return value;
    },
  };
}

const tamper = (cameraId: string, at = Date.now()) =>
  harness.events.add({ cameraId, kind: 'tamper', state: 'pulse', at });
const motion = (cameraId: string, at = Date.now()) =>
  harness.events.add({ cameraId, kind: 'motion', state: 'pulse', at });

/** Like the one of the harness, after a restart of the engine on the same data. */
function restarted(): EventFeed {
  harness.events[Symbol.dispose]();
  return owned.use(new EventFeed({ table: harness.store.events, isAlarm: () => true, log }));
}

describe('the list', () => {
  test('is found by camera, kind, time and what is open, page by page, what happened last first', async () => {
    const now = Date.now();
    const hour = 3_600_000;
    for (let hours = 5; hours > 0; hours--) motion(unknownId, now - hours * hour);
    tamper(unknownId, now - 30_000);
    motion(otherId, now - 20_000);
    const kinds = async (query: Parameters<typeof client.events.list>[0]) =>
      (await client.events.list(query)).events.map(({ kind }) => kind);
    expect(await kinds({})).toHaveLength(7);
    expect(await kinds({ cameraId: otherId })).toEqual(['motion']);
    expect(await kinds({ kind: 'tamper' })).toEqual(['tamper']);
    expect(await kinds({ open: true })).toEqual(['tamper']);
    expect(await kinds({ from: now - 1.5 * hour })).toEqual(['motion', 'tamper', 'motion']);
    expect(await kinds({ from: now - 4.5 * hour, until: now - 2.5 * hour })).toEqual(['motion', 'motion']);
    const paged: number[] = [];
    let cursor: { at: number; id: number } | undefined;
    do {
      const page = await client.events.list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      paged.push(...page.events.map(({ id }) => id));
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    expect(paged).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  test('keeps seven days and a hundred thousand rows, and an alarm that nobody has seen to for longer', () => {
    const { events } = harness.store;
    const row: Omit<Event, 'id'> = {
      ...{ cameraId: unknownId, kind: 'motion', source: '', detail: '', count: 1, firstAt: 1 },
      ...{ lastAt: 1, endedAt: 1, alarm: false, acknowledged: null },
    };
    const seen = { at: 2, by: 'Owner', note: '' };
    events.write(
      [
        { ...row, id: 1 },
        { ...row, id: 2, alarm: true },
        { ...row, id: 3, alarm: true, acknowledged: seen },
        { ...row, id: 4, endedAt: null },
        { ...row, id: 5, lastAt: 10, endedAt: 10 },
      ],
      10,
    );
    expect(events.list({ limit: 10 }).map(({ id }) => id)).toEqual([5, 4, 2]);
    events.write([{ ...row, id: maximumEvents + 4, lastAt: 11 }], 10);
    expect(events.list({ limit: 10 }).map(({ id }) => id)).toEqual([maximumEvents + 4, 5]);
  });
});

describe('an acknowledgement', () => {
  test('says who, when and why, is told to every window, and is on the disk at once', async () => {
    tamper(unknownId);
    tamper(otherId);
    const events = await watch();
    expect(await events.next()).toMatchObject({ type: 'snapshot', openAlarms: 2 });
    const [seen] = await client.events.acknowledge({ ids: [1], note: '  Ladder in front of it ' });
    expect(seen).toMatchObject({
      id: 1,
      acknowledged: { by: 'This station', note: 'Ladder in front of it' },
    });
    expect(await events.next()).toEqual({ type: 'event', event: seen, openAlarms: 1 });
    expect(harness.store.events.find(1)).toEqual(seen);
    expect((await client.events.list({ open: true })).events.map(({ id }) => id)).toEqual([2]);
  });

  test('stands: who comes second changes nothing, also among others', async () => {
    tamper(unknownId);
    tamper(otherId);
    const [first] = await client.events.acknowledge({ ids: [1], note: 'first' });
    const both = await client.events.acknowledge({ ids: [1, 2, 2], note: 'second' });
    expect(both).toMatchObject([first, { id: 2, acknowledged: { note: 'second' } }]);
    expect(both).toHaveLength(2);
    expect(harness.store.events.find(1)).toEqual(first);
    const events = await watch();
    expect(await events.next()).toMatchObject({ openAlarms: 0 });
  });

  test('of something that is not there changes nothing', async () => {
    tamper(unknownId);
    expect((await refused(client.events.acknowledge({ ids: [1, 99] }))).code).toBe('not-found');
    expect(harness.store.events.find(1)?.acknowledged).toBeNull();
  });

  test('is not for those who may only look', async () => {
    tamper(unknownId);
    const guest = memoryClient(harness, callerOf(harness, { cameras: [{ scope: 'all', rights: ['live'] }] }));
    expect((await refused(guest.events.acknowledge({ ids: [1] }))).code).toBe('not-allowed');
  });

  test('closes the row: what comes next is an alarm of its own', async () => {
    tamper(unknownId);
    await client.events.acknowledge({ ids: [1] });
    tamper(unknownId);
    tamper(unknownId);
    const { events } = await client.events.list({});
    expect(events.map(({ id, count, acknowledged }) => [id, count, acknowledged === null])).toEqual([
      [2, 2, true],
      [1, 1, false],
    ]);
  });
});

describe('rules', () => {
  test('what is an alarm can be said for all, for a group and for a camera', async () => {
    const { id } = await client.cameras.add({ name: 'Gate', group: 'Yard', mainUrl: 'rtsp://127.0.0.1:1/x' });
    const rules = [
      { kind: 'tamper', scope: { type: 'all' }, alarm: false },
      { kind: 'motion', scope: { type: 'group', group: 'Yard' }, alarm: true },
    ] as const;
    expect(await client.site.changeAlarms({ rules: [...rules] })).toMatchObject({ lostSeconds: 30, rules });
    motion(id);
    tamper(id);
    motion(otherId);
    const { events } = await client.events.list({});
    expect(events.map(({ cameraId, alarm }) => [cameraId === id, alarm])).toEqual([
      [false, false],
      [true, false],
      [true, true],
    ]);
  });
});

describe('a camera', () => {
  const lost = async () => (await client.events.list({ kind: 'camera-lost' })).events;
  const follow = (feed: EventFeed, seconds: number) =>
    owned.use(new LossWatch({ cameras: harness.cameras, feed, lostSeconds: () => seconds }));

  test('that is lost is told at once, is an alarm when it stays away, and is over when it is removed', async () => {
    await using _watch = follow(harness.events, 0.2);
    const events = await watch();
    await events.next();
    const { id } = await client.cameras.add({ name: 'Gate', mainUrl: 'rtsp://127.0.0.1:1/x' });
    expect(await events.next()).toMatchObject({
      event: {
        cameraId: id,
        kind: 'camera-lost',
        alarm: false,
        endedAt: null,
        detail: expect.stringMatching(/./),
      },
      openAlarms: 0,
    });
    expect(await events.next()).toMatchObject({ event: { id: 1, alarm: true }, openAlarms: 1 });
    await client.cameras.remove({ ids: [id] });
    expect(await events.next()).toMatchObject({
      event: { id: 1, alarm: true, endedAt: expect.any(Number) },
      openAlarms: 1,
    });
  });

  test('that is still lost after a restart is the same row; that it was removed meanwhile ends it', async () => {
    const { id } = await client.cameras.add({ name: 'Gate', mainUrl: 'rtsp://127.0.0.1:1/x' });
    for (const cameraId of [id, unknownId])
      harness.events.add({ cameraId, kind: 'camera-lost', state: 'begin', at: Date.now() });
    harness.events.add({ cameraId: id, kind: 'motion', state: 'begin', at: Date.now() });
    const feed = restarted();
    // Whether motion goes on nobody knows.
    expect(feed.list({ kind: 'motion', limit: 10 }).events).toMatchObject([{ endedAt: expect.any(Number) }]);
    await using _watch = follow(feed, 0.1);
    while (!feed.list({ kind: 'camera-lost', limit: 10 }).events.some(({ alarm }) => alarm)) await delay(20);
    const rows = new Map((await lost()).map((row) => [row.cameraId, row]));
    expect(rows.get(id)).toMatchObject({ count: 1, endedAt: null, alarm: true });
    expect(rows.get(unknownId)).toMatchObject({ endedAt: expect.any(Number), alarm: false });
  });
});

describe('Gatehouse itself', () => {
  test('a disk that fills up is told once, and again when there is room', async () => {
    let disk: Disk = { size: 1e12, free: 1e9 };
    const read = async () => disk;
    using _first = new StorageWatch({ folder: '/data', feed: harness.events, read });
    using _second = new StorageWatch({ folder: '/data', feed: harness.events, read });
    const list = async () => (await client.events.list({ kind: 'storage-low' })).events;
    await expect.poll(list).toMatchObject([{ count: 1, alarm: true, endedAt: null }]);
    disk = { size: 1e12, free: 1e11 };
    using _third = new StorageWatch({ folder: '/data', feed: harness.events, read });
    await expect.poll(list).toMatchObject([{ count: 1, endedAt: expect.any(Number) }]);
  });

  test('a restart is told, and whether the engine had closed before', () => {
    const { settings } = harness.store;
    const details = () => harness.events.list({ limit: 10 }).events.map(({ detail }) => detail);
    new RunMark(settings, harness.events)[Symbol.dispose]();
    expect(details()).toEqual([]);
    new RunMark(settings, harness.events);
    expect(details()).toEqual(['It had been closed.']);
    new RunMark(settings, harness.events);
    expect(details()[0]).toContain('It had ended without closing');
  });

  test('a picture is stale while one window says so, and no longer when that is closed', async () => {
    const { id: cameraId } = await client.cameras.add({ name: 'Gate', mainUrl: 'rtsp://127.0.0.1:1/x' });
    const open = async () => {
      const closing = new AbortController();
      const viewer = await client.viewer.open({ slots: 1, h265: 'none' }, { signal: closing.signal });
      const { value } = await viewer.next();
      const { viewerId } = viewerEvent.options[0].parse(value);
      return { viewerId, close: () => closing.abort() };
    };
    const stale = async () =>
      (await client.events.list({ kind: 'stale-picture' })).events.map(({ endedAt }) => endedAt === null);
    const [one, other] = [await open(), await open()];
    const cameras = [
      { cameraId, cause: 'same-picture' },
      { cameraId: unknownId, cause: 'same-picture' },
    ] as const;
    for (const { viewerId } of [one, other])
      await client.viewer.reportStale({ viewerId, cameras: [...cameras] });
    expect(await stale()).toEqual([true]);
    await client.viewer.reportStale({ viewerId: one.viewerId, cameras: [] });
    expect(await stale()).toEqual([true]);
    other.close();
    await expect.poll(stale).toEqual([false]);
    one.close();
  });
});
