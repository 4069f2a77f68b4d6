import type { StateChange } from '../../main/contract/history.ts';
import type { Store } from '../../main/store/store.ts';

const minute = 60_000;
const sampleMinutes = 5;

/** What the day was like, the oldest first: minutes ago, and what the stream became. */
const changes: readonly [minutesAgo: number, state: StateChange['state'], code: StateChange['code']][] = [
  [1_430, 'standby', null],
  [1_260, 'playing', null],
  [905, 'waiting', 'camera-unreachable'],
  [860, 'playing', null],
  [410, 'waiting', 'camera-silent'],
  [404, 'playing', null],
  [130, 'standby', null],
  [40, 'playing', null],
];

/** Writes a day of the first camera's sub-stream, the same in every run. @param now milliseconds since 1970 */
export function fillDay(store: Store, now: number): void {
  const cameraId = store.cameras.list()[0]?.id ?? '';
  const stream = { cameraId, profile: 'sub' } as const;
  const samples = changes.flatMap(([from, state], index) => {
    if (state !== 'playing') return [];
    const until = changes[index + 1]?.[0] ?? 0;
    return Array.from({ length: Math.floor((from - until) / sampleMinutes) }, (_, step) => {
      const seconds = sampleMinutes * 60;
      const rate = 14 + Math.sin((from - step * sampleMinutes) / 90);
      return {
        ...stream,
        at: now - (from - step * sampleMinutes) * minute,
        seconds,
        bytes: Math.round(rate * 3_200 * seconds),
        frames: Math.round(rate * seconds),
        connects: step === 0 ? 1 : 0,
        keyFrames: Math.round(seconds / 2),
        packets: Math.round(rate * 8 * seconds),
        lost: step % 17 === 0 ? 90 : 0,
        jitter: 3 + rate / 10,
        delay: 40 + ((step * 37) % 90),
      };
    });
  });
  store.history.write(
    changes.map(([ago, state, code]) => ({ ...stream, at: now - ago * minute, state, code })),
    samples,
    0,
  );
}
