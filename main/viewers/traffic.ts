import { SendBudget } from './send-budget.ts';

const meterMilliseconds = 1_000;

/** What leaves for all windows that share a limit: those of one user, or of the site. */
export class Traffic {
  /** Bits a second; undefined: none. */
  limit: number | undefined;
  readonly #budget = new SendBudget();
  #bits = 0;
  #since = 0;
  #bitsPerSecond = 0;

  /** Whether another picture may leave now. @param now as of `performance.now()` */
  admits(now: number): boolean {
    return this.#budget.admits(this.limit, now);
  }

  spend(bytes: number, now: number): void {
    this.#roll(now);
    this.#bits += bytes * 8;
    if (this.limit !== undefined) this.#budget.spend(bytes);
  }

  /** Bits a second, of the last second that is over. */
  bitsPerSecond(now: number): number {
    this.#roll(now);
    return this.#bitsPerSecond;
  }

  #roll(now: number): void {
    const passed = now - this.#since;
    if (passed < meterMilliseconds) return;
    this.#bitsPerSecond = passed < 2 * meterMilliseconds ? (this.#bits * 1_000) / passed : 0;
    this.#bits = 0;
    this.#since = now;
  }
}

/** All limits that one window is under. */
export class TrafficShare {
  readonly #parts: readonly Traffic[];

  constructor(parts: readonly Traffic[]) {
    this.#parts = parts;
  }

  admits(now: number): boolean {
    return this.#parts.every((traffic) => traffic.admits(now));
  }

  spend(bytes: number, now: number): void {
    for (const traffic of this.#parts) traffic.spend(bytes, now);
  }
}
