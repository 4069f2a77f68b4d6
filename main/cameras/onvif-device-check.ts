import { GatehouseError } from '../base/gatehouse-error.ts';
import type { CheckedDevice, DeviceCheck } from '../discovery/moved-camera.ts';
import { OnvifClient, type OnvifTarget } from '../onvif/onvif-client.ts';
import type { StoredCamera } from '../store/camera-table.ts';
import { relocatedCamera } from './camera-input.ts';
import { onvifTarget } from './onvif-target.ts';
import { probeSource } from './source.ts';

const checkMilliseconds = 15_000;

/**
 * Asks a device over ONVIF for its serial number, and whether its main stream takes the password by Digest. The ONVIF client
 * sends hashes alone (HTTP Digest, WS-UsernameToken), to the host that it is told and no other, and follows no redirect.
 */
export class OnvifDeviceCheck implements DeviceCheck {
  readonly #stored: (cameraId: string) => StoredCamera | undefined;

  constructor(options: { stored: (cameraId: string) => StoredCamera | undefined }) {
    this.#stored = options.stored;
  }

  async check(cameraId: string, address: string, signal: AbortSignal): Promise<CheckedDevice | null> {
    const stored = this.#stored(cameraId);
    if (stored === undefined || stored.username === null || stored.password === null) return null;
    const camera = relocatedCamera(stored, address, true);
    const target = onvifTarget(camera);
    // An ONVIF service on another host than the camera did not move with it: it proves nothing.
    if (target === null || camera.onvifUrl === stored.onvifUrl) return null;
    const within = AbortSignal.any([signal, AbortSignal.timeout(checkMilliseconds)]);
    try {
      // Who tells it to everybody has not seen that it was asked by Digest.
      const isOpen = (await serialOf({ ...target, username: null, password: null }, within)) !== null;
      const { device } = await OnvifClient.connect(target, within);
      const { serialNumber } = await device.information(within);
      const { name, mainUrl: url, username, password, certificate } = camera;
      const stream = { name, url, username, password, certificate, digestOnly: true };
      const takesDigest = !isOpen && (await plays(stream, within));
      return { serial: serialNumber, scheme: takesDigest ? 'digest' : 'other' };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof GatehouseError || within.aborted) return null;
      throw error;
    }
  }
}

/** Null: it refuses to tell. */
async function serialOf(target: OnvifTarget, signal: AbortSignal): Promise<string | null> {
  try {
    const { device } = await OnvifClient.connect(target, signal);
    return (await device.information(signal)).serialNumber;
  } catch (error) {
    signal.throwIfAborted();
    if (GatehouseError.from(error).code === 'camera-refused-credentials') return null;
    throw error;
  }
}

async function plays(stream: Parameters<typeof probeSource>[0], signal: AbortSignal): Promise<boolean> {
  try {
    await probeSource(stream, { signal });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (GatehouseError.from(error).code === 'camera-refused-credentials') return false;
    throw error;
  }
}
