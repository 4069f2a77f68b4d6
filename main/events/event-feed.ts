import { Announcer } from '../base/announcer.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import {
  type Event,
  type EventChange,
  type EventKind,
  type EventPage,
  type EventQuery,
  maximumListedEvents,
} from '../contract/event.ts';
import type { EventTable } from '../store/event-table.ts';
import { afterOccurrence, mergeMilliseconds, type Occurrence } from './event-merge.ts';

const keptMilliseconds = 7 * 24 * 60 * 60 * 1_000;
/** All changes of this time are one transaction: what a crash takes along is at most this. */
const writeMilliseconds = 1_000;
/** What the disk does not take is kept up to here; then the oldest go. */
const maximumUnwritten = 10_000;
/** What a slow reader has not read yet; then it misses the oldest. */
const maximumUnread = 1_000;
/** What a window begins with, beside the open alarms. */
const newestEvents = 100;
/** What goes on is judged anew after a start; of everything else nobody knows. */
const judgedAnew: ReadonlySet<EventKind> = new Set(['camera-lost', 'storage-low']);

/** All that happened during the last seven days, as rows that merge what comes again: told at once, written once a second. */
export class EventFeed implements Disposable {
  readonly #table: EventTable;
  readonly #log: Log;
  readonly #isAlarm: (kind: EventKind, cameraId: string | null) => boolean;
  readonly #changes = new Announcer<number, EventChange>();
  /** The newest row of each camera, kind and source that goes on or may be added to. */
  readonly #newest = new Map<string, Event>();
  readonly #unwritten = new Map<number, Event>();
  #timer: NodeJS.Timeout | undefined;
  #lastId: number;
  #openAlarms: number;
  #failed = false;

  /** @param options.isAlarm what the rules of the site say */
  constructor(options: {
    table: EventTable;
    isAlarm: (kind: EventKind, cameraId: string | null) => boolean;
    log: Log;
  }) {
    this.#table = options.table;
    this.#isAlarm = options.isAlarm;
    this.#log = options.log;
    this.#lastId = this.#table.newestId;
    this.#openAlarms = this.#table.openAlarms;
    for (const row of this.#table.goingOn) {
      this.#newest.set(keyOf(row), row);
      if (!judgedAnew.has(row.kind)) this.add({ ...row, state: 'end', at: Date.now() });
    }
  }

  /** @param occurrence a camera that is lost is an alarm only once `raise` says so */
  add(occurrence: Occurrence): void {
    const at = Math.round(occurrence.at);
    const key = keyOf({ source: '', ...occurrence });
    const before = this.#newest.get(key);
    const { kind, state, cameraId } = occurrence;
    // At the start, when what was left open is ended, the cameras are not there to be asked.
    const alarm = state !== 'end' && kind !== 'camera-lost' && this.#isAlarm(kind, cameraId);
    const row = afterOccurrence(before, { ...occurrence, at }, { id: this.#lastId + 1, alarm });
    if (row === undefined || row === before) return;
    if (row.id > this.#lastId) this.#lastId = row.id;
    this.#put(key, row, row.id === before?.id ? before : undefined);
  }

  /** What goes on has gone on for long enough to be an alarm, if the rules want that. */
  raise(cameraId: string, kind: EventKind): void {
    const key = keyOf({ cameraId, kind, source: '' });
    const row = this.#newest.get(key);
    if (row === undefined || row.endedAt !== null || row.alarm || !this.#isAlarm(kind, cameraId)) return;
    this.#put(key, { ...row, alarm: true }, row);
  }

  /** What has begun and not ended. */
  goingOn(kind: EventKind): readonly Event[] {
    return [...this.#newest.values()].filter((row) => row.kind === kind && row.endedAt === null);
  }

  /** What happened last comes first. */
  list(query: EventQuery): EventPage {
    this.#write();
    // One more than asked for tells whether there is another page.
    const found = this.#table.list({ ...query, limit: query.limit + 1 });
    const events = found.slice(0, query.limit);
    const last = found.length > events.length ? events.at(-1) : undefined;
    return { events, cursor: last === undefined ? null : { at: last.lastAt, id: last.id } };
  }

  /**
   * On the disk when it returns; all of them, or none. What was acknowledged before stays as it is.
   * @param by who
   * @param sees what they do not see is not there for them
   * @returns the rows as they are now
   * @throws GatehouseError not-found; database-failed, disk-full
   */
  acknowledge(
    ids: readonly number[],
    note: string,
    by: string,
    sees: (event: Event) => boolean = () => true,
  ): Event[] {
    this.#flush();
    const rows = [...new Set(ids)].map((id) => {
      const row = this.#table.find(id);
      if (row === undefined || !sees(row))
        throw new GatehouseError('not-found', 'An event that was to be acknowledged is not kept any more.');
      return row;
    });
    const open = rows.filter(({ acknowledged }) => acknowledged === null);
    const acknowledged = { at: Date.now(), by, note };
    this.#table.acknowledge(
      open.map(({ id }) => id),
      acknowledged,
    );
    for (const row of open) {
      const key = keyOf(row);
      const seen = { ...row, acknowledged };
      if (row.alarm) this.#openAlarms--;
      if (this.#newest.get(key)?.id === row.id) this.#newest.set(key, seen);
      this.#tell(seen);
    }
    return rows.map((row) => (row.acknowledged === null ? { ...row, acknowledged } : row));
  }

  /** The newest open alarms and the newest of all, then every row that is new or has changed. */
  watch(signal: AbortSignal): AsyncGenerator<EventChange> {
    return this.#changes.watch(() => this.#snapshot(), signal);
  }

  [Symbol.dispose](): void {
    this.#write();
    clearTimeout(this.#timer);
  }

  #snapshot(): EventChange {
    this.#write();
    const open = this.#table.list({ open: true, limit: maximumListedEvents });
    const known = new Set(open.map(({ id }) => id));
    const others = this.#table.list({ limit: newestEvents }).filter(({ id }) => !known.has(id));
    return { type: 'snapshot', events: [...open, ...others], openAlarms: this.#openAlarms };
  }

  #put(key: string, row: Event, before: Event | undefined): void {
    this.#newest.set(key, row);
    this.#openAlarms += Number(isOpenAlarm(row)) - Number(before !== undefined && isOpenAlarm(before));
    this.#unwritten.set(row.id, row);
    const [oldest] = this.#unwritten.keys();
    if (this.#unwritten.size > maximumUnwritten && oldest !== undefined) this.#unwritten.delete(oldest);
    this.#timer ??= setTimeout(() => this.#write(), writeMilliseconds);
    this.#tell(row);
  }

  #tell(row: Event): void {
    const change: EventChange = { type: 'event', event: row, openAlarms: this.#openAlarms };
    this.#changes.put(row.id % maximumUnread, change);
  }

  #write(): void {
    try {
      this.#flush();
      this.#failed = false;
    } catch (error) {
      // With the next event it is tried again.
      if (!this.#failed) this.#log.error({ err: error }, 'the events could not be written');
      this.#failed = true;
    }
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unwritten.size === 0) return;
    const now = Date.now();
    this.#table.write([...this.#unwritten.values()], now - keptMilliseconds);
    this.#unwritten.clear();
    // Among what was forgotten may be alarms, if there was no room for them.
    this.#openAlarms = this.#table.openAlarms;
    for (const [key, { endedAt }] of this.#newest)
      if (endedAt !== null && Math.abs(now - endedAt) > mergeMilliseconds) this.#newest.delete(key);
  }
}

function isOpenAlarm({ alarm, acknowledged }: Event): boolean {
  return alarm && acknowledged === null;
}

function keyOf({ cameraId, kind, source }: Pick<Event, 'cameraId' | 'kind' | 'source'>): string {
  return `${cameraId} ${kind} ${source}`;
}
