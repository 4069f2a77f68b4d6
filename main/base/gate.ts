/** Lets one in at a time, in the order of coming. */
export class Gate {
  #last: Promise<void> = Promise.resolve();

  /**
   * Waits until everybody before has left; who is let in leaves by disposing what it gets.
   * @throws the signal's reason when it is aborted: the place in the queue is given up
   */
  async enter(signal: AbortSignal): Promise<Disposable> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = before.then(() => promise);
    await before;
    if (signal.aborted) resolve();
    signal.throwIfAborted();
    return { [Symbol.dispose]: resolve };
  }
}
