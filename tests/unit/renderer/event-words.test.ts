import { expect, test } from 'vitest';
import type { Event } from '../../../main/contract/event.ts';
import { detailWords } from '../../../renderer/events/event-details.ts';
import { countdownWords, lengthWords } from '../../../renderer/events/event-words.ts';

const now = 1_900_000_000_000;
const event: Event = {
  ...{ id: 1, cameraId: null, kind: 'camera-lost', source: '', detail: '', count: 1, alarm: true },
  ...{ firstAt: now - 60_000, lastAt: now - 60_000, endedAt: null, acknowledged: null },
};

test('a camera is away, and back; what has no length has none', () => {
  expect(lengthWords(event, now)).toBe('away for 1 min');
  expect(lengthWords({ ...event, endedAt: now - 18_000 }, now)).toBe('back after 42 s');
  expect(lengthWords({ ...event, kind: 'motion' }, now + 30_000)).toBe('for 1 min 30 s now');
  expect(lengthWords({ ...event, kind: 'motion', endedAt: now + 2 * 3_600_000 }, now)).toBe('for 2 h 1 min');
  expect(lengthWords({ ...event, kind: 'line-crossing' }, now)).toBe('');
});

test('what is left of a quiet time counts down to nothing', () => {
  expect([900_000, 61_000, 59_001, 1, 0, -5].map(countdownWords)).toEqual([
    ...['15:00', '1:01', '1:00', '0:01', '0:00', '0:00'],
  ]);
});

test('why something has happened is told in the language of the reader, where it is known', () => {
  expect(detailWords('It had been closed.', 'de')).toBe('Es war beendet worden.');
  const room = '1,024 MB are free on the disk of /data. Make room there.';
  expect(detailWords(room, 'es')).toBe('Quedan 1,024 MB libres en el disco de /data. Haga sitio allí.');
  expect(detailWords(room, 'en')).toBe(room);
});
