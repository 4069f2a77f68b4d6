import net from 'node:net';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { refusedMilliseconds } from '../base/retry.ts';
import type { CameraEvent, CameraStatus } from '../contract/camera.ts';
import type { IdentifiedDevice } from '../discovery/found-devices.ts';
import { parseUuid } from '../discovery/sighting.ts';
import { OnvifClient } from '../onvif/onvif-client.ts';
import type { NetworkInterface } from '../onvif/onvif-device.ts';
import type { StoredCamera } from '../store/camera-table.ts';
import type { IdentityTable, StoredIdentity } from '../store/identity-table.ts';
import { parseCameraAddress } from './camera-address.ts';
import { onvifTarget, targetKey } from './onvif-target.ts';

/** What kept a camera from telling it may be over. */
const retryMilliseconds = 30_000;

/** What is needed of the cameras. */
export interface IdentifiedCameras {
  watch(signal: AbortSignal): AsyncGenerator<CameraEvent>;
  stored(cameraId: string): StoredCamera | undefined;
  statuses(): CameraStatus[];
}

/**
 * By what cameras can be known again at another address. A camera that answers is asked once, over ONVIF and with its password;
 * what nobody can tell over ONVIF is taken from what discovery has seen at its address.
 */
export class CameraIdentities implements AsyncDisposable {
  readonly #table: IdentityTable;
  readonly #cameras: IdentifiedCameras;
  readonly #log: Log;
  readonly #known: Map<string, StoredIdentity>;
  /** As which target each was asked last, and when it may be asked again: of `performance.now()`. */
  readonly #asked = new Map<string, { readonly key: string; readonly againAt: number }>();
  /** One camera after the other. */
  readonly #queue = new Set<string>();
  #asking: Promise<void> | undefined;
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;

  constructor(options: { table: IdentityTable; cameras: IdentifiedCameras; log: Log }) {
    this.#table = options.table;
    this.#cameras = options.cameras;
    this.#log = options.log;
    this.#known = new Map(options.table.list().map((identity) => [identity.cameraId, identity]));
    this.#following = this.#follow();
  }

  /** Undefined: nothing is known of what is at the camera's address, or that is a name. */
  of(camera: StoredCamera): StoredIdentity | undefined {
    const known = this.#known.get(camera.id);
    return known?.address === addressOf(camera) ? known : undefined;
  }

  /** What discovery knows of the devices at the addresses of cameras that answer; who could not be asked is asked again. */
  note(devices: readonly IdentifiedDevice[]): void {
    for (const cameraId of this.#answering()) {
      this.#want(cameraId);
      const camera = this.#cameras.stored(cameraId);
      const address = camera === undefined ? undefined : addressOf(camera);
      if (camera === undefined || address === undefined) continue;
      const [device, ...others] = devices.filter(({ addresses }) => addresses.includes(address));
      // Where several are at one address, nobody knows which of them is meant.
      if (device === undefined || others.length > 0) continue;
      const { uuid = null, mac = null, serial = null } = this.of(camera) ?? {};
      if ((uuid !== null || device.uuid === null) && (mac !== null || device.mac === null)) continue;
      this.#save({ cameraId, address, uuid: uuid ?? device.uuid, mac: mac ?? device.mac, serial });
    }
  }

  /** The same devices are elsewhere: to be called before their cameras are. */
  relocated(cameraIds: readonly string[], address: string): void {
    for (const cameraId of cameraIds) {
      const known = this.#known.get(cameraId);
      if (known !== undefined) this.#save({ ...known, address });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#following, this.#asking]);
  }

  async #follow(): Promise<void> {
    for await (const event of this.#cameras.watch(this.#stop.signal)) {
      if (event.type === 'snapshot') for (const cameraId of this.#answering()) this.#want(cameraId);
      else if (event.type === 'status' && isAnswering(event.status)) this.#want(event.status.cameraId);
      else if (event.type === 'camera' && this.#answering().has(event.camera.id)) this.#want(event.camera.id);
      else if (event.type === 'removed') this.#asked.delete(event.cameraId);
    }
  }

  #answering(): Set<string> {
    return new Set(
      this.#cameras
        .statuses()
        .filter(isAnswering)
        .map(({ cameraId }) => cameraId),
    );
  }

  #want(cameraId: string): void {
    const camera = this.#cameras.stored(cameraId);
    if (camera === undefined || addressOf(camera) === undefined) return;
    const target = onvifTarget(camera);
    if (target === null || this.of(camera)?.serial != null) return;
    const asked = this.#asked.get(cameraId);
    if (asked?.key === targetKey(target) && performance.now() < asked.againAt) return;
    this.#queue.add(cameraId);
    this.#asking ??= this.#askAll().finally(() => {
      this.#asking = undefined;
    });
  }

  /** Never rejects. */
  async #askAll(): Promise<void> {
    const { signal } = this.#stop;
    for (const cameraId of this.#queue) {
      if (signal.aborted) return;
      this.#queue.delete(cameraId);
      const camera = this.#cameras.stored(cameraId);
      if (camera !== undefined) await this.#ask(camera, signal);
    }
  }

  async #ask(camera: StoredCamera, signal: AbortSignal): Promise<void> {
    const target = onvifTarget(camera);
    const address = addressOf(camera);
    if (target === null || address === undefined) return;
    const key = targetKey(target);
    try {
      const { device } = await OnvifClient.connect(target, signal);
      const { serialNumber } = await device.information(signal);
      const interfaces = await device.networkInterfaces(signal).catch(() => []);
      const reference = await device.endpointReference(signal).catch(() => null);
      this.#asked.set(camera.id, { key, againAt: Number.POSITIVE_INFINITY });
      // It may have been changed or removed meanwhile.
      const now = this.#cameras.stored(camera.id);
      if (signal.aborted || now === undefined || addressOf(now) !== address) return;
      const before = this.of(now);
      this.#save({
        cameraId: camera.id,
        address,
        uuid: parseUuid(reference ?? '') ?? before?.uuid ?? null,
        mac: macAt(interfaces, address) ?? before?.mac ?? null,
        serial: serialNumber,
      });
    } catch (thrown) {
      if (signal.aborted) return;
      const { code, message } = GatehouseError.from(thrown);
      // Cameras lock accounts.
      const pause = code === 'camera-refused-credentials' ? refusedMilliseconds : retryMilliseconds;
      this.#asked.set(camera.id, { key, againAt: performance.now() + pause });
      this.#log.debug({ camera: camera.name, code }, message);
    }
  }

  #save(identity: StoredIdentity): void {
    this.#table.save(identity);
    this.#known.set(identity.cameraId, identity);
  }
}

/** The IP address of a camera; undefined where a name stands for it, which goes along with the camera. */
export function addressOf({ mainUrl }: StoredCamera): string | undefined {
  const { host } = parseCameraAddress(mainUrl);
  return net.isIP(host) === 0 ? undefined : host;
}

export function isAnswering({ status }: CameraStatus): boolean {
  return status.state === 'playing' || status.state === 'standby';
}

function macAt(interfaces: readonly NetworkInterface[], address: string): string | null {
  const here = interfaces.find(({ addresses }) => addresses.includes(address));
  const [only, ...others] = interfaces;
  return (here ?? (others.length === 0 ? only : undefined))?.mac ?? null;
}
