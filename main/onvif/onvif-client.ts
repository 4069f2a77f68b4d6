import { OnvifEvents } from './event-subscription.ts';
import { OnvifImaging } from './imaging.ts';
import { OnvifMedia } from './media.ts';
import { OnvifCaller, type OnvifTarget } from './onvif-caller.ts';
import { OnvifDevice } from './onvif-device.ts';
import { OnvifPtz } from './ptz.ts';

export type { OnvifTarget };

/**
 * An ONVIF device: what it is, its streams, moving it, its picture, its events. Opens no connection of its own accord and
 * keeps none. Each call takes at most five seconds and 1 MB, and goes to the host of the target and no other.
 */
export class OnvifClient {
  readonly device: OnvifDevice;
  readonly media: OnvifMedia;
  readonly ptz: OnvifPtz;
  readonly imaging: OnvifImaging;
  readonly events: OnvifEvents;
  readonly #caller: OnvifCaller;
  #tellsTime = false;

  private constructor(target: OnvifTarget) {
    this.#caller = new OnvifCaller(target);
    this.device = new OnvifDevice(this.#caller);
    this.media = new OnvifMedia(this.#caller, this.device);
    this.ptz = new OnvifPtz(this.#caller, this.device);
    this.imaging = new OnvifImaging(this.#caller, this.device);
    this.events = new OnvifEvents(this.#caller, this.device);
  }

  /**
   * Reads the device's clock, which nobody needs a password for: credentials come after.
   * @throws GatehouseError camera-unreachable, camera-silent, camera-closed-connection
   */
  static async connect(target: OnvifTarget, signal: AbortSignal): Promise<OnvifClient> {
    const client = new OnvifClient(target);
    client.#tellsTime = await client.device.readClock(signal);
    return client;
  }

  /** False: it wants credentials for that, or is no ONVIF device at all. */
  get tellsTime(): boolean {
    return this.#tellsTime;
  }

  /** By how much the device's clock is ahead of ours: milliseconds. */
  get clockOffset(): number {
    return this.#caller.clockOffset;
  }
}
