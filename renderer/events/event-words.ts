import type { Event, EventKind } from '../../main/contract/event.ts';

/** What has happened, in two or three words. */
export const kindWords: Record<EventKind, string> = {
  'camera-lost': 'Camera lost',
  'stale-picture': 'Picture stands still',
  motion: 'Motion',
  tamper: 'Tampering',
  input: 'Input',
  'line-crossing': 'Line crossed',
  'storage-low': 'Disk almost full',
  'engine-restarted': 'Gatehouse restarted',
  'clock-jumped': 'Clock was set',
  'data-damaged': 'Data was damaged',
  'backup-failed': 'Backup failed',
};

/** What has no length. */
const moments: ReadonlySet<EventKind> = new Set([
  'line-crossing',
  'engine-restarted',
  'clock-jumped',
  'data-damaged',
  'backup-failed',
]);

/** How long it has gone on, and whether it is over: empty where there is nothing to say. @param now milliseconds since 1970 */
export function lengthWords({ kind, lastAt, endedAt }: Event, now: number): string {
  if (moments.has(kind)) return '';
  const length = durationWords((endedAt ?? now) - lastAt);
  if (endedAt === null) return kind === 'camera-lost' ? `away for ${length}` : `for ${length} now`;
  if (kind === 'camera-lost') return `back after ${length}`;
  return endedAt - lastAt < 1_000 ? '' : `for ${length}`;
}

/** @param milliseconds negative counts as none: the clocks of two computers differ */
function durationWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** How many alarms are open. */
export function alarmCountWords(count: number): string {
  return `${count} open alarm${count === 1 ? '' : 's'}`;
}

/** What is left of a time, as clocks show it: 4:05. */
export function countdownWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
