import { Announcer } from '../base/announcer.ts';
import type { Log } from '../base/log.ts';
import type { EventChange, EventPage, EventQuery, ReportedEvent } from '../contract/event.ts';
import type { EventTransition } from '../onvif/event-states.ts';
import type { EventTable } from '../store/event-table.ts';

const keptMilliseconds = 7 * 24 * 60 * 60 * 1_000;
/** All events of this time are one transaction: what a crash takes along is at most this. */
const writeMilliseconds = 1_000;
/** What the disk does not take is kept up to here; then the oldest go. */
const maximumUnwritten = 10_000;
/** What a slow reader has not read yet; then it misses the oldest. */
const maximumUnread = 1_000;

/** What cameras have reported during the last seven days: told at once, written once a second. */
export class EventLog implements Disposable {
  readonly #table: EventTable;
  readonly #log: Log;
  readonly #changes = new Announcer<number, EventChange>();
  /** What goes on now, by camera, kind and source. */
  readonly #active = new Map<string, ReportedEvent>();
  #unwritten: ReportedEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastId: number;
  #failed = false;

  constructor(options: { table: EventTable; log: Log }) {
    this.#table = options.table;
    this.#log = options.log;
    this.#lastId = this.#table.newestId;
  }

  add(cameraId: string, transition: EventTransition): void {
    const event: ReportedEvent = {
      id: ++this.#lastId,
      cameraId,
      ...transition,
      at: Math.round(transition.at),
    };
    const key = `${cameraId} ${event.kind} ${event.source}`;
    if (event.state === 'begin') this.#active.set(key, event);
    else if (event.state === 'end') this.#active.delete(key);
    this.#changes.put(event.id % maximumUnread, { type: 'event', event });
    this.#unwritten.push(event);
    if (this.#unwritten.length > maximumUnwritten) this.#unwritten.shift();
    this.#timer ??= setTimeout(() => this.#write(), writeMilliseconds);
  }

  /** The newest first, in the order in which they came. */
  list(query: EventQuery): EventPage {
    this.#write();
    // One more than asked for tells whether there is another page.
    const found = this.#table.list({ ...query, limit: query.limit + 1 });
    const events = found.slice(0, query.limit);
    return { events, cursor: found.length > events.length ? (events.at(-1)?.id ?? null) : null };
  }

  /** What goes on now, then everything that is reported. */
  watch(signal: AbortSignal): AsyncGenerator<EventChange> {
    return this.#changes.watch(() => ({ type: 'snapshot', active: [...this.#active.values()] }), signal);
  }

  [Symbol.dispose](): void {
    this.#write();
    clearTimeout(this.#timer);
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unwritten.length === 0) return;
    try {
      this.#table.write(this.#unwritten, Date.now() - keptMilliseconds);
      this.#unwritten = [];
      this.#failed = false;
    } catch (error) {
      // With the next event it is tried again.
      if (!this.#failed) this.#log.error({ err: error }, 'the events of the cameras could not be written');
      this.#failed = true;
    }
  }
}
