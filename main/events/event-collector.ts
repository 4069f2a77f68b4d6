import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { abortableDelay, backoffMilliseconds, refusedMilliseconds } from '../base/retry.ts';
import { onvifTarget, targetKey } from '../cameras/onvif-target.ts';
import type { CameraEvent } from '../contract/camera.ts';
import type { ErrorCode } from '../contract/error-codes.ts';
import { EventStates } from '../onvif/event-states.ts';
import { OnvifClient, type OnvifTarget } from '../onvif/onvif-client.ts';
import type { StoredCamera } from '../store/camera-table.ts';
import type { EventFeed } from './event-feed.ts';

const expireMilliseconds = 10_000;
/** A camera that has no events may have some after an update. */
const unsupportedMilliseconds = 30 * 60_000;
/** A subscription that held for this long was a good one. */
const stableMilliseconds = 60_000;
/** From one camera's first question to the next one's: those of a whole site do not come in one moment. */
const apartMilliseconds = 20;

/** What is needed of the cameras. */
export interface CollectedCameras {
  watch(signal: AbortSignal): AsyncGenerator<CameraEvent>;
  stored(cameraId: string): StoredCamera | undefined;
}

interface Collecting {
  readonly key: string;
  readonly stop: AbortController;
  readonly running: Promise<void>;
}

/** Holds a subscription at every camera that has an ONVIF address, and puts what they report into the feed. */
export class EventCollector implements AsyncDisposable {
  readonly #cameras: CollectedCameras;
  readonly #events: EventFeed;
  readonly #log: Log;
  readonly #stop = new AbortController();
  readonly #collecting = new Map<string, Collecting>();
  /** Of cameras that were changed or removed a moment ago. */
  readonly #ending = new Set<Promise<void>>();
  readonly #following: Promise<void>;

  constructor(options: { cameras: CollectedCameras; events: EventFeed; log: Log }) {
    this.#cameras = options.cameras;
    this.#events = options.events;
    this.#log = options.log;
    this.#following = this.#follow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    for (const id of [...this.#collecting.keys()]) this.#end(id);
    await Promise.all([this.#following, ...this.#ending]);
  }

  async #follow(): Promise<void> {
    for await (const event of this.#cameras.watch(this.#stop.signal)) {
      if (event.type === 'snapshot') {
        for (const [index, { id }] of event.cameras.entries()) this.#take(id, index * apartMilliseconds);
      } else if (event.type === 'camera') this.#take(event.camera.id, 0);
      else if (event.type === 'removed') this.#end(event.cameraId);
    }
  }

  #take(cameraId: string, delayMilliseconds: number): void {
    const camera = this.#cameras.stored(cameraId);
    const target = camera === undefined ? null : onvifTarget(camera);
    const known = this.#collecting.get(cameraId);
    const key = target === null ? undefined : targetKey(target);
    if (known?.key === key) return;
    this.#end(cameraId);
    if (target === null || key === undefined || this.#stop.signal.aborted) return;
    const stop = new AbortController();
    const running = this.#collect(cameraId, target, delayMilliseconds, stop.signal);
    this.#collecting.set(cameraId, { key, stop, running });
  }

  #end(cameraId: string): void {
    const known = this.#collecting.get(cameraId);
    if (known === undefined) return;
    this.#collecting.delete(cameraId);
    known.stop.abort();
    const ending = known.running.finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Subscribes, and after a failure waits and subscribes again. Never rejects. */
  async #collect(
    cameraId: string,
    target: OnvifTarget,
    delayMilliseconds: number,
    signal: AbortSignal,
  ): Promise<void> {
    await abortableDelay(delayMilliseconds, signal);
    let attempt = 0;
    let logged: ErrorCode | undefined;
    while (!signal.aborted) {
      const startedAt = performance.now();
      try {
        await this.#subscribe(cameraId, target, signal);
      } catch (thrown) {
        if (signal.aborted) break;
        const { code, message } = GatehouseError.from(thrown);
        // A camera that is away is logged once, not at each attempt.
        if (code !== logged) this.#log.warn({ camera: target.name, code }, message);
        logged = code;
        if (performance.now() - startedAt > stableMilliseconds) attempt = 0;
        await abortableDelay(waitAfter(code, attempt++), signal);
      }
    }
  }

  /** One subscription from its beginning to its end. */
  async #subscribe(cameraId: string, target: OnvifTarget, signal: AbortSignal): Promise<void> {
    const client = await OnvifClient.connect(target, signal);
    const states = new EventStates();
    const expire = setInterval(() => {
      for (const transition of states.expire(Date.now())) this.#events.add({ cameraId, ...transition });
    }, expireMilliseconds);
    try {
      for await (const notifications of client.events.watch(signal)) {
        for (const notification of notifications) {
          const transition = states.take(notification, client.clockOffset, Date.now());
          if (transition !== null) this.#events.add({ cameraId, ...transition });
        }
      }
    } finally {
      clearInterval(expire);
      // Whether it goes on nobody knows from now on.
      for (const transition of states.clear(Date.now())) this.#events.add({ cameraId, ...transition });
    }
  }
}

function waitAfter(code: ErrorCode, attempt: number): number {
  // Cameras lock accounts, and the streams have the same one.
  if (code === 'camera-refused-credentials') return refusedMilliseconds;
  return code === 'onvif-not-supported' ? unsupportedMilliseconds : backoffMilliseconds(attempt);
}
