import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Event, EventState } from '../../../main/contract/event.ts';
import {
  afterOccurrence,
  longestRowMilliseconds,
  mergeMilliseconds,
} from '../../../main/events/event-merge.ts';

const start = 1_900_000_000_000;
const seen = { at: start, by: 'Owner', note: '' };

/** All rows that these occurrences make, each a moment after the one before. */
function rowsAfter(
  occurrences: readonly (readonly [state: EventState, wait: number])[],
  alarm = false,
): Event[] {
  const rows: Event[] = [];
  let at = start;
  for (const [state, wait] of occurrences) {
    at += wait;
    const last = rows.at(-1);
    const row = afterOccurrence(
      last,
      { cameraId: null, kind: 'motion', state, at },
      { id: rows.length + 1, alarm },
    );
    if (row === undefined) continue;
    if (row.id === last?.id) rows[rows.length - 1] = row;
    else rows.push(row);
  }
  return rows;
}

const state = fc.constantFrom<EventState>('begin', 'end', 'pulse');
const history = fc.array(fc.tuple(state, fc.integer({ min: 0, max: 2 * mergeMilliseconds })), {
  maxLength: 60,
});

describe('what comes again counts into the same row', () => {
  test('a camera that comes and goes is one row, which says how often, since when and until when', () => {
    const minute = 60_000;
    const rows = rowsAfter([
      ['begin', 0],
      ['end', minute],
      ['begin', 2 * minute],
      ['end', minute],
      ['begin', minute],
    ]);
    expect(rows).toMatchObject([
      { count: 3, firstAt: start, lastAt: start + 5 * minute, endedAt: null, acknowledged: null },
    ]);
  });

  test('after five quiet minutes it is a new row', () => {
    expect(
      rowsAfter([
        ['pulse', 0],
        ['pulse', mergeMilliseconds],
      ]),
    ).toMatchObject([{ count: 2 }]);
    expect(
      rowsAfter([
        ['pulse', 0],
        ['pulse', mergeMilliseconds + 1],
      ]),
    ).toMatchObject([{ count: 1 }, { count: 1 }]);
  });

  test('a storm of a day is told hour by hour, an alarm that nobody acknowledges is one row', () => {
    const storm = Array.from({ length: 24 * 60 }, () => ['pulse', 60_000] as const);
    const rows = rowsAfter(storm);
    expect(rows).toHaveLength(24);
    expect(rowsAfter(storm, true)).toMatchObject([{ count: 24 * 60 }]);
  });

  test('what was acknowledged is not touched by what comes later, but by its own end', () => {
    const [lost] = rowsAfter([['begin', 0]], true);
    if (lost === undefined) throw new Error('no row');
    const row = { ...lost, acknowledged: seen };
    const next = { id: 2, alarm: true };
    const back = afterOccurrence(row, { cameraId: null, kind: 'motion', state: 'end', at: start + 1 }, next);
    expect(back).toEqual({ ...row, endedAt: start + 1 });
    const again = afterOccurrence(
      back,
      { cameraId: null, kind: 'motion', state: 'begin', at: start + 2 },
      next,
    );
    expect(again).toMatchObject({ id: 2, count: 1, acknowledged: null, alarm: true });
  });

  test('whatever comes, every beginning is counted once and no row contradicts itself', () => {
    fc.assert(
      fc.property(history, fc.boolean(), (occurrences, alarm) => {
        const rows = rowsAfter(occurrences, alarm);
        let beginnings = 0;
        let on = false;
        for (const [what] of occurrences) {
          if (what !== 'end' && !on) beginnings++;
          on = what === 'begin' || (on && what === 'pulse');
        }
        expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(beginnings);
        for (const { firstAt, lastAt, endedAt } of rows) {
          expect(firstAt).toBeLessThanOrEqual(lastAt);
          expect(endedAt ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(lastAt);
          if (!alarm) expect(lastAt - firstAt).toBeLessThanOrEqual(longestRowMilliseconds);
        }
        // Only the newest may still go on.
        expect(rows.slice(0, -1).filter(({ endedAt }) => endedAt === null)).toEqual([]);
        expect(rows.at(-1)?.endedAt === null).toBe(on);
      }),
    );
  });
});
