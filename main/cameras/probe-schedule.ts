import type { GatehouseError } from '../base/gatehouse-error.ts';
import { refusedMilliseconds } from '../base/retry.ts';
import type { CameraSession } from './camera-session.ts';

const probeMilliseconds = 30_000;
const lookMilliseconds = 250;
/** Sockets that may be busy with this at a time; the others wait for the next look. */
const maximumProbes = 32;

/** Times are of `performance.now()`. */
interface Entry {
  readonly session: CameraSession;
  dueAt: number;
  probing: boolean;
}

/** Asks cameras that nobody watches whether they are there, each once in 30 s, spread over that time. */
export class ProbeSchedule implements AsyncDisposable {
  readonly #entries = new Map<string, Entry>();
  /** Runs while there is somebody to ask. */
  #timer: NodeJS.Timeout | undefined;
  readonly #running = new Set<Promise<void>>();
  #isDisposed = false;

  /** From now on a camera is asked, the first time at once. */
  add(cameraId: string, session: CameraSession): void {
    this.#entries.set(cameraId, { session, dueAt: 0, probing: false });
    this.#run();
  }

  /** The same for many: each at its own moment within the next 30 s. */
  addAll(sessions: ReadonlyMap<string, CameraSession>): void {
    const now = performance.now();
    let index = 0;
    for (const [cameraId, session] of sessions) {
      const dueAt = now + (index++ / sessions.size) * probeMilliseconds;
      this.#entries.set(cameraId, { session, dueAt, probing: false });
    }
    this.#run();
  }

  /** Asks these as soon as it can, instead of at their time. */
  hurry(cameraIds: Iterable<string>): void {
    for (const id of cameraIds) {
      const entry = this.#entries.get(id);
      if (entry !== undefined) entry.dueAt = 0;
    }
  }

  /** Whether this is the session that is asked. */
  has(cameraId: string, session: CameraSession): boolean {
    return this.#entries.get(cameraId)?.session === session;
  }

  remove(cameraId: string): void {
    this.#entries.delete(cameraId);
    if (this.#entries.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#isDisposed = true;
    await Promise.all(this.#running);
  }

  #run(): void {
    if (this.#entries.size === 0 || this.#isDisposed) return;
    this.#timer ??= setInterval(() => this.#look(), lookMilliseconds);
  }

  #look(): void {
    const now = performance.now();
    const due = [...this.#entries.values()].filter((entry) => !entry.probing && entry.dueAt <= now);
    // Whoever waits longest is first: cameras that do not answer must not keep others from ever being asked.
    for (const entry of due.sort((a, b) => a.dueAt - b.dueAt)) {
      if (this.#running.size >= maximumProbes) return;
      if (entry.session.busy) {
        // Asked as soon as nobody watches it any more.
        entry.dueAt = now;
        continue;
      }
      this.#start(entry);
    }
  }

  #start(entry: Entry): void {
    entry.probing = true;
    const next = (failure: GatehouseError | null) => {
      const wait = failure?.code === 'camera-refused-credentials' ? refusedMilliseconds : probeMilliseconds;
      entry.dueAt = performance.now() + wait;
      return Date.now() + wait;
    };
    const running = entry.session.probe(next).finally(() => {
      entry.probing = false;
      this.#running.delete(running);
    });
    this.#running.add(running);
  }
}
