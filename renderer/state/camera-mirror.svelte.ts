import { SvelteMap } from 'svelte/reactivity';
import type { Camera, CameraEvent, StreamProfile, StreamStatus } from '../../main/contract/camera.ts';

/** What the engine knows of its cameras, as of its last message; kept while the engine is away. */
export class CameraMirror {
  readonly #cameras = new SvelteMap<string, Camera>();
  readonly #statuses = new SvelteMap<string, StreamStatus>();
  #loaded = $state(false);

  /** In the order of the engine. */
  readonly cameras = $derived([...this.#cameras.values()]);

  /** False until the first snapshot: nobody knows yet whether there are cameras. */
  get loaded(): boolean {
    return this.#loaded;
  }

  camera(cameraId: string): Camera | undefined {
    return this.#cameras.get(cameraId);
  }

  status(cameraId: string, profile: StreamProfile): StreamStatus | undefined {
    return this.#statuses.get(key(cameraId, profile));
  }

  apply(event: CameraEvent): void {
    switch (event.type) {
      case 'snapshot':
        this.#cameras.clear();
        this.#statuses.clear();
        for (const camera of event.cameras) this.#cameras.set(camera.id, camera);
        for (const { cameraId, profile, status } of event.statuses) {
          this.#statuses.set(key(cameraId, profile), status);
        }
        this.#loaded = true;
        break;
      case 'camera':
        this.#cameras.set(event.camera.id, event.camera);
        break;
      case 'status': {
        const { cameraId, profile, status } = event.status;
        this.#statuses.set(key(cameraId, profile), status);
        break;
      }
      default:
        event satisfies never;
    }
  }
}

function key(cameraId: string, profile: StreamProfile): string {
  return `${cameraId} ${profile}`;
}
