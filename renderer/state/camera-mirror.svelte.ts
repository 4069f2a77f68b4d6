import { SvelteMap } from 'svelte/reactivity';
import type {
  Camera,
  CameraDriver,
  CameraEvent,
  StreamProfile,
  StreamStatus,
} from '../../main/contract/camera.ts';

/** What the engine knows of its cameras, as of its last message; kept while the engine is away. */
export class CameraMirror {
  readonly #cameras = new SvelteMap<string, Camera>();
  readonly #statuses = new SvelteMap<string, StreamStatus>();
  /** Of `performance.now()`. */
  readonly #steeredUntil = new Map<string, number>();
  /** Until when it counts: of `performance.now()`. */
  readonly #drivers = new SvelteMap<string, { readonly driver: CameraDriver; readonly until: number }>();
  #order = $state.raw<readonly string[]>([]);
  #loaded = $state(false);

  /** In the order of the engine. */
  readonly cameras: readonly Camera[] = $derived(this.#order.flatMap((id) => this.#cameras.get(id) ?? []));
  /** The groups that there are, in the order of their first cameras. */
  readonly groups: readonly string[] = $derived([
    ...new Set(this.cameras.map(({ group }) => group).filter((group) => group !== '')),
  ]);

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

  /** How a camera is on the whole: the stream that walls show, unless only the main stream is being watched. */
  overallStatus({ id, subUrl }: Camera): StreamStatus {
    const main = this.status(id, 'main');
    const wall = subUrl === null ? main : this.status(id, 'sub');
    const isQuiet = wall === undefined || wall.state === 'idle' || wall.state === 'standby';
    if (isQuiet && (main?.state === 'playing' || main?.state === 'connecting')) return main;
    return wall ?? { state: 'idle' };
  }

  /** Whether somebody has just turned or zoomed it. @param now of `performance.now()` */
  isSteered(cameraId: string, now: number): boolean {
    return now < (this.#steeredUntil.get(cameraId) ?? 0);
  }

  /** Who moves it at this moment; null: nobody. @param now of `performance.now()` */
  driver(cameraId: string, now: number): CameraDriver | null {
    const driven = this.#drivers.get(cameraId);
    return driven === undefined || now >= driven.until ? null : driven.driver;
  }

  apply(event: CameraEvent): void {
    switch (event.type) {
      case 'snapshot':
        this.#cameras.clear();
        this.#statuses.clear();
        for (const camera of event.cameras) this.#cameras.set(camera.id, camera);
        this.#order = event.cameras.map(({ id }) => id);
        for (const { cameraId, profile, status } of event.statuses) {
          this.#statuses.set(key(cameraId, profile), status);
        }
        this.#loaded = true;
        break;
      case 'camera':
        if (!this.#cameras.has(event.camera.id)) this.#order = [...this.#order, event.camera.id];
        this.#cameras.set(event.camera.id, event.camera);
        break;
      case 'removed':
        this.#order = this.#order.filter((id) => id !== event.cameraId);
        this.#cameras.delete(event.cameraId);
        for (const profile of ['main', 'sub'] as const) this.#statuses.delete(key(event.cameraId, profile));
        break;
      case 'order':
        this.#order = event.cameraIds;
        break;
      case 'status': {
        const { cameraId, profile, status } = event.status;
        this.#statuses.set(key(cameraId, profile), status);
        break;
      }
      case 'steered':
        this.#steeredUntil.set(event.cameraId, performance.now() + event.seconds * 1_000);
        break;
      case 'driven': {
        const { cameraId, driver, seconds } = event;
        this.#drivers.set(cameraId, { driver, until: performance.now() + seconds * 1_000 });
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
