/** What a virtual device reports: an ONVIF property or event. */
export interface DeviceEvent {
  /** With prefixes: `tns1:RuleEngine/CellMotionDetector/Motion`. */
  readonly topic: string;
  readonly source: readonly [name: string, value: string];
  readonly data: readonly [name: string, value: string];
  readonly operation: 'Initialized' | 'Changed' | 'Deleted';
  /** By the device's clock: milliseconds since 1970. */
  readonly at: number;
}

interface PullPoint {
  readonly id: string;
  /** The oldest are dropped beyond 200. */
  readonly waiting: DeviceEvent[];
  endsAt: number;
  wake: () => void;
}

const maximumPullPoints = 10;
const maximumWaiting = 200;

/** Subscriptions at a virtual device; each ends by itself unless it is renewed or pulled from. */
export class PullPoints implements Disposable {
  readonly #points = new Map<string, PullPoint>();
  #nextId = 1;
  /** How many were ever made. */
  created = 0;

  get open(): number {
    return this.#points.size;
  }

  /** Null when there are too many. */
  create(initial: readonly DeviceEvent[], seconds: number): string | null {
    this.#expire();
    if (this.#points.size >= maximumPullPoints) return null;
    const id = String(this.#nextId++);
    this.created++;
    const point = { id, waiting: [...initial], endsAt: Date.now() + seconds * 1_000, wake: () => {} };
    this.#points.set(id, point);
    return id;
  }

  /** False when there is none of this id. */
  renew(id: string, seconds: number): boolean {
    this.#expire();
    const point = this.#points.get(id);
    if (point !== undefined) point.endsAt = Date.now() + seconds * 1_000;
    return point !== undefined;
  }

  remove(id: string): boolean {
    this.#points.get(id)?.wake();
    return this.#points.delete(id);
  }

  /** All subscriptions are lost, as in a reboot. */
  clear(): void {
    for (const id of [...this.#points.keys()]) this.remove(id);
  }

  report(event: DeviceEvent): void {
    for (const point of this.#points.values()) {
      point.waiting.push(event);
      if (point.waiting.length > maximumWaiting) point.waiting.shift();
      point.wake();
    }
  }

  /** What has been reported since, waiting for it if nothing has; null when there is no such subscription. */
  async pull(
    id: string,
    limit: number,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<DeviceEvent[] | null> {
    this.#expire();
    const point = this.#points.get(id);
    if (point === undefined) return null;
    // A device that is being closed lets nobody wait.
    if (point.waiting.length === 0 && milliseconds > 0 && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      const timer = setTimeout(wake, milliseconds);
      signal.addEventListener('abort', wake, { once: true });
      point.wake = wake;
      await promise;
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
    }
    return point.waiting.splice(0, limit);
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  #expire(): void {
    const now = Date.now();
    for (const { id, endsAt } of this.#points.values()) if (endsAt <= now) this.remove(id);
  }
}
