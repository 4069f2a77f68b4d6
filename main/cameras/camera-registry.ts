import { ChangeQueue } from '../base/change-queue.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { Secret } from '../base/secret.ts';
import type { Camera, CameraEvent, CameraInput, CameraStatus, StreamProfile } from '../contract/camera.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import { parseRtspUrl } from '../rtsp/rtsp-url.ts';
import type { CameraTable, StoredCamera } from '../store/camera-table.ts';
import { CameraSession } from './camera-session.ts';

/**
 * All cameras and the sessions of those that are watched. The table is the truth on disk, this the truth in memory: a
 * change is written first and announced after the commit.
 */
export class CameraRegistry implements AsyncDisposable {
  readonly #table: CameraTable;
  readonly #log: Log;
  readonly #cameras = new Map<string, StoredCamera>();
  /** By camera and profile, in one key. */
  readonly #sessions = new Map<
    string,
    { cameraId: string; profile: StreamProfile; session: CameraSession }
  >();
  readonly #watchers = new Set<ChangeQueue<string, CameraEvent>>();

  constructor(options: { table: CameraTable; log: Log }) {
    this.#table = options.table;
    this.#log = options.log;
    for (const stored of this.#table.list()) this.#cameras.set(stored.id, stored);
  }

  list(): Camera[] {
    return [...this.#cameras.values()].map(present);
  }

  /** @throws GatehouseError bad-input, database-failed */
  add(input: CameraInput): Camera {
    const main = parseRtspUrl(input.mainUrl);
    const sub = input.subUrl === null ? null : parseRtspUrl(input.subUrl);
    const username = input.username ?? main.username ?? sub?.username ?? null;
    const typed = input.password === undefined ? null : new Secret(input.password);
    const stored = this.#table.insert({
      name: input.name,
      group: input.group,
      mainUrl: main.url,
      subUrl: sub?.url ?? null,
      username: username === '' ? null : username,
      password: typed ?? main.password ?? sub?.password ?? null,
      ...(input.number === undefined ? {} : { number: input.number }),
    });
    this.#cameras.set(stored.id, stored);
    const camera = present(stored);
    this.#announce(`camera ${camera.id}`, { type: 'camera', camera });
    return camera;
  }

  /**
   * The right to read a camera's stream; a camera without a sub-stream gives its main stream for both.
   * @throws GatehouseError not-found
   */
  lease(cameraId: string, profile: StreamProfile): StreamLease {
    const camera = this.#cameras.get(cameraId);
    if (camera === undefined) throw new GatehouseError('not-found', 'This camera does not exist any more.');
    return this.#session(camera, camera.subUrl === null ? 'main' : profile).lease();
  }

  /** A snapshot, then changes; a slow reader gets the newest state of each camera and stream. */
  async *watch(signal: AbortSignal): AsyncGenerator<CameraEvent> {
    const queue = new ChangeQueue<string, CameraEvent>();
    this.#watchers.add(queue);
    try {
      yield { type: 'snapshot', cameras: this.list(), statuses: this.#statuses() };
      yield* queue.read(signal);
    } finally {
      this.#watchers.delete(queue);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ session }) => session[Symbol.asyncDispose]()));
  }

  #session(camera: StoredCamera, profile: StreamProfile): CameraSession {
    const key = `${camera.id} ${profile}`;
    const existing = this.#sessions.get(key);
    if (existing !== undefined) return existing.session;
    const { name, mainUrl, subUrl, username, password } = camera;
    const url = profile === 'sub' && subUrl !== null ? subUrl : mainUrl;
    const session = new CameraSession({
      target: { name, url, username, password },
      log: this.#log,
      onStatus: (status) => {
        const changed: CameraStatus = { cameraId: camera.id, profile, status };
        this.#announce(`status ${key}`, { type: 'status', status: changed });
      },
    });
    this.#sessions.set(key, { cameraId: camera.id, profile, session });
    return session;
  }

  #statuses(): CameraStatus[] {
    return [...this.#sessions.values()].map(({ cameraId, profile, session }) => ({
      cameraId,
      profile,
      status: session.status,
    }));
  }

  #announce(key: string, event: CameraEvent): void {
    for (const watcher of this.#watchers) watcher.put(key, event);
  }
}

function present(stored: StoredCamera): Camera {
  const { id, number, name, group, mainUrl, subUrl, username, password } = stored;
  return { id, number, name, group, mainUrl, subUrl, username, hasPassword: password !== null };
}
