import { randomUUID } from 'node:crypto';
import { createLog } from '../../main/base/log.ts';
import { CameraIdentities } from '../../main/cameras/camera-identities.ts';
import type { CameraRegistry } from '../../main/cameras/camera-registry.ts';
import { MovedCameras } from '../../main/cameras/moved-cameras.ts';
import { OnvifDeviceCheck } from '../../main/cameras/onvif-device-check.ts';
import type { Notice } from '../../main/contract/site.ts';
import type { CameraCredentials } from '../../main/demo/credentials.ts';
import { DiscoveryResponder, type RespondingDevice } from '../../main/demo/discovery-responder.ts';
import { VirtualCamera, type VirtualOnvifOptions } from '../../main/demo/virtual-camera.ts';
import { VirtualFleet } from '../../main/demo/virtual-fleet.ts';
import type { DiscoveryPorts } from '../../main/discovery/discovery.ts';
import type { LocalNetwork } from '../../main/discovery/local-network.ts';
import { SiteService } from '../../main/site/site-service.ts';
import { openStore, type Store } from '../../main/store/store.ts';
import { temporaryFolder } from './console-window.ts';
import { createDiscovery, devices } from './discovery-scene.ts';
import { freePorts } from './free-ports.ts';
import { startRegistry } from './registry-scene.ts';

export const movedAccount = { username: 'guard', password: 'canary-7731' } as const;
const log = createLog('silent');

/** Cameras on loopback addresses of their own, and who looks for those that have moved. */
export class MovedCameraScene {
  readonly uuid: string = randomUUID();
  readonly store: Store;
  readonly registry: CameraRegistry;
  readonly site: SiteService;
  readonly #owned: AsyncDisposableStack;
  readonly #ports: DiscoveryPorts;
  readonly #networks: () => LocalNetwork[];
  readonly moved: MovedCameras;
  readonly identities: CameraIdentities;
  /** RTSP and ONVIF, the same at every address. */
  readonly #rtspPort: number;
  readonly #onvifPort: number;

  private constructor(
    owned: AsyncDisposableStack,
    store: Store,
    ports: DiscoveryPorts,
    tcpPorts: DiscoveryPorts,
    networks: () => LocalNetwork[],
  ) {
    this.#owned = owned;
    this.#ports = ports;
    this.#networks = networks;
    this.#rtspPort = tcpPorts.wsDiscovery;
    this.#onvifPort = tcpPorts.mdns;
    this.store = store;
    this.registry = startRegistry(owned, store).registry;
    this.site = new SiteService({
      settings: store.settings,
      notices: store.notices,
      dataFolder: '',
      version: '0.0.0',
      keyWarning: null,
      backups: () => [],
    });
    const cameras = this.registry;
    const stored = (id: string) => cameras.stored(id);
    this.identities = owned.use(this.createIdentities());
    const discovery = createDiscovery(owned, ports, { networks: this.#networks, lookMilliseconds: 1_500 });
    this.moved = owned.use(
      new MovedCameras({
        ...{ cameras, identities: this.identities, discovery, check: new OnvifDeviceCheck({ stored }) },
        ...{ notices: this.site, log, tickMilliseconds: 50, awayMilliseconds: 200 },
      }),
    );
  }

  static async start(
    owned: AsyncDisposableStack,
    networks: () => LocalNetwork[] = () => [{ name: 'lo', address: '127.0.0.1', prefix: 8 }],
  ): Promise<MovedCameraScene> {
    const store = owned.use(openStore({ folder: await temporaryFolder(owned), log }));
    return new MovedCameraScene(owned, store, await freePorts(), await freePorts(), networks);
  }

  createIdentities(): CameraIdentities {
    return new CameraIdentities({ table: this.store.identities, cameras: this.registry, log });
  }

  get onvifPort(): number {
    return this.#onvifPort;
  }

  /** A camera at an address; the same index is the same serial number. Disposing it takes it away. */
  async camera(
    host: string,
    index = 0,
    more: { credentials?: CameraCredentials | null; onvif?: Partial<VirtualOnvifOptions> } = {},
  ): Promise<AsyncDisposable & { readonly camera: VirtualCamera }> {
    const camera = await VirtualCamera.start({
      ...{ index, host, port: this.#rtspPort, gopSeconds: 2, startedAt: performance.now() },
      credentials:
        more.credentials === null
          ? undefined
          : (more.credentials ?? { scheme: 'digest-md5', ...movedAccount }),
      onvif: { port: this.#onvifPort, uuid: this.uuid, ...more.onvif },
    });
    const fleet = new VirtualFleet([camera]);
    this.#owned.use(fleet);
    return { camera, [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose]() };
  }

  /** What answers discovery for these addresses. */
  async announce(list: readonly (Partial<RespondingDevice> & { readonly address: string })[]): Promise<void> {
    const [template] = devices(1);
    if (template === undefined) throw new Error('no device');
    const announced = list.map((device) => ({
      ...template,
      ...{ uuid: this.uuid, mac: '', speaks: ['onvif' as const] },
      onvifAddress: `http://${device.address}:${this.#onvifPort}/onvif/device_service`,
      ...device,
    }));
    this.#owned.use(await DiscoveryResponder.start(announced, this.#ports));
  }

  notices(kind: Notice['kind']): Notice[] {
    return this.site.state.notices.filter((notice) => notice.kind === kind);
  }
}
