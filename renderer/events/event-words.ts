import type { Event, EventKind } from '../../main/contract/event.ts';
import { m } from '../language/messages.ts';

const kinds: Readonly<Record<EventKind, () => string>> = {
  'camera-lost': m.events_kind_camera_lost,
  'stale-picture': m.events_kind_stale_picture,
  motion: m.events_kind_motion,
  tamper: m.events_kind_tamper,
  input: m.events_kind_input,
  'line-crossing': m.events_kind_line_crossing,
  'storage-low': m.events_kind_storage_low,
  'engine-restarted': m.events_kind_engine_restarted,
  'clock-jumped': m.events_kind_clock_jumped,
  'data-damaged': m.events_kind_data_damaged,
  'backup-failed': m.events_kind_backup_failed,
};

/** What has happened, in two or three words. */
export function kindWords(kind: EventKind): string {
  return kinds[kind]();
}

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
  if (endedAt === null)
    return kind === 'camera-lost' ? m.events_length_away({ length }) : m.events_length_now({ length });
  if (kind === 'camera-lost') return m.events_length_back({ length });
  return endedAt - lastAt < 1_000 ? '' : m.events_length_was({ length });
}

/** @param milliseconds negative counts as none: the clocks of two computers differ */
function durationWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  if (seconds < 60) return m.events_seconds({ seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    const rest = seconds % 60;
    return rest === 0 ? m.events_minutes({ minutes }) : m.events_minutes_seconds({ minutes, seconds: rest });
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? m.events_hours_minutes({ hours, minutes: minutes % 60 })
    : m.events_days({ days: Math.floor(hours / 24) });
}

/** How many alarms are open. */
export function alarmCountWords(count: number): string {
  return m.events_open_alarms({ count });
}

/** What is left of a time, as clocks show it: 4:05. */
export function countdownWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
