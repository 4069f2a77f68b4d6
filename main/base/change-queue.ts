/**
 * What has changed and was not read yet, for one slow reader: a newer value takes the place of an unread one with the
 * same key, so that it never holds more than one value a key.
 */
export class ChangeQueue<Key, Value> {
  readonly #changes = new Map<Key, Value>();
  #wake: () => void = () => {};

  put(key: Key, value: Value): void {
    // Deleted first, so that changes are read in the order of their last writing.
    this.#changes.delete(key);
    this.#changes.set(key, value);
    this.#wake();
  }

  /** Yields changes as they come; ends when the signal is aborted. */
  async *read(signal: AbortSignal): AsyncGenerator<Value> {
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      while (!signal.aborted) {
        const [next] = this.#changes;
        if (next !== undefined) {
          this.#changes.delete(next[0]);
          yield next[1];
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}
