import { localOwner } from '../access/principal.ts';
import { createRouter } from '../api/router.ts';
import type { Log } from '../base/log.ts';
import { CameraRegistry } from '../cameras/camera-registry.ts';
import type { CameraInput } from '../contract/camera.ts';
import { type HttpHost, startHttpHost } from '../hosts/http-host.ts';
import { type PortHost, type ServedPort, servePort } from '../hosts/port-host.ts';
import { openStore } from '../store/store.ts';
import { ViewerService } from '../viewers/viewer-service.ts';
import { showDemoCameras } from './demo-cameras.ts';

export interface EngineOptions {
  readonly dataFolder: string;
  /** Null: no HTTP host; windows come through `servePort`. */
  readonly http: { readonly port: number; readonly rendererFolder: string } | null;
  readonly log: Log;
  readonly demoCameras?: readonly CameraInput[];
}

/** Everything behind the window: cameras, viewers, store, API and hosts. */
export interface Engine extends AsyncDisposable {
  readonly http: HttpHost | null;
  readonly cameras: CameraRegistry;
  readonly viewers: ViewerService;
  /** Serves the API to a window of the desktop, as the local owner. */
  servePort(port: ServedPort): void;
}

/**
 * Builds every part in order; disposing takes them down in reverse: hosts (no new callers), viewers, cameras, store.
 * @throws GatehouseError database-failed, port-in-use
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { log } = options;
  await using parts = new AsyncDisposableStack();
  const store = parts.use(openStore({ folder: options.dataFolder, log }));
  if (options.demoCameras !== undefined) showDemoCameras(store, options.demoCameras);
  const cameras = parts.use(new CameraRegistry({ table: store.cameras, log }));
  const viewers = parts.use(new ViewerService({ log }));
  const router = createRouter({ cameras, layouts: store.layouts, viewers }, log);
  const http =
    options.http === null
      ? null
      : parts.use(await startHttpHost({ ...options.http, router, sessions: store.sessions, log }));
  const ports = new Set<PortHost>();
  parts.defer(async () => {
    await Promise.all([...ports].map((port) => port[Symbol.asyncDispose]()));
  });
  const owned = parts.move();
  return {
    http,
    cameras,
    viewers,
    servePort(port) {
      const served = servePort(port, router, localOwner);
      ports.add(served);
      // A window gets a new port whenever it is loaded again: the old ones must not be kept.
      void served.closed.then(() => ports.delete(served));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
