import { GatehouseError } from './gatehouse-error.ts';

const retryAfterSeconds = 5;

/**
 * Lets a few at a time do something dear. Those who wait get their turn user by user, so that one with a hundred windows delays
 * another one's first by one window. Whoever finds the queue full is refused.
 */
export class FairQueue {
  readonly #concurrency: number;
  readonly #maximumWaiting: number;
  /** By user, in the order of their turns. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #count = 0;
  #running = 0;

  constructor(options: { concurrency: number; maximumWaiting: number }) {
    this.#concurrency = options.concurrency;
    this.#maximumWaiting = options.maximumWaiting;
  }

  /** @throws GatehouseError limit-reached, with the time after which to try again; the signal's reason when it is aborted before */
  async run<Result>(user: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#concurrency) await this.#wait(user);
    else this.#running++;
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.#running--;
      this.#next();
    }
  }

  async #wait(user: string): Promise<void> {
    if (this.#count >= this.#maximumWaiting) {
      throw new GatehouseError(
        'limit-reached',
        'Too many windows are being opened at this moment. This one tries again by itself.',
        { retryAfterSeconds },
      );
    }
    this.#count++;
    await new Promise<void>((begin) => {
      const queue = this.#waiting.get(user) ?? [];
      queue.push(begin);
      this.#waiting.set(user, queue);
    });
  }

  #next(): void {
    while (this.#running < this.#concurrency) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      const [user, queue] = first;
      const begin = queue.shift();
      // Behind all others.
      this.#waiting.delete(user);
      if (queue.length > 0) this.#waiting.set(user, queue);
      if (begin === undefined) continue;
      this.#count--;
      this.#running++;
      begin();
    }
  }
}
