import type { Event, EventKind, EventState } from '../contract/event.ts';

/** What comes again sooner than this after its end counts into the same row. */
export const mergeMilliseconds = 5 * 60_000;
/** A row covers no more than this, so that a day of motion can be told hour by hour. */
export const longestRowMilliseconds = 60 * 60_000;

/** That something has begun, ended, or happened without an end. */
export interface Occurrence {
  /** Null: it is about Gatehouse itself or its computer. */
  readonly cameraId: string | null;
  readonly kind: EventKind;
  readonly state: EventState;
  /** Which one, where a camera has several of this kind. */
  readonly source?: string;
  /** Why, in a sentence. */
  readonly detail?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * The row after an occurrence; the same one when it tells nothing new, undefined when there is nothing that it could end.
 * @param row the newest one of the same camera, kind and source
 * @param next what a new row begins with
 */
export function afterOccurrence(
  row: Event | undefined,
  { cameraId, kind, state, source = '', detail = '', at }: Occurrence,
  next: { readonly id: number; readonly alarm: boolean },
): Event | undefined {
  const goesOn = row !== undefined && row.endedAt === null;
  if (state === 'end') return goesOn ? { ...row, endedAt: Math.max(at, row.lastAt) } : row;
  if (goesOn) return row;
  const endedAt = state === 'pulse' ? at : null;
  if (row !== undefined && isSameStory(row, at)) {
    const alarm = row.alarm || next.alarm;
    return { ...row, count: row.count + 1, lastAt: at, endedAt, alarm, detail: detail || row.detail };
  }
  const { id, alarm } = next;
  return {
    ...{ id, cameraId, kind, source, detail, count: 1 },
    ...{ firstAt: at, lastAt: at, endedAt, alarm, acknowledged: null },
  };
}

/** What was acknowledged is closed: the next time somebody has to see it. */
function isSameStory(row: Event, at: number): boolean {
  if (row.acknowledged !== null) return false;
  // A clock that was set back begins a new row, too.
  const since = at - (row.endedAt ?? row.lastAt);
  if (Math.abs(since) > mergeMilliseconds || at < row.firstAt) return false;
  return row.alarm || at - row.firstAt <= longestRowMilliseconds;
}
