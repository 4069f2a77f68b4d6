import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { createRouterClient } from '@orpc/server';
import { WebSocket } from 'ws';
import { type AccessControl, createAccess } from '../../main/access/access.ts';
import type { Caller } from '../../main/access/callers.ts';
import { Shares } from '../../main/access/shares.ts';
import { type ApiRouter, createRouter } from '../../main/api/router.ts';
import { WhepEndpoint } from '../../main/api/whep-endpoint.ts';
import { WhipEndpoint } from '../../main/api/whip-endpoint.ts';
import { Audit } from '../../main/audit/audit.ts';
import { WatchRecord } from '../../main/audit/watch-record.ts';
import { createLog, type Log } from '../../main/base/log.ts';
import { CameraControls } from '../../main/cameras/camera-controls.ts';
import { CameraDrives } from '../../main/cameras/camera-drives.ts';
import { CameraIdentities } from '../../main/cameras/camera-identities.ts';
import { CameraRegistry } from '../../main/cameras/camera-registry.ts';
import { CameraTrials } from '../../main/cameras/camera-trials.ts';
import { MovedCameras } from '../../main/cameras/moved-cameras.ts';
import { OnvifDeviceCheck } from '../../main/cameras/onvif-device-check.ts';
import { planSiteCameras } from '../../main/cameras/site-cameras.ts';
import { Clips } from '../../main/clips/clips.ts';
import { isAlarm } from '../../main/contract/alarm.ts';
import type { contract } from '../../main/contract/contract.ts';
import type { LanHostState } from '../../main/contract/lan-host.ts';
import type { OwnRole } from '../../main/contract/people.ts';
import type { ConsoleRight } from '../../main/contract/rights.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { Discovery } from '../../main/discovery/discovery.ts';
import { CameraDoctor } from '../../main/doctor/camera-doctor.ts';
import { DemoCameras } from '../../main/engine/demo-cameras.ts';
import { EventCollector } from '../../main/events/event-collector.ts';
import { EventFeed } from '../../main/events/event-feed.ts';
import { StalePictures } from '../../main/events/stale-pictures.ts';
import { HealthMonitor } from '../../main/health/health-monitor.ts';
import { Machine } from '../../main/health/machine.ts';
import { type HttpHost, startHttpHost, startWebServer } from '../../main/hosts/http-host.ts';
import { servePort } from '../../main/hosts/port-host.ts';
import { LanService } from '../../main/lan/lan-service.ts';
import { PictureMemory } from '../../main/media/picture-memory.ts';
import { Kiosk } from '../../main/site/kiosk.ts';
import { Layouts } from '../../main/site/layouts.ts';
import { SiteFiles } from '../../main/site/site-files.ts';
import { SiteService } from '../../main/site/site-service.ts';
import { UpdatePolicy } from '../../main/site/update-policy.ts';
import { openStore, type Store } from '../../main/store/store.ts';
import { ViewerService } from '../../main/viewers/viewer-service.ts';
import { WhepService } from '../../main/viewers/whep-service.ts';
import { WhipService } from '../../main/whip/whip-service.ts';

export type ApiClient = ContractRouterClient<typeof contract>;

const silent = createLog('silent');
const rendererFolder = path.resolve(import.meta.dirname, '../../renderer');

/** The parts of an engine that the API stands on, all of them real, in a folder of its own. */
export interface ApiHarness {
  readonly folder: string;
  readonly store: Store;
  readonly cameras: CameraRegistry;
  readonly trials: CameraTrials;
  readonly clips: Clips;
  readonly site: SiteService;
  readonly events: EventFeed;
  readonly health: HealthMonitor;
  readonly viewers: ViewerService;
  readonly access: AccessControl;
  readonly whep: WhepService;
  readonly whip: WhipService;
  readonly endpoints: { readonly whep: WhepEndpoint; readonly whip: WhipEndpoint };
  readonly audit: Audit;
  readonly router: ApiRouter;
  readonly lan: LanService;
  /** Where the console may be opened; all on loopback. */
  readonly networks: LanHostState['interfaces'];
}

export async function createHarness(owned: AsyncDisposableStack, log: Log = silent): Promise<ApiHarness> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-api-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  const store = owned.use(openStore({ folder, log }));
  const audit = owned.use(new Audit({ store, log }));
  const site = new SiteService({
    settings: store.settings,
    notices: store.notices,
    dataFolder: folder,
    version: '0.0.0',
    keyWarning: null,
    backups: () => [],
  });
  const replay = new PictureMemory(16 * 1024 * 1024);
  const access = owned.use(createAccess(store, audit));
  const whip = owned.use(
    new WhipService({ log, settings: store.settings, onPublisher: (id) => cameras.publisherChanged(id) }),
  );
  const cameras = owned.use(
    new CameraRegistry({
      table: store.cameras,
      history: store.history,
      newConnection: () => site.settings.newCameraConnection,
      onMoved: (before, after) => access.callers.cameraMoved(before, after),
      publisherOf: (id) => whip.publisherOf(id),
      replay,
      log,
    }),
  );
  const trials = owned.use(
    new CameraTrials({ pictures: new PictureMemory(), stored: (id) => cameras.stored(id), log }),
  );
  const doctor = owned.use(new CameraDoctor({ cameras, trials, version: '0.0.0' }));
  const clips = owned.use(
    new Clips({
      table: store.clips,
      folder,
      audit,
      limitBytes: () => site.settings.clipMegabytes * 1024 * 1024,
      log,
    }),
  );
  const controls = new CameraControls({ stored: (id) => cameras.stored(id) });
  const drives = owned.use(
    new CameraDrives({
      controls,
      nameOf: (id) => cameras.stored(id)?.name,
      onDriven: (id, driver, seconds) => cameras.tellDriven(id, driver, seconds),
      log,
    }),
  );
  const events = owned.use(
    new EventFeed({
      table: store.events,
      isAlarm: (kind, id) =>
        isAlarm(site.alarms.rules, kind, id === null ? null : (cameras.stored(id) ?? null)),
      log,
    }),
  );
  owned.use(new EventCollector({ cameras, events, log }));
  const health = owned.use(
    new HealthMonitor({
      sessions: () => cameras.streams,
      losses: () => cameras.losses(),
      machine: owned.use(new Machine(folder)),
    }),
  );
  const demo = owned.use(
    new DemoCameras({
      registry: cameras,
      settings: store.settings,
      site,
      start: (count) => startVirtualCameras({ count }),
    }),
  );
  const discovery = owned.use(new Discovery({ scope: 'none', log, cameraAt: () => null }));
  const identities = owned.use(new CameraIdentities({ table: store.identities, cameras, log }));
  const check = new OnvifDeviceCheck({ stored: (id) => cameras.stored(id) });
  const moved = owned.use(new MovedCameras({ cameras, identities, discovery, check, notices: site, log }));
  const viewers = owned.use(
    new ViewerService({ log, settings: store.settings, iceServers: store.iceServers }),
  );
  const watchRecord = owned.use(new WatchRecord({ audit, nameOf: (id) => cameras.stored(id)?.name, log }));
  const whep = owned.use(new WhepService({ log, settings: store.settings, viewers }));
  const shares = new Shares(store.shares);
  const endpoints = {
    whep: new WhepEndpoint({ shares, cameras, whep, watchRecord }),
    whip: new WhipEndpoint({ shares, cameras, whip, watchRecord }),
  };
  const layouts = new Layouts(store.layouts);
  const siteFiles = new SiteFiles({
    ...store,
    planCameras: planSiteCameras,
    onImported: ({ cameraIds }) => {
      cameras.reload(cameraIds);
      layouts.reload();
      site.reload();
    },
  });
  const networks: LanHostState['interfaces'] = [
    { name: 'lan0', addresses: ['127.0.0.2'], isUsual: true },
    { name: 'lan1', addresses: ['127.0.0.3'], isUsual: true },
    { name: 'tun0', addresses: ['127.0.0.4'], isUsual: false },
  ];
  const lan = owned.use(
    new LanService(store.lan, () => networks, {
      hostName: 'guard-pc',
      canSignIn: () => store.users.list().some(({ passwordHash }) => passwordHash !== null),
      serve: async (address) =>
        await startWebServer({ ...address, rendererFolder, router, access, ...endpoints, log }),
      log,
    }),
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
      siteFiles,
      kiosk: new Kiosk(store.settings),
      updatePolicy: new UpdatePolicy(store.settings),
      demo,
      viewers,
      shares,
      whep,
      whip,
      whepAddress: () => null,
      publishPage: () => null,
      lan,
      backups: { backUp: async () => ({ file: 'gatehouse.db', time: 0, bytes: 0 }) },
      diagnostics: async () => new File([], 'diagnostics.zip'),
      people: access.people,
      accounts: access.accounts,
      consoleLock: access.consoleLock,
      audit,
      watchRecord,
      nameOf: (id) => cameras.stored(id)?.name ?? clips.nameOf(id) ?? store.users.find(id)?.name,
    },
    log,
  );
  return {
    ...{ folder, store, cameras, trials, clips, site, events, health, viewers },
    ...{ access, audit, whep, whip, endpoints, router, lan, networks },
  };
}

/** A client of one kind, and how to be gone without saying goodbye. */
export interface Connection {
  readonly client: ApiClient;
  hangUp(): Promise<void>;
}

export type Transport = (harness: ApiHarness, owned: AsyncDisposableStack) => Promise<Connection>;

const overWebSocket: Transport = async (harness, owned) =>
  await connectTo(owned.use(await startHost(harness)), owned);

/** What a client must know of a host, which may be in another process. */
export type HostDoor = Pick<HttpHost, 'port' | 'issueToken'>;

/** Signs in, or goes on with a session, and calls over a WebSocket. @param cookie of the session */
export async function connectTo(
  host: HostDoor,
  owned: AsyncDisposableStack,
  cookie?: string,
): Promise<Connection> {
  const socket = await openSocket(host, cookie ?? (await signIn(host)));
  owned.defer(() => closeSocket(socket));
  const client: ApiClient = createORPCClient(
    new SocketLink({ websocket: socket as unknown as globalThis.WebSocket }),
  );
  return { client, hangUp: () => closeSocket(socket) };
}

const overMessagePort: Transport = async (harness, owned) => {
  const { port1, port2 } = new MessageChannel();
  owned.use(servePort(port1, harness.router, harness.access.callers));
  const client: ApiClient = createORPCClient(new PortLink({ port: port2 }));
  port2.start();
  const closed = new Promise<void>((resolve) => port2.once('close', () => resolve()));
  const hangUp = async () => {
    port2.close();
    await closed;
  };
  owned.defer(hangUp);
  return { client, hangUp };
};

const inMemory: Transport = async (harness) => ({
  client: memoryClient(harness),
  hangUp: async () => {},
});

export const transports = [
  ['over WebSocket', overWebSocket],
  ['over MessagePort', overMessagePort],
  ['in memory', inMemory],
] as const satisfies readonly (readonly [name: string, transport: Transport])[];

/** @param caller the station of the owner when left out */
export function memoryClient(harness: ApiHarness, caller?: Caller): ApiClient {
  const { callers } = harness.access;
  return createRouterClient(harness.router, {
    context: { caller: caller ?? callers.open({ kind: 'station' }) },
  });
}

/** Somebody with a role of their own. */
export function callerOf(
  { store, access }: ApiHarness,
  { console = [], cameras = [] }: { console?: ConsoleRight[]; cameras?: OwnRole['rights']['cameras'] },
  hours: OwnRole['hours'] = null,
): Caller & { readonly principal: { readonly userId: string } } {
  const id = randomUUID();
  store.roles.save({ id, name: `Role ${id}`, rights: { console, cameras }, hours });
  store.users.save({
    ...{ id, name: `Person ${id}`, roleId: id, disabled: false, passwordHash: null, sealedTotpKey: null },
  });
  const caller = access.callers.open({ kind: 'user', userId: id });
  if (caller === undefined) throw new Error('nobody');
  return caller as Caller & { readonly principal: { readonly userId: string } };
}

export async function startHost(harness: ApiHarness, port = 0, folder = rendererFolder): Promise<HttpHost> {
  return await startHttpHost({
    port,
    router: harness.router,
    access: harness.access,
    ...harness.endpoints,
    rendererFolder: folder,
    log: silent,
  });
}

export function originOf(host: HostDoor): string {
  return `http://127.0.0.1:${host.port}`;
}

/** Uses a one-time token; returns the cookie to send. */
export async function signIn(host: HostDoor): Promise<string> {
  const response = await postToken(host, host.issueToken());
  const cookie = response.headers.get('set-cookie') ?? '';
  return cookie.split(';')[0] ?? '';
}

export async function postToken(host: HostDoor, token: string): Promise<Response> {
  return await fetch(`${originOf(host)}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: originOf(host) },
    body: JSON.stringify({ token }),
  });
}

export async function openSocket(
  host: HostDoor,
  cookie: string,
  protocols: string | string[] = [],
): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}/api`, protocols, {
    headers: { cookie },
    origin: originOf(host),
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return socket;
}

async function closeSocket(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.terminate();
  await closed;
}
