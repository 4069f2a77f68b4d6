import os from 'node:os';
import path from 'node:path';
import { createAccess } from '../access/access.ts';
import { Shares } from '../access/shares.ts';
import { createRouter } from '../api/router.ts';
import { WhepEndpoint } from '../api/whep-endpoint.ts';
import { WhipEndpoint } from '../api/whip-endpoint.ts';
import { Audit, gatehouse } from '../audit/audit.ts';
import { WatchRecord } from '../audit/watch-record.ts';
import type { Log } from '../base/log.ts';
import { version } from '../base/version.ts';
import { CameraControls } from '../cameras/camera-controls.ts';
import { CameraDrives } from '../cameras/camera-drives.ts';
import { CameraIdentities } from '../cameras/camera-identities.ts';
import { CameraRegistry } from '../cameras/camera-registry.ts';
import { CameraTrials } from '../cameras/camera-trials.ts';
import { KeyFrameRequests } from '../cameras/key-frame-requests.ts';
import { MovedCameras } from '../cameras/moved-cameras.ts';
import { OnvifDeviceCheck } from '../cameras/onvif-device-check.ts';
import { planSiteCameras } from '../cameras/site-cameras.ts';
import { Clips } from '../clips/clips.ts';
import { isAlarm } from '../contract/alarm.ts';
import type { CameraInput } from '../contract/camera.ts';
import type { EventKind } from '../contract/event.ts';
import type { CameraHistory } from '../contract/history.ts';
import type { LanHostState } from '../contract/lan-host.ts';
import type { Policy } from '../contract/site-file-policy.ts';
import { demoOnvif, demoSounds, startVirtualCameras } from '../demo/virtual-fleet.ts';
import { createDiagnosticsZip } from '../diagnostics/diagnostics-zip.ts';
import { CameraDoctor } from '../doctor/camera-doctor.ts';
import { EventCollector } from '../events/event-collector.ts';
import { EventFeed } from '../events/event-feed.ts';
import { LossWatch } from '../events/loss-watch.ts';
import { RunMark } from '../events/run-mark.ts';
import { StalePictures } from '../events/stale-pictures.ts';
import { StorageWatch } from '../events/storage-watch.ts';
import { HealthMonitor } from '../health/health-monitor.ts';
import { Machine } from '../health/machine.ts';
import type { HttpHost, HttpHostOptions, WebServer, WebServerOptions } from '../hosts/http-host.ts';
import { type PortHost, type ServedPort, servePort } from '../hosts/port-host.ts';
import { LanService } from '../lan/lan-service.ts';
import { PictureMemory } from '../media/picture-memory.ts';
import { ClockWatch, clockJumpWords } from '../site/clock-watch.ts';
import { Kiosk } from '../site/kiosk.ts';
import { Layouts } from '../site/layouts.ts';
import { NetworkWatch } from '../site/network-watch.ts';
import { importAtStart } from '../site/site-file-at-start.ts';
import { type Imported, SiteFiles } from '../site/site-files.ts';
import { SiteService } from '../site/site-service.ts';
import { UpdatePolicy } from '../site/update-policy.ts';
import { Backups } from '../store/backups.ts';
import type { Recovery } from '../store/recovery.ts';
import { openStore, type Store } from '../store/store.ts';
import { mediaInterfaces } from '../viewers/media-addresses.ts';
import { ViewerService } from '../viewers/viewer-service.ts';
import { WhepService } from '../viewers/whep-service.ts';
import { WhipService } from '../whip/whip-service.ts';
import { addDemoCameras, DemoCameras, type DemoFleet } from './demo-cameras.ts';
import { type EngineDiscoveryOptions, startDiscovery } from './start-discovery.ts';

const maximumHistories = 50;

export interface EngineOptions {
  readonly dataFolder: string;
  /** Null: no HTTP host; windows come through `servePort`. */
  readonly http: { readonly port: number; readonly rendererFolder: string } | null;
  /** The built console, where it may be opened to other computers although there is no host on loopback. */
  readonly rendererFolder?: string;
  /** Networks on which it may be opened; those of this computer when left out. */
  readonly lanInterfaces?: () => LanHostState['interfaces'];
  readonly log: Log;
  /** Virtual cameras that somebody else runs. */
  readonly demoCameras?: readonly CameraInput[];
  /** Encrypts stored passwords; without one it is in a file of the data folder. */
  readonly key?: Uint8Array | null;
  /** Why there is no such key, for the guard, where there should be one. */
  readonly keyWarning?: string | null;
  /** Gets what the site prescribes for the desktop, at the start and whenever it was changed. */
  readonly onPolicy?: (policy: Policy) => void;
  /** Where cameras are looked for; nowhere when left out. */
  readonly discovery?: EngineDiscoveryOptions;
  /** Starts virtual cameras when a person asks for some; in this process when left out. */
  readonly startDemo?: (count: number) => Promise<DemoFleet>;
}

const megabyte = 1024 * 1024;

/** Everything behind the window: cameras, viewers, store, API and hosts. */
export interface Engine extends AsyncDisposable {
  readonly http: HttpHost | null;
  readonly cameras: CameraRegistry;
  readonly layouts: Layouts;
  readonly site: SiteService;
  readonly events: EventFeed;
  readonly viewers: ViewerService;
  /** Serves the API to a window of the desktop, as the local owner. */
  servePort(port: ServedPort): void;
  /** The machine was asleep: connections to cameras that look open are dead. */
  woke(): void;
  /** Whether this PIN lets somebody leave the kiosk. @throws GatehouseError limit-reached */
  checkPin(pin: string): Promise<boolean>;
  /** Makes a verified backup now. @throws GatehouseError disk-full, database-failed */
  backUp(): Promise<unknown>;
  /** What the desktop has seen, for the log. */
  note(words: string): void;
}

/**
 * Builds every part in order; disposing takes them down in reverse: hosts (no new callers), viewers, cameras, store.
 * @throws GatehouseError database-failed, port-in-use
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const {
    log,
    dataFolder,
    startDemo = (count) => startVirtualCameras({ count, onvif: demoOnvif, sounds: demoSounds }),
  } = options;
  await using parts = new AsyncDisposableStack();
  const store = parts.use(openStore({ folder: dataFolder, log, key: options.key ?? null }));
  const audit = parts.use(new Audit({ store, log }));
  const site = new SiteService({
    settings: store.settings,
    notices: store.notices,
    dataFolder,
    version,
    keyWarning: options.keyWarning ?? null,
    backups: () => backups.list(),
    onSettings: ({ replayMegabytes }) => {
      replay.limitBytes = replayMegabytes * megabyte;
    },
  });
  const replay = new PictureMemory(site.settings.replayMegabytes * megabyte);
  const events = parts.use(
    new EventFeed({
      table: store.events,
      isAlarm: (kind, id) =>
        isAlarm(site.alarms.rules, kind, id === null ? null : (cameras.stored(id) ?? null)),
      log,
    }),
  );
  const happened = (kind: EventKind, detail: string) =>
    events.add({ cameraId: null, kind, state: 'pulse', detail, at: Date.now() });
  const { lastRun } = store.settings;
  audit.write(gatehouse, { did: 'engine.started', details: { version, lastRun } });
  parts.defer(() => audit.write(gatehouse, { did: 'engine.stopped' }));
  parts.use(new RunMark(store.settings, events));
  if (store.recovery !== null) {
    log.error({ recovery: store.recovery }, 'the database was damaged');
    happened('data-damaged', tellRecovery(site, store.recovery));
    const { backup } = store.recovery;
    audit.write(gatehouse, { did: 'engine.data-restored', details: { backup } });
  }
  if (audit.problem !== null) {
    log.error({ problem: audit.problem }, 'the audit is not as it was written');
    happened('data-damaged', `The audit is not as it was written: ${audit.problem}.`);
  }
  const backups = parts.use(
    new Backups({
      database: store.database,
      folder: dataFolder,
      log,
      onFailure: (error) => {
        site.notify('backup-failed', error.message);
        happened('backup-failed', error.message);
      },
      onChange: () => site.announce(),
    }),
  );
  parts.use(
    new ClockWatch((milliseconds) => {
      log.warn({ milliseconds }, 'the clock jumped');
      site.notify('clock-jumped', clockJumpWords(milliseconds));
      happened('clock-jumped', clockJumpWords(milliseconds));
    }),
  );
  const siteFiles = (onImported: (imported: Imported) => void) =>
    new SiteFiles({ ...store, planCameras: planSiteCameras, onImported });
  await importAtStart({
    files: {
      import: (input) =>
        audit.during(
          () => gatehouse,
          () => ({ did: 'site.import' }),
          () => siteFiles(() => site.reload()).import(input),
        ),
    },
    settings: store.settings,
    site,
    dataFolder,
    named: process.env.GATEHOUSE_SITE_FILE,
    passphrase: process.env.GATEHOUSE_SITE_PASSPHRASE,
    log,
  });
  const access = parts.use(createAccess(store, audit));
  const whip = parts.use(
    new WhipService({ log, settings: store.settings, onPublisher: (id) => cameras.publisherChanged(id) }),
  );
  const pictures = new PictureMemory();
  const cameras = parts.use(
    new CameraRegistry({
      table: store.cameras,
      history: store.history,
      newConnection: () => site.settings.newCameraConnection,
      onMoved: (before, after) => access.callers.cameraMoved(before, after),
      requestKeyFrame: (id, profile) => keyFrames.ask(id, profile),
      publisherOf: (id) => whip.publisherOf(id),
      pictures,
      replay,
      log,
    }),
  );
  const trials = parts.use(new CameraTrials({ stored: (id) => cameras.stored(id), pictures, log }));
  const clips = parts.use(
    new Clips({
      table: store.clips,
      folder: dataFolder,
      audit,
      limitBytes: () => site.settings.clipMegabytes * megabyte,
      notify: (words) => site.notify('recording-not-kept', words),
      log,
    }),
  );
  const doctor = parts.use(new CameraDoctor({ cameras, trials, version }));
  const controls = new CameraControls({
    stored: (id) => cameras.stored(id),
    onSteered: (id, seconds) => cameras.tellSteered(id, seconds),
  });
  const drives = parts.use(
    new CameraDrives({
      controls,
      nameOf: (id) => cameras.stored(id)?.name,
      onDriven: (id, driver, seconds) => cameras.tellDriven(id, driver, seconds),
      log,
    }),
  );
  const keyFrames = parts.use(new KeyFrameRequests({ controls, stored: (id) => cameras.stored(id), log }));
  parts.use(new LossWatch({ cameras, feed: events, lostSeconds: () => site.alarms.lostSeconds }));
  parts.use(new StorageWatch({ folder: dataFolder, feed: events }));
  parts.use(new EventCollector({ cameras, events, log }));
  const machine = parts.use(new Machine(dataFolder));
  const health = parts.use(
    new HealthMonitor({ sessions: () => cameras.streams, losses: () => cameras.losses(), machine }),
  );
  const discovery = startDiscovery(parts, cameras, options.discovery ?? { scope: 'none' }, log);
  const identities = parts.use(new CameraIdentities({ table: store.identities, cameras, log }));
  const check = new OnvifDeviceCheck({ stored: (id) => cameras.stored(id) });
  const moved = parts.use(new MovedCameras({ cameras, identities, discovery, check, notices: site, log }));
  const demo = parts.use(
    new DemoCameras({ registry: cameras, settings: store.settings, site, start: startDemo }),
  );
  if (options.demoCameras !== undefined) addDemoCameras(cameras, options.demoCameras);
  const viewers = parts.use(
    new ViewerService({ log, settings: store.settings, iceServers: store.iceServers }),
  );
  parts.use(
    new NetworkWatch((addresses) => {
      log.info({ addresses }, 'the addresses of this computer have changed');
      cameras.redial(false);
      viewers.networkChanged();
      lan.networkChanged();
    }),
  );
  const watchRecord = parts.use(new WatchRecord({ audit, nameOf: (id) => cameras.stored(id)?.name, log }));
  const whep = parts.use(new WhepService({ log, settings: store.settings, viewers }));
  const shares = new Shares(store.shares);
  const layouts = new Layouts(store.layouts);
  const diagnostics = async () => {
    const zip = await createDiagnosticsZip({
      site: site.state,
      cameras: cameras.list(),
      statuses: cameras.statuses(),
      layouts: layouts.list(),
      windows: [...viewers.viewers].map(({ dropped }) => ({ dropped })),
      pictures,
      histories: historiesInTrouble(cameras),
      logFolder: path.join(dataFolder, 'logs'),
    });
    const name = `gatehouse-diagnostics-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.zip`;
    return new File([new Uint8Array(zip)], name, { type: 'application/zip' });
  };
  const tellPolicy = () => options.onPolicy?.(files.policy);
  const kiosk = new Kiosk(store.settings, tellPolicy);
  const updatePolicy = new UpdatePolicy(store.settings, tellPolicy);
  const files = siteFiles(({ cameraIds }) => {
    cameras.reload(cameraIds);
    layouts.reload();
    site.reload();
    tellPolicy();
  });
  tellPolicy();
  const rendererFolder = options.rendererFolder ?? options.http?.rendererFolder ?? null;
  const lanInterfaces = options.lanInterfaces ?? mediaInterfaces;
  const lan = parts.use(
    new LanService(
      store.lan,
      lanInterfaces,
      rendererFolder === null
        ? null
        : {
            hostName: ownHostName(),
            canSignIn: () =>
              store.users.list().some(({ passwordHash, disabled }) => passwordHash !== null && !disabled),
            serve: async (address) =>
              await serveOnAddress({ ...address, rendererFolder, router, access, ...endpoints, log }),
            log,
          },
    ),
  );
  const router = createRouter(
    {
      cameras,
      trials,
      controls,
      drives,
      presetPictures: store.presetPictures,
      doctor,
      clips,
      events,
      health,
      stalePictures: new StalePictures(events),
      discovery,
      moved,
      layouts,
      site,
      replay,
      siteFiles: files,
      kiosk,
      updatePolicy,
      demo,
      viewers,
      shares,
      whep,
      whip,
      whepAddress: (cameraId) => {
        const [base = http === null ? null : `http://127.0.0.1:${http.port}`] = lan.addresses;
        return base === null ? null : `${base}/whep/${cameraId}`;
      },
      publishPage: (cameraId) => {
        const [base = http === null ? null : `http://127.0.0.1:${http.port}`] = lan.addresses;
        return base === null ? null : `${base}/publish.html#${cameraId}/`;
      },
      lan,
      backups,
      diagnostics,
      people: access.people,
      accounts: access.accounts,
      consoleLock: access.consoleLock,
      audit,
      watchRecord,
      nameOf: namesOf({ cameras, layouts, clips, store }),
    },
    log,
  );
  const endpoints = {
    whep: new WhepEndpoint({ shares, cameras, whep, watchRecord }),
    whip: new WhipEndpoint({ shares, cameras, whip, watchRecord }),
  };
  const http: HttpHost | null =
    options.http === null
      ? null
      : parts.use(await serveHttp({ ...options.http, router, access, ...endpoints, log }));
  await lan.start();
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
    events,
    viewers,
    servePort(port) {
      const served = servePort(port, router, access.callers);
      ports.add(served);
      // A window gets a new port whenever it is loaded again: the old ones must not be kept.
      void served.closed.then(() => ports.delete(served));
    },
    woke() {
      log.info('the computer was asleep');
      cameras.redial(true);
    },
    checkPin: async (pin) => {
      const isRight = await kiosk.checkPin(pin);
      audit.write(gatehouse, { did: 'kiosk.left', outcome: isRight ? 'done' : 'sign-in-refused' });
      return isRight;
    },
    backUp: () => backups.backUp(),
    note: (words) => log.warn({ desktop: true }, words),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const moment = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'short',
  hourCycle: 'h23',
});

/** The data was damaged when the engine started. @returns what was said about it */
function tellRecovery(site: SiteService, { backup, backupTime, quarantine }: Recovery): string {
  const kept = quarantine === null ? '' : ` The damaged files are kept in ${quarantine}.`;
  const time = backupTime === null ? '' : ` of ${moment.format(backupTime)}`;
  const message =
    backup === null
      ? `The data was damaged and there was no backup: cameras and walls have to be entered again.${kept}`
      : `The data was damaged, and the backup${time} was brought back. Look whether cameras and walls are right: what was changed later is lost.${kept}`;
  site.notify(backup === null ? 'data-lost' : 'data-restored', message);
  return message;
}

/** What something of an id is called, whatever it is. */
function namesOf(parts: {
  cameras: CameraRegistry;
  layouts: Layouts;
  clips: Clips;
  store: Store;
}): (id: string) => string | undefined {
  const { cameras, layouts, clips, store } = parts;
  return (id) =>
    cameras.stored(id)?.name ??
    layouts.list().find((layout) => layout.id === id)?.name ??
    clips.nameOf(id) ??
    store.users.find(id)?.name ??
    store.roles.list().find((role) => role.id === id)?.name;
}

/** The cameras that do not play although they should: their histories tell most, and those of all would be a flood. */
function* historiesInTrouble(cameras: CameraRegistry): Generator<CameraHistory> {
  const waiting = cameras.statuses().filter(({ status }) => status.state === 'waiting');
  const ids = new Set(waiting.map(({ cameraId }) => cameraId));
  // Some may have been removed meanwhile.
  for (const id of [...ids].slice(0, maximumHistories))
    if (cameras.stored(id) !== undefined) yield cameras.history(id);
}

/** Loaded where it is wanted: the server is a fifth of what the engine is made of, and the desktop app has none. */
async function serveHttp(options: HttpHostOptions): Promise<HttpHost> {
  const { startHttpHost } = await import('../hosts/http-host.ts');
  return await startHttpHost(options);
}

async function serveOnAddress(options: WebServerOptions): Promise<WebServer> {
  const { startWebServer } = await import('../hosts/http-host.ts');
  return await startWebServer(options);
}

/** As others on the network may know it; empty when it is no name of a computer. */
function ownHostName(): string {
  const name = os.hostname().toLowerCase();
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name) && name !== 'localhost' ? name : '';
}
