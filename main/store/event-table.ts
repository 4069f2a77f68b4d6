import type { Statement } from 'better-sqlite3';
import * as z from 'zod';
import {
  type Acknowledgement,
  type Event,
  type EventKind,
  type EventQuery,
  event,
} from '../contract/event.ts';
import type { Commits } from './commits.ts';

/** Rows that are kept; the oldest go first. */
export const maximumEvents = 100_000;

const columns = `id, camera_id AS cameraId, kind, source, detail, count, first_at AS firstAt, last_at AS lastAt,
  ended_at AS endedAt, alarm, acknowledged_at AS acknowledgedAt, acknowledged_by AS acknowledgedBy, note`;
const isOpen = 'alarm = 1 AND acknowledged_at IS NULL';

interface Row extends Omit<Event, 'alarm' | 'acknowledged'> {
  readonly alarm: number;
  readonly acknowledgedAt: number | null;
  readonly acknowledgedBy: string | null;
  readonly note: string | null;
}

interface Filter {
  readonly cameraId: string | null;
  readonly kind: EventKind | null;
  readonly from: number | null;
  readonly until: number | null;
  readonly cursorAt: number | null;
  readonly cursorId: number | null;
  readonly limit: number;
}

/** What happened. Rows are written once a second, all at once; an acknowledgement is on the disk when the call returns. */
export class EventTable {
  readonly #commits: Commits;
  readonly #select: Statement<[Filter], Row>;
  readonly #selectOpen: Statement<[Filter], Row>;
  readonly #selectGoingOn: Statement<[], Row>;
  readonly #selectOne: Statement<[number], Row>;
  readonly #newest: Statement<[], { id: number | null }>;
  readonly #countOpen: Statement<[], { count: number }>;
  readonly #put: Statement<[Row]>;
  readonly #acknowledge: Statement<[Acknowledgement & { id: number }]>;
  readonly #forgetBefore: Statement<[number]>;
  readonly #forgetUpTo: Statement<[number]>;

  constructor(commits: Commits) {
    const { database } = commits;
    this.#commits = commits;
    const select = (where: string) => `
      SELECT ${columns} FROM event
      WHERE ${where} AND (:cameraId IS NULL OR camera_id = :cameraId) AND (:kind IS NULL OR kind = :kind)
        AND (:from IS NULL OR coalesce(ended_at, 9e15) >= :from) AND (:until IS NULL OR first_at < :until)
        AND (:cursorAt IS NULL OR (last_at, id) < (:cursorAt, :cursorId))
      ORDER BY last_at DESC, id DESC LIMIT :limit`;
    this.#select = database.prepare(select('TRUE'));
    this.#selectOpen = database.prepare(select(isOpen));
    this.#selectGoingOn = database.prepare(`SELECT ${columns} FROM event WHERE ended_at IS NULL`);
    this.#selectOne = database.prepare(`SELECT ${columns} FROM event WHERE id = ?`);
    this.#newest = database.prepare('SELECT max(id) AS id FROM event');
    this.#countOpen = database.prepare(`SELECT count(*) AS count FROM event WHERE ${isOpen}`);
    this.#put = database.prepare(`
      INSERT OR REPLACE INTO event VALUES (:id, :cameraId, :kind, :source, :detail, :count, :firstAt, :lastAt, :endedAt,
        :alarm, :acknowledgedAt, :acknowledgedBy, :note)`);
    this.#acknowledge = database.prepare(`
      UPDATE event SET acknowledged_at = :at, acknowledged_by = :by, note = :note
      WHERE id = :id AND acknowledged_at IS NULL`);
    // What goes on, and an alarm that nobody has seen to, stays for as long as there is room.
    this.#forgetBefore = database.prepare(
      `DELETE FROM event WHERE last_at < ? AND ended_at IS NOT NULL AND NOT (${isOpen})`,
    );
    this.#forgetUpTo = database.prepare('DELETE FROM event WHERE id <= ?');
  }

  /** The id of the newest event; 0 when there is none. */
  get newestId(): number {
    return this.#newest.get()?.id ?? 0;
  }

  /** How many alarms nobody has acknowledged. */
  get openAlarms(): number {
    return this.#countOpen.get()?.count ?? 0;
  }

  /** What had not ended when it was written last. */
  get goingOn(): Event[] {
    return this.#selectGoingOn.all().map(read);
  }

  /** What happened last comes first. */
  list({ limit, open, cursor, cameraId, kind, from, until }: EventQuery): Event[] {
    const statement = open === true ? this.#selectOpen : this.#select;
    const filter: Filter = {
      cameraId: cameraId ?? null,
      kind: kind ?? null,
      from: from ?? null,
      until: until ?? null,
      cursorAt: cursor?.at ?? null,
      cursorId: cursor?.id ?? null,
      limit,
    };
    return statement.all(filter).map(read);
  }

  find(id: number): Event | undefined {
    const row = this.#selectOne.get(id);
    return row === undefined ? undefined : read(row);
  }

  /** Writes rows, new or not, and forgets what is older than `oldest` or too much. @param oldest milliseconds since 1970 */
  write(events: readonly Event[], oldest: number): void {
    this.#commits.database.transaction(() => {
      for (const { acknowledged, alarm, ...row } of events) {
        this.#put.run({
          ...row,
          alarm: alarm ? 1 : 0,
          acknowledgedAt: acknowledged?.at ?? null,
          acknowledgedBy: acknowledged?.by ?? null,
          note: acknowledged?.note ?? null,
        });
      }
      this.#forgetBefore.run(oldest);
      this.#forgetUpTo.run(this.newestId - maximumEvents);
    })();
  }

  /** All of them, or none; one that is acknowledged already stays as it is. */
  acknowledge(ids: readonly number[], acknowledgement: Acknowledgement): void {
    this.#commits.run(() => {
      for (const id of ids) this.#acknowledge.run({ id, ...acknowledgement });
    });
  }
}

function read({ alarm, acknowledgedAt, acknowledgedBy, note, ...row }: Row): Event {
  const acknowledged =
    acknowledgedAt === null ? null : { at: acknowledgedAt, by: acknowledgedBy ?? '', note: note ?? '' };
  return z.parse(event, { ...row, alarm: alarm === 1, acknowledged });
}
