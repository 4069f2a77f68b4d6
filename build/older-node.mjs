/*
 * Loaded before everything else where there is no pinned Node and the system's is a 22: what Gatehouse uses and only 24 has.
 */

/** As much of the standard's class as is used here; an error of one part does not keep the others from being disposed of. */
class Stack {
  /** @type {(() => unknown)[]} */
  #parts = [];

  /** @template {Partial<AsyncDisposable & Disposable> | null | undefined} Part @param {Part} part @returns {Part} */
  use(part) {
    const dispose = part?.[Symbol.asyncDispose] ?? part?.[Symbol.dispose];
    if (dispose !== undefined) this.#parts.push(() => dispose.call(part));
    return part;
  }

  /** @param {() => unknown} part */
  defer(part) {
    this.#parts.push(part);
  }

  move() {
    const moved = new Stack();
    moved.#parts = this.#parts.splice(0);
    return moved;
  }

  async disposeAsync() {
    /** @type {unknown[]} */
    const errors = [];
    for (const part of this.#parts.splice(0).reverse()) {
      try {
        await part();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  async [Symbol.asyncDispose]() {
    await this.disposeAsync();
  }
}

Object.assign(globalThis, { AsyncDisposableStack: globalThis.AsyncDisposableStack ?? Stack });
