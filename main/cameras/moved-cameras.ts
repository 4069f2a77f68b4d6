import { isIPv6 } from 'node:net';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { abortableDelay, refusedMilliseconds } from '../base/retry.ts';
import type { Camera, CameraStatus } from '../contract/camera.ts';
import type { CameraMove } from '../contract/site.ts';
import type { IdentifiedDevice } from '../discovery/found-devices.ts';
import type { LocalNetwork } from '../discovery/local-network.ts';
import { type CameraIdentity, type DeviceCheck, judgeMove } from '../discovery/moved-camera.ts';
import type { StoredCamera } from '../store/camera-table.ts';
import { addressOf, type CameraIdentities, isAnswering } from './camera-identities.ts';

const tickMilliseconds = 5_000;
/** A camera that restarts is not looked for. */
const awayMilliseconds = 30_000;
/** From one look to the next, for cameras that stay away: it doubles from the first to the last. */
const firstPauseMilliseconds = 30_000;
const lastPauseMilliseconds = 10 * 60_000;
/** More devices that say they are one camera are not asked. */
const maximumClaims = 4;

/** What is needed of the cameras. */
export interface MovableCameras {
  list(): Camera[];
  stored(cameraId: string): StoredCamera | undefined;
  statuses(): CameraStatus[];
  relocate(ids: readonly string[], address: string, options: { digestOnly: boolean }): Camera[];
}

/** Where people are told, and offered what they must decide. */
export interface MoveNotices {
  notify(kind: 'camera-followed' | 'camera-moved', message: string, move?: CameraMove): void;
  offeredMove(noticeId: string): CameraMove | undefined;
  withdrawMoves(cameraIds: ReadonlySet<string>): void;
  readonly offeredMoves: readonly CameraMove[];
}

export interface MovedCamerasOptions {
  readonly cameras: MovableCameras;
  readonly identities: CameraIdentities;
  readonly discovery: {
    look(signal: AbortSignal): Promise<readonly IdentifiedDevice[]>;
    readonly identities: readonly IdentifiedDevice[];
    readonly networks: readonly LocalNetwork[];
  };
  readonly check: DeviceCheck;
  readonly notices: MoveNotices;
  readonly log: Log;
  /** For tests. */
  readonly tickMilliseconds?: number;
  readonly awayMilliseconds?: number;
}

/** Cameras at one address, with one password: those of one device. */
interface Missing {
  readonly cameras: readonly StoredCamera[];
  readonly identity: CameraIdentity & { readonly id: string };
}

/**
 * Looks for cameras that have been away for a while, and follows them to their new addresses: by itself where the device
 * proves by Digest and its serial number, on the same subnet, that it is the camera, and is the only one that says so; else a
 * notice offers it. Looks seldom, and only asks devices that say they are the camera.
 */
export class MovedCameras implements AsyncDisposable {
  readonly #options: MovedCamerasOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  /** Times are of `performance.now()`. */
  readonly #awaySince = new Map<string, number>();
  readonly #looked = new Map<string, { readonly at: number; readonly times: number }>();
  /** What was judged, by camera and address: not again for a while, since cameras lock accounts. */
  readonly #judged = new Map<string, number>();

  constructor(options: MovedCamerasOptions) {
    this.#options = options;
    this.#running = this.#run(this.#stop.signal);
  }

  /** Takes an offer. @throws GatehouseError not-found; already-there when another camera is there */
  follow(noticeId: string): Camera[] {
    const { cameras, notices } = this.#options;
    const move = notices.offeredMove(noticeId);
    const ids = move?.cameraIds.filter((id) => cameras.stored(id) !== undefined) ?? [];
    if (move === undefined || ids.length === 0) {
      throw new GatehouseError(
        'not-found',
        'This is not offered any more: the camera answers, or was changed.',
      );
    }
    const moved = cameras.relocate(ids, move.address, { digestOnly: false });
    notices.withdrawMoves(new Set(ids));
    return moved;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Never rejects. */
  async #run(signal: AbortSignal): Promise<void> {
    const { discovery, identities, log, tickMilliseconds: tick = tickMilliseconds } = this.#options;
    while (!signal.aborted) {
      await abortableDelay(tick, signal);
      if (signal.aborted) return;
      try {
        identities.note(discovery.identities);
        this.#noteAnswers(performance.now());
        if (!this.#isDue(this.#missing(), performance.now())) continue;
        const devices = await discovery.look(signal);
        identities.note(devices);
        this.#noteAnswers(performance.now());
        for (const missing of this.#missing()) await this.#judge(missing, devices, signal);
      } catch (error) {
        if (!signal.aborted) log.error({ err: error }, 'looking for moved cameras has failed');
      }
    }
  }

  /** Since when each camera is away. Offers for cameras that answer, or are gone, are withdrawn. */
  #noteAnswers(now: number): void {
    const { cameras, notices } = this.#options;
    const statuses = cameras.statuses();
    const answering = new Set(statuses.filter(isAnswering).map(({ cameraId }) => cameraId));
    const waiting = statuses.filter(({ status }) => status.state === 'waiting');
    for (const { cameraId } of waiting)
      if (!answering.has(cameraId) && !this.#awaySince.has(cameraId)) this.#awaySince.set(cameraId, now);
    for (const cameraId of this.#awaySince.keys()) {
      if (!answering.has(cameraId) && cameras.stored(cameraId) !== undefined) continue;
      this.#awaySince.delete(cameraId);
      this.#looked.delete(cameraId);
    }
    const offered = new Set(notices.offeredMoves.flatMap(({ cameraIds }) => cameraIds));
    const settled = [...offered].filter((id) => answering.has(id) || cameras.stored(id) === undefined);
    if (settled.length > 0) notices.withdrawMoves(new Set(settled));
  }

  /** Devices that are away as a whole, and could be known again. */
  #missing(): Missing[] {
    const { cameras, identities, awayMilliseconds: away = awayMilliseconds } = this.#options;
    const now = performance.now();
    const byDevice = Map.groupBy(
      cameras.list().flatMap(({ id }) => cameras.stored(id) ?? []),
      (camera) => JSON.stringify([addressOf(camera), camera.username, camera.password?.reveal() ?? null]),
    );
    return [...byDevice.values()].flatMap((group): Missing[] => {
      const isAway = ({ id }: StoredCamera) => now - (this.#awaySince.get(id) ?? now) >= away;
      const known = group.flatMap((camera) => identities.of(camera) ?? []);
      const address = group[0] === undefined ? undefined : addressOf(group[0]);
      // The one that is asked must have ONVIF.
      const id = (group.find(({ onvifUrl }) => onvifUrl !== null) ?? group[0])?.id;
      if (address === undefined || id === undefined || known.length === 0 || !group.every(isAway)) return [];
      const first = (field: 'uuid' | 'mac' | 'serial') => known.find((one) => one[field] !== null)?.[field];
      const [uuid = null, mac = null, serial = null] = [first('uuid'), first('mac'), first('serial')];
      return [{ cameras: group, identity: { id, address, uuid, mac, serial } }];
    });
  }

  #isDue(missing: readonly Missing[], now: number): boolean {
    const { awayMilliseconds: first = firstPauseMilliseconds } = this.#options;
    const ids = missing.map(({ identity }) => identity.id);
    const isDue = ids.some((id) => {
      const { at, times } = this.#looked.get(id) ?? { at: Number.NEGATIVE_INFINITY, times: 0 };
      return now - at >= Math.min(first * 2 ** (times - 1), lastPauseMilliseconds);
    });
    if (!isDue) return false;
    for (const id of ids) this.#looked.set(id, { at: now, times: (this.#looked.get(id)?.times ?? 0) + 1 });
    return true;
  }

  async #judge(
    { cameras, identity }: Missing,
    devices: readonly IdentifiedDevice[],
    signal: AbortSignal,
  ): Promise<void> {
    const { check, discovery, log } = this.#options;
    const claims = devices
      .flatMap(({ uuid, mac, addresses }) => addresses.map((address) => ({ uuid, mac, address })))
      .filter(({ address }) => isIPv6(address) === isIPv6(identity.address) && !this.#isTaken(address));
    const proven: string[] = [];
    const asking: string[] = [];
    for (const device of claims) {
      if (proven.length + asking.length === maximumClaims) break;
      const key = `${identity.id} ${device.address}`;
      if (performance.now() - (this.#judged.get(key) ?? Number.NEGATIVE_INFINITY) < refusedMilliseconds)
        continue;
      const { networks } = discovery;
      const judgement = await judgeMove(identity, device, { networks, check, signal });
      if (signal.aborted) return;
      if (judgement === 'ignore') continue;
      this.#judged.set(key, performance.now());
      log.info({ camera: identity.id, address: device.address, judgement }, 'a camera may have moved');
      (judgement === 'follow' ? proven : asking).push(device.address);
    }
    const [address] = proven;
    // Of several that prove it, all but one lie: a person must look.
    if (address !== undefined && proven.length === 1) this.#follow(cameras, identity.address, address);
    else for (const claimed of [...proven, ...asking]) this.#offer(cameras, identity.address, claimed);
  }

  /** Whether a camera of Gatehouse is there. */
  #isTaken(address: string): boolean {
    const { cameras } = this.#options;
    return cameras.list().some(({ id }) => {
      const camera = cameras.stored(id);
      return camera !== undefined && addressOf(camera) === address;
    });
  }

  #follow(moved: readonly StoredCamera[], before: string, address: string): void {
    const { cameras, identities, notices } = this.#options;
    const ids = moved.map(({ id }) => id);
    identities.relocated(ids, address);
    cameras.relocate(ids, address, { digestOnly: true });
    notices.withdrawMoves(new Set(ids));
    notices.notify(
      'camera-followed',
      `${nameOf(moved)} moved from ${before} to ${address} and was followed there: the serial number is the same.`,
    );
  }

  #offer(moved: readonly StoredCamera[], before: string, address: string): void {
    const { notices } = this.#options;
    const cameraIds = moved.map(({ id }) => id);
    const isThere = notices.offeredMoves.some(
      (move) => move.address === address && move.cameraIds.includes(moved[0]?.id ?? ''),
    );
    if (isThere) return;
    notices.notify(
      'camera-moved',
      `${nameOf(moved)} does not answer at ${before} and seems to be at ${address} now: what is there says so, but has not proved it.`,
      { cameraIds, address },
    );
  }
}

function nameOf(cameras: readonly StoredCamera[]): string {
  const [first, ...others] = cameras;
  const name = `Camera ${first?.number}, ${first?.name},`;
  if (others.length === 0) return name;
  return `${name} with ${others.length} more of the same device`;
}
