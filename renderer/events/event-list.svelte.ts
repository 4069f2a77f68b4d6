import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Event, EventKind, EventPage } from '../../main/contract/event.ts';
import type { Station } from '../state/station.svelte.ts';

const pageSize = 100;
/** What has come in while the list was open goes from its end again; asked for, it comes back. */
const maximumRows = 5_000;

export interface EventFilter {
  readonly openOnly: boolean;
  readonly kind: EventKind | null;
  readonly cameraId: string | null;
  /** Milliseconds since 1970; null: any time. */
  readonly from: number | null;
  readonly until: number | null;
}

const everything: EventFilter = { openOnly: false, kind: null, cameraId: null, from: null, until: null };

/** The events that the panel shows: pages of the engine, and what comes in meanwhile. */
export class EventList {
  readonly #station: Station;
  readonly #rows = new SvelteMap<number, Event>();
  #filter = $state.raw(everything);
  #cursor: EventPage['cursor'] = null;
  #hasMore = $state(false);
  #state = $state<'reading' | 'read' | 'failed'>('reading');
  /** Counts the readings, to tell the answer to an old filter. */
  #reading = 0;
  /** The row that the keys act on. */
  current = $state<number | null>(null);
  /** The row whose note is being typed. */
  noting = $state<number | null>(null);

  /** What happened last comes first. */
  readonly rows: readonly Event[] = $derived(
    [...this.#rows.values()].sort((a, b) => b.lastAt - a.lastAt || b.id - a.id),
  );

  constructor(station: Station) {
    this.#station = station;
  }

  get filter(): EventFilter {
    return this.#filter;
  }

  get hasMore(): boolean {
    return this.#hasMore;
  }

  get state(): 'reading' | 'read' | 'failed' {
    return this.#state;
  }

  get isFiltered(): boolean {
    return Object.entries(everything).some(
      ([name, value]) => this.#filter[name as keyof EventFilter] !== value,
    );
  }

  /** What is left out stays as it is. */
  choose(change: Partial<EventFilter>): void {
    this.#filter = { ...this.#filter, ...change };
  }

  chooseAll(): void {
    this.#filter = everything;
  }

  /** To be called in an effect while the panel is open: reads anew with every filter and every new link. */
  follow(): () => void {
    void this.#filter;
    void this.#station.events.snapshots;
    untrack(() => void this.#read(null));
    return this.#station.events.read((event) => this.#take(event));
  }

  async more(): Promise<void> {
    if (this.#hasMore && this.#state === 'read') await this.#read(this.#cursor);
  }

  /** Moves to another row. @returns its place */
  step(by: number): number | undefined {
    const { rows } = this;
    if (rows.length === 0) return undefined;
    const at = rows.findIndex(({ id }) => id === this.current);
    const next = at === -1 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1);
    this.current = rows[next]?.id ?? null;
    return next;
  }

  async #read(cursor: EventPage['cursor']): Promise<void> {
    const reading = ++this.#reading;
    this.#state = 'reading';
    const { openOnly, kind, cameraId, from, until } = this.#filter;
    const result = await this.#station.ask((client) =>
      client.events.list({
        limit: pageSize,
        ...(openOnly ? { open: true } : {}),
        ...(kind === null ? {} : { kind }),
        ...(cameraId === null ? {} : { cameraId }),
        ...(from === null ? {} : { from }),
        ...(until === null ? {} : { until }),
        ...(cursor === null ? {} : { cursor }),
      }),
    );
    if (reading !== this.#reading) return;
    if (result.failure !== null) {
      this.#state = 'failed';
      return;
    }
    if (cursor === null) this.#rows.clear();
    for (const event of result.answer.events) this.#rows.set(event.id, event);
    this.#cursor = result.answer.cursor;
    this.#hasMore = result.answer.cursor !== null;
    this.#state = 'read';
  }

  #take(event: Event): void {
    if (!matches(event, this.#filter)) {
      this.#rows.delete(event.id);
      return;
    }
    this.#rows.set(event.id, event);
    const oldest = this.rows.at(-1);
    if (this.#rows.size <= maximumRows || oldest === undefined) return;
    this.#rows.delete(oldest.id);
    this.#cursor = { at: oldest.lastAt, id: oldest.id + 1 };
    this.#hasMore = true;
  }
}

/** As the engine filters. */
function matches(event: Event, { openOnly, kind, cameraId, from, until }: EventFilter): boolean {
  if (openOnly && (!event.alarm || event.acknowledged !== null)) return false;
  if (kind !== null && event.kind !== kind) return false;
  if (cameraId !== null && event.cameraId !== cameraId) return false;
  if (from !== null && (event.endedAt ?? Number.POSITIVE_INFINITY) < from) return false;
  return until === null || event.firstAt < until;
}
