import { ChangeQueue } from './change-queue.ts';

/** Tells changes to any number of readers, each at its own pace: see `ChangeQueue`. */
export class Announcer<Key, Event> {
  readonly #readers = new Set<ChangeQueue<Key, Event>>();

  /** Whether nobody listens. */
  get isIdle(): boolean {
    return this.#readers.size === 0;
  }

  put(key: Key, event: Event): void {
    for (const reader of this.#readers) reader.put(key, event);
  }

  /**
   * Everything, then changes, until the signal is aborted.
   * @param snapshot asked when the reading begins: no change between it and the next event is lost
   */
  async *watch(snapshot: () => Event, signal: AbortSignal): AsyncGenerator<Event> {
    const reader = new ChangeQueue<Key, Event>();
    this.#readers.add(reader);
    try {
      yield snapshot();
      yield* reader.read(signal);
    } finally {
      this.#readers.delete(reader);
    }
  }
}
