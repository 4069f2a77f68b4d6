const stepMilliseconds = 1_000;

/** The time that the page shows, in steps of a second. */
export class Clock {
  #time = $state(Date.now());
  #monotonic = $state(performance.now());

  /** Milliseconds since 1970. */
  get time(): number {
    return this.#time;
  }

  /** Milliseconds of `performance.now()`: for ages, which must not jump with the clock on the wall. */
  get monotonic(): number {
    return this.#monotonic;
  }

  step(): void {
    this.#time = Date.now();
    this.#monotonic = performance.now();
  }

  /** Runs until the signal is aborted, in step with the full second. */
  run(signal: AbortSignal): void {
    let timeout: ReturnType<typeof setTimeout>;
    const next = () => {
      this.step();
      timeout = setTimeout(next, stepMilliseconds - (Date.now() % stepMilliseconds));
    };
    next();
    signal.addEventListener('abort', () => clearTimeout(timeout), { once: true });
  }
}
