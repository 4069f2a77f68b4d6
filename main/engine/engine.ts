import path from 'node:path';
import { localOwner } from '../access/principal.ts';
import { createRouter } from '../api/router.ts';
import type { Log } from '../base/log.ts';
import { version } from '../base/version.ts';
import { CameraRegistry } from '../cameras/camera-registry.ts';
import { CameraTrials } from '../cameras/camera-trials.ts';
import type { CameraInput } from '../contract/camera.ts';
import { startVirtualCameras } from '../demo/virtual-fleet.ts';
import { createDiagnosticsZip } from '../diagnostics/diagnostics-zip.ts';
import { type HttpHost, startHttpHost } from '../hosts/http-host.ts';
import { type PortHost, type ServedPort, servePort } from '../hosts/port-host.ts';
import { ClockWatch, clockJumpWords } from '../site/clock-watch.ts';
import { Layouts } from '../site/layouts.ts';
import { SiteService } from '../site/site-service.ts';
import { Backups } from '../store/backups.ts';
import type { Recovery } from '../store/recovery.ts';
import { openStore } from '../store/store.ts';
import { ViewerService } from '../viewers/viewer-service.ts';
import { addDemoCameras, DemoCameras, type DemoFleet } from './demo-cameras.ts';

const maximumHistories = 50;

export interface EngineOptions {
  readonly dataFolder: string;
  /** Null: no HTTP host; windows come through `servePort`. */
  readonly http: { readonly port: number; readonly rendererFolder: string } | null;
  readonly log: Log;
  /** Virtual cameras that somebody else runs. */
  readonly demoCameras?: readonly CameraInput[];
  /** Starts virtual cameras when a person asks for some; in this process when left out. */
  readonly startDemo?: (count: number) => Promise<DemoFleet>;
}

/** Everything behind the window: cameras, viewers, store, API and hosts. */
export interface Engine extends AsyncDisposable {
  readonly http: HttpHost | null;
  readonly cameras: CameraRegistry;
  readonly layouts: Layouts;
  readonly site: SiteService;
  readonly viewers: ViewerService;
  /** Serves the API to a window of the desktop, as the local owner. */
  servePort(port: ServedPort): void;
}

/**
 * Builds every part in order; disposing takes them down in reverse: hosts (no new callers), viewers, cameras, store.
 * @throws GatehouseError database-failed, port-in-use
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { log, dataFolder, startDemo = (count) => startVirtualCameras({ count }) } = options;
  await using parts = new AsyncDisposableStack();
  const store = parts.use(openStore({ folder: dataFolder, log }));
  const site = new SiteService({
    settings: store.settings,
    notices: store.notices,
    dataFolder,
    version,
    backups: () => backups.list(),
  });
  if (store.recovery !== null) tellRecovery(site, store.recovery);
  const backups = parts.use(
    new Backups({
      database: store.database,
      folder: dataFolder,
      log,
      onFailure: (error) => site.notify('backup-failed', error.message),
      onChange: () => site.announce(),
    }),
  );
  parts.use(
    new ClockWatch((milliseconds) => {
      log.warn({ milliseconds }, 'the clock jumped');
      site.notify('clock-jumped', clockJumpWords(milliseconds));
    }),
  );
  const cameras = parts.use(
    new CameraRegistry({
      table: store.cameras,
      history: store.history,
      newConnection: () => site.settings.newCameraConnection,
      log,
    }),
  );
  const trials = parts.use(new CameraTrials({ stored: (id) => cameras.stored(id), log }));
  const demo = parts.use(
    new DemoCameras({ registry: cameras, settings: store.settings, site, start: startDemo }),
  );
  if (options.demoCameras !== undefined) addDemoCameras(cameras, options.demoCameras);
  const viewers = parts.use(new ViewerService({ log }));
  const layouts = new Layouts(store.layouts);
  const diagnostics = async () => {
    const zip = await createDiagnosticsZip({
      site: site.state,
      cameras: cameras.list(),
      statuses: cameras.statuses(),
      layouts: layouts.list(),
      histories: inTrouble(cameras).map((id) => cameras.history(id)),
      logFolder: path.join(dataFolder, 'logs'),
    });
    const name = `gatehouse-diagnostics-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.zip`;
    return new File([new Uint8Array(zip)], name, { type: 'application/zip' });
  };
  const router = createRouter(
    {
      cameras,
      trials,
      layouts,
      site,
      demo,
      viewers,
      backups,
      diagnostics,
    },
    log,
  );
  const http =
    options.http === null
      ? null
      : parts.use(await startHttpHost({ ...options.http, router, sessions: store.sessions, log }));
  const ports = new Set<PortHost>();
  parts.defer(async () => {
    await Promise.all([...ports].map((port) => port[Symbol.asyncDispose]()));
  });
  void demo
    .resume()
    .catch((error: unknown) => log.error({ err: error }, 'the demo cameras did not come back'));
  const owned = parts.move();
  return {
    http,
    cameras,
    layouts,
    site,
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

/** The data was damaged when the engine started. */
function tellRecovery(site: SiteService, { backup, backupTime, quarantine, reason }: Recovery): void {
  const kept = quarantine === null ? '' : ` The damaged files are kept in ${quarantine} (${reason}).`;
  if (backup === null) {
    const message = `The data was damaged and there was no backup: cameras and walls have to be entered again.${kept}`;
    site.notify('data-lost', message);
    return;
  }
  const time = backupTime === null ? '' : ` of ${new Date(backupTime).toLocaleString()}`;
  const message = `The data was damaged, and the backup${time} was brought back. Look whether cameras and walls are right: what was changed later is lost.${kept}`;
  site.notify('data-restored', message);
}

/** The cameras that do not play although they should: their histories tell most, and those of all would be a flood. */
function inTrouble(cameras: CameraRegistry): readonly string[] {
  const waiting = cameras.statuses().filter(({ status }) => status.state === 'waiting');
  return [...new Set(waiting.map(({ cameraId }) => cameraId))].slice(0, maximumHistories);
}
