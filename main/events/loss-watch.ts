import type { CameraEvent, CameraStatus, StreamStatus } from '../contract/camera.ts';
import type { EventFeed } from './event-feed.ts';

const longestDetail = 300;

/** Tells when a camera is lost and when it is back, and makes an alarm of a loss that goes on. */
export class LossWatch implements AsyncDisposable {
  readonly #feed: EventFeed;
  readonly #lostSeconds: () => number;
  readonly #stop = new AbortController();
  /** By camera, the states of its streams. */
  readonly #streams = new Map<string, Map<string, StreamStatus>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #following: Promise<void>;

  /** @param options.lostSeconds after which a loss is an alarm */
  constructor(options: {
    cameras: { watch(signal: AbortSignal): AsyncGenerator<CameraEvent> };
    feed: EventFeed;
    lostSeconds: () => number;
  }) {
    this.#feed = options.feed;
    this.#lostSeconds = options.lostSeconds;
    this.#following = this.#follow(options.cameras.watch(this.#stop.signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await this.#following;
  }

  async #follow(changes: AsyncGenerator<CameraEvent>): Promise<void> {
    for await (const change of changes) {
      // What closing does to the cameras is no loss.
      if (this.#stop.signal.aborted) return;
      if (change.type === 'snapshot') {
        const ids = new Set(change.cameras.map(({ id }) => id));
        // Removed while nobody looked.
        for (const { cameraId } of this.#feed.goingOn('camera-lost'))
          if (cameraId !== null && !ids.has(cameraId)) this.#found(cameraId);
        for (const status of change.statuses) this.#take(status);
      } else if (change.type === 'status') this.#take(change.status);
      else if (change.type === 'removed') {
        this.#streams.delete(change.cameraId);
        this.#found(change.cameraId);
      }
    }
  }

  #take({ cameraId, profile, status }: CameraStatus): void {
    const streams = this.#streams.get(cameraId) ?? new Map<string, StreamStatus>();
    this.#streams.set(cameraId, streams);
    streams.set(profile, status);
    const all = [...streams.values()];
    const waiting = all.find(({ state }) => state === 'waiting');
    if (all.some(({ state }) => state === 'playing')) this.#found(cameraId);
    else if (waiting?.state === 'waiting') {
      // Whoever has ended to publish meant it; a publisher that was lost before stays so.
      if (waiting.error.code !== 'camera-not-published') this.#lost(cameraId, waiting.error.message);
    }
    // Of one that is dialled, or idle, nobody knows yet.
    else if (all.some(({ state }) => state === 'standby')) this.#found(cameraId);
  }

  #lost(cameraId: string, why: string): void {
    if (this.#timers.has(cameraId)) return;
    const detail = why.slice(0, longestDetail);
    this.#feed.add({ cameraId, kind: 'camera-lost', state: 'begin', detail, at: Date.now() });
    const raise = () => this.#feed.raise(cameraId, 'camera-lost');
    this.#timers.set(cameraId, setTimeout(raise, this.#lostSeconds() * 1_000));
  }

  #found(cameraId: string): void {
    clearTimeout(this.#timers.get(cameraId));
    this.#timers.delete(cameraId);
    this.#feed.add({ cameraId, kind: 'camera-lost', state: 'end', at: Date.now() });
  }
}
