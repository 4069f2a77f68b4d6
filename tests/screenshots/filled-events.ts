import type { Event } from '../../main/contract/event.ts';
import type { Store } from '../../main/store/store.ts';

const minute = 60_000;

/** A morning of events, two of them alarms that nobody has acknowledged. @param now milliseconds since 1970 */
export function fillEvents(store: Store, now: number): void {
  const cameras = store.cameras.list();
  const id = (number: number) => cameras.find((camera) => camera.number === number)?.id ?? null;
  const row = (
    ago: number,
    minutes: number,
    change: Partial<Event> & Pick<Event, 'kind'>,
  ): Omit<Event, 'id'> => ({
    ...{ cameraId: id(1), source: '', detail: '', count: 1, alarm: false, acknowledged: null },
    ...{ firstAt: now - ago * minute, lastAt: now - ago * minute, endedAt: now - (ago - minutes) * minute },
    ...change,
  });
  const seen = (ago: number, note: string) => ({ at: now - ago * minute, by: 'Owner', note });
  const rows = [
    row(400, 0, { cameraId: null, kind: 'engine-restarted', detail: 'It had been closed.' }),
    row(310, 55, { kind: 'motion', count: 41, firstAt: now - 365 * minute, cameraId: id(4) }),
    row(240, 0, { kind: 'line-crossing', source: 'Rule=Door', count: 3, firstAt: now - 243 * minute }),
    row(180, 12, {
      ...{ kind: 'camera-lost', cameraId: id(2), alarm: true, count: 6, firstAt: now - 204 * minute },
      ...{
        detail: '10.0.0.8 does not answer.',
        acknowledged: seen(170, 'Electrician swaps the switch in the yard'),
      },
    }),
    row(60, 2, { kind: 'input', cameraId: id(3), source: 'InputToken=gate' }),
    row(18, 1, { kind: 'motion', cameraId: id(2), count: 4, firstAt: now - 26 * minute }),
    row(9, 0, {
      ...{ cameraId: null, kind: 'storage-low', alarm: true, endedAt: null },
      detail: '3,912 MB are free on the disk of /var/lib/gatehouse. Make room there.',
    }),
    row(3, 0, {
      kind: 'tamper',
      cameraId: id(3),
      alarm: true,
      count: 2,
      source: 'Source=source',
      endedAt: null,
    }),
  ];
  store.events.write(
    rows.map((event, index) => ({ id: index + 1, ...event })),
    0,
  );
}
