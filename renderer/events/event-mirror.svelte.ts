import { SvelteMap } from 'svelte/reactivity';
import type { Event, EventChange } from '../../main/contract/event.ts';

/** The alarms that nobody has acknowledged, as of the engine's last message; kept while the engine is away. */
export class EventMirror {
  readonly #open = new SvelteMap<number, Event>();
  #openAlarms = $state(0);
  #snapshots = $state(0);
  readonly #readers = new Set<(event: Event) => void>();

  /** The newest first: by when they began, so that one that goes on does not jump. At most 500 at first. */
  readonly open: readonly Event[] = $derived([...this.#open.values()].sort((a, b) => b.id - a.id));
  /** The cameras that they are about. */
  readonly cameras: ReadonlySet<string> = $derived(
    new Set(this.open.flatMap(({ cameraId }) => cameraId ?? [])),
  );

  /** How many there are, also of those that are not known here. */
  get openAlarms(): number {
    return this.#openAlarms;
  }

  /** Rises whenever something may have been missed. */
  get snapshots(): number {
    return this.#snapshots;
  }

  /** Hands on every row that is new or has changed; returns how to end it. */
  read(reader: (event: Event) => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  apply(change: EventChange): void {
    this.#openAlarms = change.openAlarms;
    if (change.type === 'snapshot') {
      this.#open.clear();
      for (const event of change.events) this.#take(event);
      this.#snapshots++;
      return;
    }
    this.#take(change.event);
    for (const reader of this.#readers) reader(change.event);
  }

  #take(event: Event): void {
    if (event.alarm && event.acknowledged === null) this.#open.set(event.id, event);
    else this.#open.delete(event.id);
  }
}
