import { GatehouseError } from '../base/gatehouse-error.ts';
import type { StreamProfile } from '../contract/camera.ts';
import type { PtzCapabilities, PtzMove, PtzPreset, PtzPresetSave } from '../contract/ptz.ts';
import type { MediaProfile } from '../onvif/media.ts';
import { OnvifClient } from '../onvif/onvif-client.ts';
import type { PtzNode } from '../onvif/ptz.ts';
import type { StoredCamera } from '../store/camera-table.ts';
import { onvifTarget, targetKey } from './onvif-target.ts';

/** What is known of a camera once it was asked. */
interface Controlled {
  readonly key: string;
  readonly client: OnvifClient;
  readonly profiles: readonly MediaProfile[];
  /** Of the first profile whose picture can be moved. */
  readonly ptz: { readonly profile: string; readonly node: PtzNode } | null;
}

/** So many cameras are remembered; then the one that was asked first is forgotten. */
const maximumKnown = 256;
/** From one end to the other, with a slow camera. */
const travelSeconds = 15;
/** Until a camera that was stopped stands still and is sharp again. */
const settleSeconds = 4;
const nothing: PtzCapabilities = { move: false, zoom: false, home: false, presets: 0 };

/** Moves stored cameras over ONVIF, and asks them for key frames. What a camera can do is asked once. */
export class CameraControls {
  readonly #stored: (cameraId: string) => StoredCamera | undefined;
  readonly #onSteered: (cameraId: string, seconds: number) => void;
  readonly #known = new Map<string, Controlled>();

  /**
   * @param options.stored the camera of an id; undefined when there is none
   * @param options.onSteered a camera is about to see something else, and moves for about so many seconds
   */
  constructor(options: {
    stored: (cameraId: string) => StoredCamera | undefined;
    onSteered?: (cameraId: string, seconds: number) => void;
  }) {
    this.#stored = options.stored;
    this.#onSteered = options.onSteered ?? (() => {});
  }

  /** Nothing for a camera without an ONVIF address. @throws GatehouseError not-found, and what the camera says */
  async capabilities(cameraId: string, signal: AbortSignal): Promise<PtzCapabilities> {
    if (this.#camera(cameraId).onvifUrl === null) return nothing;
    const { ptz } = await this.#get(cameraId, signal);
    if (ptz === null) return nothing;
    const { continuous, zoom, home, maximumPresets } = ptz.node;
    return { move: continuous, zoom, home, presets: maximumPresets };
  }

  async move({ cameraId, pan, tilt, zoom, seconds }: PtzMove, signal: AbortSignal): Promise<void> {
    const { client, profile, node } = await this.#ptz(cameraId, signal);
    this.#onSteered(cameraId, seconds + settleSeconds);
    const velocity = { pan, tilt, ...(node.zoom ? { zoom } : {}) };
    await client.ptz.continuousMove(profile, velocity, seconds, signal);
  }

  async stop(cameraId: string, signal: AbortSignal): Promise<void> {
    const { client, profile } = await this.#ptz(cameraId, signal);
    this.#onSteered(cameraId, settleSeconds);
    await client.ptz.stop(profile, signal);
  }

  async goHome(cameraId: string, signal: AbortSignal): Promise<void> {
    const { client, profile } = await this.#ptz(cameraId, signal);
    this.#onSteered(cameraId, travelSeconds);
    await client.ptz.goHome(profile, signal);
  }

  async presets(cameraId: string, signal: AbortSignal): Promise<PtzPreset[]> {
    const { client, profile } = await this.#ptz(cameraId, signal);
    return await client.ptz.presets(profile, signal);
  }

  async goToPreset(cameraId: string, token: string, signal: AbortSignal): Promise<void> {
    const { client, profile } = await this.#ptz(cameraId, signal);
    this.#onSteered(cameraId, travelSeconds);
    await client.ptz.goToPreset(profile, token, signal);
  }

  async savePreset({ cameraId, name, token }: PtzPresetSave, signal: AbortSignal): Promise<PtzPreset> {
    const { client, profile } = await this.#ptz(cameraId, signal);
    return { token: await client.ptz.savePreset(profile, name, token ?? null, signal), name };
  }

  async removePreset(cameraId: string, token: string, signal: AbortSignal): Promise<void> {
    const { client, profile } = await this.#ptz(cameraId, signal);
    await client.ptz.removePreset(profile, token, signal);
  }

  /** Asks the camera for a key frame, of its largest picture or its smallest. */
  async requestKeyFrame(cameraId: string, profile: StreamProfile, signal: AbortSignal): Promise<void> {
    const { client, profiles } = await this.#get(cameraId, signal);
    const bySize = profiles
      .filter(({ video }) => video !== null)
      .toSorted((a, b) => pixelsOf(b) - pixelsOf(a));
    const wanted = bySize.at(profile === 'main' ? 0 : -1);
    if (wanted !== undefined) await client.media.synchronize(wanted, signal);
  }

  async #ptz(
    cameraId: string,
    signal: AbortSignal,
  ): Promise<{ client: OnvifClient; profile: string; node: PtzNode }> {
    const { client, ptz } = await this.#get(cameraId, signal);
    if (ptz !== null) return { client, ...ptz };
    const { name } = this.#camera(cameraId);
    throw new GatehouseError('onvif-not-supported', `${name} cannot be moved over ONVIF.`, { camera: name });
  }

  async #get(cameraId: string, signal: AbortSignal): Promise<Controlled> {
    const camera = this.#camera(cameraId);
    const target = onvifTarget(camera);
    if (target === null) {
      const words = `${camera.name} has no ONVIF address. Enter it in the settings of the camera.`;
      throw new GatehouseError('onvif-not-supported', words, { camera: camera.name });
    }
    const key = targetKey(target);
    const known = this.#known.get(cameraId);
    if (known?.key === key) return known;
    const client = await OnvifClient.connect(target, signal);
    const profiles = await client.media.profiles(signal);
    const controlled = { key, client, profiles, ptz: await findPtz(client, profiles, signal) };
    this.#known.delete(cameraId);
    this.#known.set(cameraId, controlled);
    const [oldest] = this.#known.keys();
    if (this.#known.size > maximumKnown && oldest !== undefined) this.#known.delete(oldest);
    return controlled;
  }

  #camera(cameraId: string): StoredCamera {
    const camera = this.#stored(cameraId);
    if (camera === undefined) throw new GatehouseError('not-found', 'This camera does not exist any more.');
    return camera;
  }
}

async function findPtz(
  client: OnvifClient,
  profiles: readonly MediaProfile[],
  signal: AbortSignal,
): Promise<Controlled['ptz']> {
  const profile = profiles.find(({ ptzConfiguration }) => ptzConfiguration !== null);
  const services = await client.device.services(signal);
  if (profile === undefined || !services.has('ptz')) return null;
  const nodes = await client.ptz.nodes(signal);
  const node = nodes.find(({ token }) => token === profile.ptzNode) ?? nodes[0];
  return node === undefined ? null : { profile: profile.token, node };
}

function pixelsOf({ video }: MediaProfile): number {
  return (video?.width ?? 0) * (video?.height ?? 0);
}
