import type { Database, Statement } from 'better-sqlite3';
import * as z from 'zod';
import { type EventQuery, type ReportedEvent, reportedEvent } from '../contract/event.ts';

/** Rows that are kept; the oldest go first. */
export const maximumEvents = 100_000;

type Filter = Required<Record<Exclude<keyof EventQuery, 'limit'>, string | number | null>> & {
  readonly limit: number;
};

/** What cameras have reported. Nothing in here was acknowledged to anybody: it is written once a second, all at once. */
export class EventTable {
  readonly #database: Database;
  readonly #select: Statement<[Filter], unknown>;
  readonly #newest: Statement<[], { id: number | null }>;
  readonly #insert: Statement<[ReportedEvent]>;
  readonly #forgetBefore: Statement<[number]>;
  readonly #forgetUpTo: Statement<[number]>;

  constructor(database: Database) {
    this.#database = database;
    this.#select = database.prepare(`
      SELECT id, camera_id AS cameraId, kind, state, source, at FROM camera_event
      WHERE (:cameraId IS NULL OR camera_id = :cameraId) AND (:kind IS NULL OR kind = :kind)
        AND (:from IS NULL OR at >= :from) AND (:until IS NULL OR at < :until) AND (:cursor IS NULL OR id < :cursor)
      ORDER BY id DESC LIMIT :limit`);
    this.#newest = database.prepare('SELECT max(id) AS id FROM camera_event');
    this.#insert = database.prepare(`
      INSERT OR REPLACE INTO camera_event (id, camera_id, kind, state, source, at)
      VALUES (:id, :cameraId, :kind, :state, :source, :at)`);
    this.#forgetBefore = database.prepare('DELETE FROM camera_event WHERE at < ?');
    this.#forgetUpTo = database.prepare('DELETE FROM camera_event WHERE id <= ?');
  }

  /** The id of the newest event; 0 when there is none. */
  get newestId(): number {
    return this.#newest.get()?.id ?? 0;
  }

  /** The newest first. */
  list({ limit, ...filter }: EventQuery): ReportedEvent[] {
    const { cameraId = null, kind = null, from = null, until = null, cursor = null } = filter;
    return z.array(reportedEvent).parse(this.#select.all({ cameraId, kind, from, until, cursor, limit }));
  }

  /** Adds events and forgets what is older than `oldest` or too much. @param oldest milliseconds since 1970 */
  write(events: readonly ReportedEvent[], oldest: number): void {
    this.#database.transaction(() => {
      for (const event of events) this.#insert.run(event);
      this.#forgetBefore.run(oldest);
      this.#forgetUpTo.run(this.newestId - maximumEvents);
    })();
  }
}
