/** After so many wrong tries the waiting begins: many people may share an address. */
const freeTries = { account: 5, address: 20, browser: 10, pin: 4 } as const;
const firstMilliseconds = 1_000;
const longestMilliseconds = 15 * 60_000;
/** What was tried is forgotten after this time without another try. */
const forgetMilliseconds = 60 * 60_000;
/** Of accounts and sources that are remembered; then the one that was tried least lately is forgotten. */
const maximumKeys = 10_000;

/** What is counted by itself. */
export interface TriedKey {
  readonly kind: keyof typeof freeTries;
  readonly name: string;
}

interface Tries {
  count: number;
  /** When the next one is looked at: milliseconds of the clock that is asked. */
  next: number;
  last: number;
}

/** How long somebody has to wait after wrong passwords: 1 s after the fifth for an account, and twice as long after each more, up to 15 minutes. */
export class SignInLimits {
  readonly #tries = new Map<string, Tries>();

  /** Milliseconds to wait under the strictest of these keys; 0: none. */
  wait(keys: readonly TriedKey[], now: number): number {
    return Math.max(0, ...keys.map((key) => (this.#tries.get(textOf(key))?.next ?? 0) - now));
  }

  /** Before a password is looked at, so that many at once are as slow as one after the other. */
  count(keys: readonly TriedKey[], now: number): void {
    for (const triedKey of keys) {
      const key = textOf(triedKey);
      const free = freeTries[triedKey.kind];
      const before = this.#tries.get(key);
      const count = before === undefined || now - before.last > forgetMilliseconds ? 1 : before.count + 1;
      const wait = count < free ? 0 : firstMilliseconds * 2 ** Math.min(count - free, 20);
      this.#tries.delete(key);
      this.#tries.set(key, { count, next: now + Math.min(wait, longestMilliseconds), last: now });
      const [oldest] = this.#tries.keys();
      if (this.#tries.size > maximumKeys && oldest !== undefined) this.#tries.delete(oldest);
    }
  }

  /**
   * It was the right one. Of an address only this try is taken back: whoever has an account of their own does not get to guess at
   * others for ever.
   */
  clear(keys: readonly TriedKey[]): void {
    for (const key of keys) {
      const tries = this.#tries.get(textOf(key));
      if (tries === undefined) continue;
      if (key.kind !== 'address' || tries.count === 1) this.#tries.delete(textOf(key));
      else this.#tries.set(textOf(key), { ...tries, count: tries.count - 1, next: 0 });
    }
  }
}

function textOf({ kind, name }: TriedKey): string {
  return `${kind} ${name}`;
}
