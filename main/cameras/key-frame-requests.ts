import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { refusedMilliseconds } from '../base/retry.ts';
import type { StreamProfile } from '../contract/camera.ts';
import type { StoredCamera } from '../store/camera-table.ts';
import type { CameraControls } from './camera-controls.ts';

/**
 * Asks cameras over ONVIF for key frames that viewers wait for: each stream once at a time. One that refused, or cannot, is left
 * alone for ten minutes.
 */
export class KeyFrameRequests implements AsyncDisposable {
  readonly #controls: Pick<CameraControls, 'requestKeyFrame'>;
  readonly #stored: (cameraId: string) => StoredCamera | undefined;
  readonly #log: Log;
  readonly #stop = new AbortController();
  /** By camera and profile. */
  readonly #running = new Map<string, Promise<void>>();
  /** Not before: of `performance.now()`. */
  readonly #againAt = new Map<string, number>();

  constructor(options: {
    controls: Pick<CameraControls, 'requestKeyFrame'>;
    stored: (cameraId: string) => StoredCamera | undefined;
    log: Log;
  }) {
    this.#controls = options.controls;
    this.#stored = options.stored;
    this.#log = options.log;
  }

  /** Returns at once; nothing happens for a camera without an ONVIF address. */
  ask(cameraId: string, profile: StreamProfile): void {
    const camera = this.#stored(cameraId);
    if (camera === undefined || camera.onvifUrl === null || this.#stop.signal.aborted) return;
    const key = `${cameraId} ${profile}`;
    if (this.#running.has(key) || performance.now() < (this.#againAt.get(cameraId) ?? 0)) return;
    const running = this.#ask(camera, profile).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running.values());
  }

  /** Never rejects. */
  async #ask({ id, name }: StoredCamera, profile: StreamProfile): Promise<void> {
    try {
      await this.#controls.requestKeyFrame(id, profile, this.#stop.signal);
      this.#againAt.delete(id);
    } catch (thrown) {
      if (this.#stop.signal.aborted) return;
      const { code, message } = GatehouseError.from(thrown);
      this.#againAt.set(id, performance.now() + refusedMilliseconds);
      this.#log.debug({ camera: name, code }, message);
    }
  }
}
