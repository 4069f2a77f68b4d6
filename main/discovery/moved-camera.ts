import { isInSubnet } from './ipv4.ts';
import type { LocalNetwork } from './local-network.ts';

/** What is stored of a camera to know it again. */
export interface CameraIdentity {
  /** IPv4, where it was. */
  readonly address: string;
  /** ONVIF's endpoint reference. */
  readonly uuid: string | null;
  readonly mac: string | null;
  readonly serial: string | null;
}

/** What a device says of itself when it is asked with the camera's user and password. */
export interface CheckedDevice {
  readonly serial: string | null;
  /** How it wanted the password; anything but Digest may have been a stranger's wish to read it. */
  readonly scheme: 'digest' | 'other';
}

/**
 * Asks the device at an address who it is, with the stored user and password of a camera and with Digest alone: nothing is
 * sent to a device that wants anything else. Null: it does not answer, or refuses. The ONVIF client is one.
 */
export interface DeviceCheck {
  check(cameraId: string, address: string, signal: AbortSignal): Promise<CheckedDevice | null>;
}

/**
 * Whether a device that was found may be this camera at a new address. UUID and MAC address only suggest it, since anybody can
 * claim them.
 */
function suspectMove(
  camera: CameraIdentity,
  device: { readonly uuid: string | null; readonly mac: string | null; readonly address: string },
  networks: readonly LocalNetwork[],
): 'ignore' | 'ask' | 'check' {
  const isSame = (one: string | null, other: string | null) => one !== null && one === other;
  if (device.address === camera.address) return 'ignore';
  if (!isSame(camera.uuid, device.uuid) && !isSame(camera.mac, device.mac)) return 'ignore';
  const isNear = networks.some(
    ({ address, prefix }) =>
      isInSubnet(address, camera.address, prefix) && isInSubnet(address, device.address, prefix),
  );
  return isNear && camera.serial !== null ? 'check' : 'ask';
}

/** Whether the device has proved that it is the camera. */
function isProven({ serial }: CameraIdentity, checked: CheckedDevice | null): boolean {
  return checked?.scheme === 'digest' && checked.serial !== null && checked.serial === serial;
}

/**
 * What to do about a device that was found: `follow` the camera to its address, `ask` a person, or `ignore` it. The device is
 * asked only when it may be the camera and is on the same network; a person is asked when it does not prove itself.
 * @throws what `check` throws
 */
export async function judgeMove(
  camera: CameraIdentity & { readonly id: string },
  device: { readonly uuid: string | null; readonly mac: string | null; readonly address: string },
  options: {
    readonly networks: readonly LocalNetwork[];
    readonly check: DeviceCheck;
    readonly signal: AbortSignal;
  },
): Promise<'ignore' | 'ask' | 'follow'> {
  const move = suspectMove(camera, device, options.networks);
  if (move !== 'check') return move;
  const checked = await options.check.check(camera.id, device.address, options.signal);
  return isProven(camera, checked) ? 'follow' : 'ask';
}
