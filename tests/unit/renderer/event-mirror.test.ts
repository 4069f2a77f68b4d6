import { expect, test } from 'vitest';
import type { Event } from '../../../main/contract/event.ts';
import { EventMirror } from '../../../renderer/events/event-mirror.svelte.ts';

const alarm = (id: number, change: Partial<Event> = {}): Event => ({
  ...{ id, cameraId: `camera-${id}`, kind: 'tamper', source: '', detail: '', count: 1, alarm: true },
  ...{ firstAt: id, lastAt: id, endedAt: id, acknowledged: null },
  ...change,
});
const seen = { at: 9, by: 'Owner', note: '' };

test('open alarms are known, the newest first, and go when they are acknowledged; the count is that of the engine', () => {
  const mirror = new EventMirror();
  const read: number[] = [];
  const end = mirror.read(({ id }) => read.push(id));
  const plain = alarm(3, { alarm: false });
  mirror.apply({
    type: 'snapshot',
    events: [alarm(1), plain, alarm(2, { acknowledged: seen })],
    openAlarms: 700,
  });
  expect(mirror.open.map(({ id }) => id)).toEqual([1]);
  expect(mirror.openAlarms).toBe(700);
  mirror.apply({ type: 'event', event: alarm(4), openAlarms: 701 });
  // One that happens again stays in its place.
  mirror.apply({ type: 'event', event: alarm(1, { count: 2, lastAt: 8 }), openAlarms: 701 });
  expect(mirror.open.map(({ id, count }) => [id, count])).toEqual([
    [4, 1],
    [1, 2],
  ]);
  expect([...mirror.cameras]).toEqual(['camera-4', 'camera-1']);
  mirror.apply({ type: 'event', event: alarm(4, { acknowledged: seen }), openAlarms: 700 });
  expect(mirror.open.map(({ id }) => id)).toEqual([1]);
  end();
  mirror.apply({ type: 'event', event: alarm(5), openAlarms: 1 });
  expect(read).toEqual([4, 1, 4]);
  mirror.apply({ type: 'snapshot', events: [], openAlarms: 0 });
  expect([mirror.open.length, mirror.cameras.size, mirror.snapshots]).toEqual([0, 0, 2]);
});
