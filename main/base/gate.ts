/** Lets one in at a time, in the order of coming. */
export class Gate {
  #last: Promise<void> = Promise.resolve();

  /**
   * Waits until everybody before has left; who is let in leaves by disposing what it gets.
   * @throws the signal's reason when it is aborted: the place in the queue is given up
   */
  async enter(signal: AbortSignal): Promise<Disposable> {
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const { promise: turn, resolve: proceed } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = before.then(() => left);
    void before.then(proceed);
    const giveUp = () => proceed();
    signal.addEventListener('abort', giveUp);
    if (!signal.aborted) await turn;
    signal.removeEventListener('abort', giveUp);
    if (signal.aborted) leave();
    signal.throwIfAborted();
    return { [Symbol.dispose]: leave };
  }
}
