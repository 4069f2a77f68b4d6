import { createHash } from 'node:crypto';
import type { DiscoverableDevice } from './discovery-messages.ts';
import { DiscoveryResponder } from './discovery-responder.ts';

/** Of Axis, Hikvision, Dahua and Hanwha Vision: the first half of a MAC address says who made a device. */
const makers = [
  { maker: 'Axis', model: 'Virtual P3245', prefix: '00:40:8c' },
  { maker: 'Hikvision', model: 'Virtual DS-2CD2143', prefix: '44:19:b6' },
  { maker: 'Dahua', model: 'Virtual IPC-HFW2431', prefix: '3c:ef:8c' },
  { maker: 'Hanwha Vision', model: 'Virtual XND-6080', prefix: '00:09:18' },
] as const;

/** A virtual camera; without an ONVIF device it announces one that is not there, as cameras with ONVIF switched off do. */
interface AnnouncedCamera {
  readonly name: string;
  readonly mainUrl: string;
  readonly onvifUrl?: string | null;
}

/** What a virtual camera says of itself when devices are looked for; the same in every run. */
export function discoverableCamera(camera: AnnouncedCamera, index: number): DiscoverableDevice {
  const { hostname, port } = new URL(camera.mainUrl);
  const digest = createHash('sha256').update(`virtual camera ${index} at ${hostname}:${port}`).digest('hex');
  const kind = makers[index % makers.length] ?? makers[0];
  return {
    address: hostname,
    uuid: digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5'),
    mac: `${kind.prefix}:${digest.slice(0, 2)}:${digest.slice(2, 4)}:${digest.slice(4, 6)}`,
    name: camera.name,
    maker: kind.maker,
    model: kind.model,
    rtspPort: Number(port),
    onvifAddress: camera.onvifUrl ?? `http://${hostname}/onvif/device_service`,
  };
}

/** Lets virtual cameras be found on loopback. Undefined where the ports are taken: then they are only not found. */
export async function announceCameras(
  cameras: readonly AnnouncedCamera[],
): Promise<DiscoveryResponder | undefined> {
  const devices = cameras.map((camera, index) => discoverableCamera(camera, index));
  return await DiscoveryResponder.start(devices).catch(() => undefined);
}
