/** How long this page was busy without a pause: the browser tells of everything that took it more than 50 ms (W3C Long Tasks). */
export class PageLoad {
  #blocked = 0;

  /** @param signal ends it */
  constructor(signal: AbortSignal) {
    // Only Chromium tells.
    if (!PerformanceObserver.supportedEntryTypes.includes('longtask')) return;
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) this.#blocked += duration;
    });
    observer.observe({ type: 'longtask' });
    signal.addEventListener('abort', () => observer.disconnect(), { once: true });
  }

  /** Milliseconds since it was asked last. */
  take(): number {
    const blocked = this.#blocked;
    this.#blocked = 0;
    return blocked;
  }
}
